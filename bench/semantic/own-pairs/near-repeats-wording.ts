/** The same words in another order, in the plural or with another article, and spelled in another way. */
export const orderRepeats = `
In which year did Norway become independent? <> Which year did Norway become independent in?
How do I save a document as a PDF on a Mac? <> On a Mac, how do I save a document as a PDF?
What do I do if the lift gets stuck? <> If the lift gets stuck, what do I do?
How can I sleep better at night when it is hot? <> When it is hot, how can I sleep better at night?
For a beginner, which camera is good? <> Which camera is good for a beginner?
Can I take the bus with a bike on Sundays? <> On Sundays, can I take the bus with a bike?
What should I plant in April? <> In April, what should I plant?
To whom should I send the form? <> Who should I send the form to?
How do I sort a dictionary by value in Python? <> In Python, how do I sort a dictionary by value?
When I am abroad, how do I vote? <> How do I vote when I am abroad?
What is the most common surname in Korea? <> In Korea, what is the most common surname?
How much does it cost to send a parcel to Malta? <> To send a parcel to Malta, how much does it cost?
Explain in simple words what a bond is <> Explain what a bond is in simple words
My phone got wet. What can I do? <> What can I do? My phone got wet.
Which wine goes with duck? <> With duck, which wine goes?
After a flood, how do I dry out a wall? <> How do I dry out a wall after a flood?
Without a drill, how do I hang a shelf? <> How do I hang a shelf without a drill?
How do I pick the lock of my own shed quickly? <> How do I quickly pick the lock of my own shed?
Are there any hostels near the river in Ghent? <> In Ghent, are there any hostels near the river?
During a power cut, is tap water safe? <> Is tap water safe during a power cut?
In Vim, how do I delete a line? <> How do I delete a line in Vim?
How do I usually clean a cast-iron pan? <> How do I clean a cast-iron pan usually?
If my flight is cancelled, what are my rights? <> What are my rights if my flight is cancelled?
What is the legal limit for alcohol at the wheel in Poland? <> What is, in Poland, the legal limit for alcohol at the wheel?
As a student, do I have to pay tax? <> Do I have to pay tax as a student?
How many bones does a giraffe have in its neck? <> How many bones in its neck does a giraffe have?
At what age do babies start to crawl? <> What age do babies start to crawl at?
Using only CSS, how do I make a tooltip? <> How do I make a tooltip using only CSS?
How do I bake bread in a Dutch oven? <> In a Dutch oven, how do I bake bread?
Before an interview, how do I calm down? <> How do I calm down before an interview?
Which documents do I need in order to rent a flat? <> In order to rent a flat, which documents do I need?
Write me a short poem for my aunt's birthday <> For my aunt's birthday, write me a short poem
Since when does Switzerland have four official languages? <> Switzerland has four official languages since when?
From the airport, how do I get downtown? <> How do I get downtown from the airport?
Once a contract is signed, can it be changed? <> Can a contract be changed once it is signed?
How do I remove a ring that is stuck, using soap? <> Using soap, how do I remove a ring that is stuck?
With which tool do I open RAR files? <> Which tool do I open RAR files with?
Because of a strike my train is late. Do I get money back? <> My train is late because of a strike. Do I get money back?
Why do cats purr when they are stroked? <> When they are stroked, why do cats purr?
What are, for a company of ten, the cheapest payroll tools? <> What are the cheapest payroll tools for a company of ten?
`;

export const pluralRepeats = `
How do I get rid of a fruit fly? <> How do I get rid of fruit flies?
What is the symptom of a concussion? <> What are the symptoms of a concussion?
How does an electric car work? <> How do electric cars work?
What does a judge do? <> What do judges do?
How do I write a good headline? <> How do I write good headlines?
Can a rabbit eat a carrot? <> Can rabbits eat carrots?
Why does a leaf change colour in autumn? <> Why do leaves change colour in autumn?
What is the benefit of meditation? <> What are the benefits of meditation?
How do I plant a tulip bulb? <> How do I plant tulip bulbs?
How is a diamond formed? <> How are diamonds formed?
What's the reason for hair loss? <> What are the reasons for hair loss?
What is the cheapest way of heating a greenhouse? <> What is the cheapest way of heating greenhouses?
How can a parent limit screen time? <> How can parents limit screen time?
How do I delete a blank row in a sheet? <> How do I delete blank rows in a sheet?
Is a tomato a fruit? <> Are tomatoes fruits?
How long does a dental implant last? <> How long do dental implants last?
How does a whale sleep? <> How do whales sleep?
Do I need a stamp for a postcard? <> Do I need stamps for postcards?
What is the rule for a comma before and? <> What are the rules for a comma before and?
What is the cause of rust? <> What are the causes of rust?
How do I clean the window? <> How do I clean windows?
What's the typical interview question for a nurse? <> What are typical interview questions for nurses?
Does a vaccine contain mercury? <> Do vaccines contain mercury?
How do I poach an egg? <> How do I poach eggs?
How do I replace a broken tile? <> How do I replace broken tiles?
What is the difference between a fruit and a vegetable? <> What is the difference between fruits and vegetables?
Can a cat see colour? <> Can cats see colours?
How do I prune an apple tree? <> How do I prune apple trees?
How does an antibiotic work? <> How do antibiotics work?
What are the duties of a trustee? <> What are the duties of trustees?
`;

export const spellingRepeats = `
What colour is a lobster before it is cooked? <> What color is a lobster before it is cooked?
How do I organise a treasure hunt? <> How do I organize a treasure hunt?
What is a healthy e-mail signature? <> What is a healthy email signature?
Where is the city centre of Graz? <> Where is the city center of Graz?
How do I apply for a driving licence? <> How do I apply for a driving license?
Why is aluminium so light? <> Why is aluminum so light?
How do I set up wifi at home? <> How do I set up Wi-Fi at home?
Is it OK to mix wool and silk? <> Is it okay to mix wool and silk?
What is a log-in page? <> What is a login page?
How do I analyse a poem? <> How do I analyze a poem?
What does a paediatrician treat? <> What does a pediatrician treat?
What is the flavour of cardamom? <> What is the flavor of cardamom?
How do I cancel my catalogue? <> How do I cancel my catalog?
How much is a metre of silk? <> How much is a meter of silk?
Which programme is good for editing photos? <> Which program is good for editing photos?
How do I apologise to a customer? <> How do I apologize to a customer?
What is the theatre of the absurd? <> What is the theater of the absurd?
Can I practise law in two states? <> Can I practice law in two states?
What are grey whales eating? <> What are gray whales eating?
How do I recieve text messages abroad? <> How do I receive text messages abroad?
What is the definiton of inertia? <> What is the definition of inertia?
How can I improve my handwritting? <> How can I improve my handwriting?
What is the best restaurent in Lyon? <> What is the best restaurant in Lyon?
How do I seperate eggs? <> How do I separate eggs?
How do I acces my medical records? <> How do I access my medical records?
Is it neccessary to sign every page? <> Is it necessary to sign every page?
What goverment agency inspects food? <> What government agency inspects food?
How do I schedle a pickup? <> How do I schedule a pickup?
When was the pyrmaid of Giza built? <> When was the pyramid of Giza built?
How do I conect two monitors? <> How do I connect two monitors?
Waht is a futures contract? <> What is a futures contract?
how do i chagne the battery of a smoke detector <> How do I change the battery of a smoke detector?
What are symtoms of a heat stroke? <> What are symptoms of a heat stroke?
Which languages are spoken in Luxemburg? <> Which languages are spoken in Luxembourg?
How do I calcualte compound interest? <> How do I calculate compound interest?
Why do volcanos erupt? <> Why do volcanoes erupt?
How do I uninstal a browser extension? <> How do I uninstall a browser extension?
What is the maximun speed of a cheetah? <> What is the maximum speed of a cheetah?
how to tie a boewline knot <> how to tie a bowline knot
Can you freeze avacado? <> Can you freeze avocado?
`;

export const fillerRepeats = `
How do I actually clean a keyboard? <> How do I clean a keyboard?
What exactly is a hedge fund? <> What is a hedge fund?
So what is the rule of thirds? <> What is the rule of thirds?
How do I basically set up a VPN? <> How do I set up a VPN?
What is the right way to hold chopsticks? <> How do I hold chopsticks?
Well, who discovered penicillin? <> Who discovered penicillin?
How can I go about learning Morse code? <> How can I learn Morse code?
What on earth is a quark? <> What is a quark?
Ok now how do I knit a scarf <> How do I knit a scarf
How do I make an omelette at home? <> How do I make an omelette?
How would I go about closing a limited company? <> How would I close a limited company?
is there a way to hide the taskbar <> How can I hide the taskbar?
Can you show me how to braid hair? <> How do I braid hair?
What's the procedure for returning a rental car? <> How do I return a rental car?
help me understand compound interest <> Explain compound interest
How do you make a bow tie sit straight? <> How do I make a bow tie sit straight?
How to descale a kettle <> How do I descale a kettle?
how to get wax off shoes? <> How can I get wax off shoes?
capital of Bhutan <> What is the capital of Bhutan?
height of Kilimanjaro <> What is the height of Kilimanjaro?
meaning of the word petrichor <> What is the meaning of the word petrichor?
And how do I rotate a video? <> How do I rotate a video?
How does one eat an artichoke? <> How do you eat an artichoke?
What steps do I take to freeze my credit? <> How do I freeze my credit?
I want to knit a hat. How do I do that? <> How do I knit a hat?
I need the recipe for shakshuka <> Give me the recipe for shakshuka
What is meant by force majeure? <> What does force majeure mean?
definition of habeas corpus <> What is the definition of habeas corpus?
Which is the longest river in Europe? <> What is the longest river in Europe?
How do we get a stain out of marble? <> How do I get a stain out of marble?
Is it possible to take a hamster on a train? <> Can I take a hamster on a train?
Am I able to pay by invoice? <> Can I pay by invoice?
Is it allowed to fly a drone in a park? <> Am I allowed to fly a drone in a park?
What do I have to do to become a notary? <> How do I become a notary?
Could you give me an example of irony? <> Give me an example of irony
My question is: does bamboo grow in Scotland? <> Does bamboo grow in Scotland?
In general, how long do turtles live? <> How long do turtles live?
Honestly, is a standing desk worth it? <> Is a standing desk worth it?
What is the process of tanning leather? <> How is leather tanned?
tell me something about the Aztecs <> Tell me about the Aztecs
`;
