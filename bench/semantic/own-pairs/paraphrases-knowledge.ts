/** Of school, science, history, nature, sport and the arts, and requests to write something. */
export const schoolParaphrases = `
Why is the sky blue? <> What makes the sky look blue?
How far away is the moon? <> What is the distance to the moon?
Who wrote Don Quixote? <> Who is the author of Don Quixote?
When did the Second World War end? <> In what year was World War II over?
What is the capital of New Zealand? <> Which city is New Zealand's capital?
How do plants make food? <> In what way do plants produce their food?
What is the largest ocean? <> Which ocean is the biggest?
How do I calculate the area of a circle? <> What is the formula for the area of a circle?
What does DNA stand for? <> What is DNA short for?
Why do leaves fall in autumn? <> What is the reason trees lose their leaves in autumn?
How many people live in Canada? <> What is the population of Canada?
Who painted the Mona Lisa? <> Which artist made the Mona Lisa?
What causes earthquakes? <> Why do earthquakes happen?
How old is the universe? <> What is the age of the universe?
Who was the first person on the moon? <> Which human being first set foot on the moon?
How tall is Mount Everest? <> What is the height of Mount Everest?
Why did the Roman Empire fall? <> What were the reasons for the collapse of the Roman Empire?
What is photosynthesis? <> Explain photosynthesis
How many continents are there? <> What is the number of continents?
How do magnets work? <> What is the principle behind magnets?
When was the printing press invented? <> In which year did somebody invent the printing press?
What is the smallest country in the world? <> Which country is smaller than every other one?
Who invented the light bulb? <> Who is the inventor of the light bulb?
How do you find the average of numbers? <> What is the way to work out a mean?
What do bees eat? <> What is the food of bees?
Why does ice float? <> What is the reason that ice floats on water?
How do birds find their way? <> In what manner do birds navigate?
How hot is the sun? <> What is the temperature of the sun?
What is the longest river in the world? <> Which of the world's rivers is the longest?
Who discovered America? <> By whom was America discovered?
What language did the Romans speak? <> Which language was spoken by the Romans?
How long does it take light to get from the sun to the earth? <> How many minutes does sunlight travel until it reaches us?
What is a prime number? <> What are prime numbers?
Why do we have seasons? <> What causes the seasons?
Who was Cleopatra? <> Tell me who Cleopatra was
What are the colours of the rainbow? <> Which colours does a rainbow have?
`;

export const leisureParaphrases = `
How do I learn to play the guitar? <> What is the best way to pick up the guitar?
How many players are on a rugby team? <> How many people play in a rugby team?
What are the rules of chess? <> How is chess played?
How do I start running? <> What should a beginner do to take up running?
What is a good film for children? <> Which movie would you recommend for kids?
How do I train for a half marathon? <> What is a good way to prepare for a half marathon?
Who sang Bohemian Rhapsody? <> Which band is Bohemian Rhapsody by?
How do I draw a face? <> What is the way to sketch a face?
How long is a football match? <> How many minutes does a game of football take?
How do I teach my dog to sit? <> What is the way to get a dog to sit on command?
What is offside? <> Explain the offside rule
How do I build muscle? <> What is the best way to gain muscle?
Which book should I read first by Tolstoy? <> What is a good book of Tolstoy to begin with?
How often should I tune my piano? <> At what intervals does a piano need tuning?
How do I take photos at night? <> What settings work for night photography?
Why does my cat scratch the sofa? <> What makes a cat claw at the couch?
How do I read sheet music? <> How can I learn to read notes?
How do I choose a tent? <> What should I look for when I buy a tent?
Who won the World Cup in 2014? <> Which country became football world champion in 2014?
How long do goldfish live? <> What is the lifespan of a goldfish?
What can I do on a rainy day with kids? <> Which activities with children suit bad weather?
How do I fix a flat bicycle tyre? <> What is the way to repair a puncture on a bike?
`;

export const requestParaphrases = `
Write a birthday poem for my mother <> Compose a poem for my mum's birthday
Give me tips for learning Spanish <> What are good ways to learn Spanish?
Suggest a name for my bakery <> What could I call my bakery?
List the benefits of walking <> What are the advantages of walking?
Explain what an API is <> What is an API?
Write an email to cancel a hotel booking <> Draft an e-mail that cancels a reservation at a hotel
Tell me a joke about cats <> Do you know a funny joke about cats?
Recommend a book about the history of China <> Which book on Chinese history should I read?
Describe how rain forms <> How does rain form?
Give me an idea for a science project <> What could I do for a science project?
Make a shopping list for a barbecue <> What do I have to buy for a barbecue?
Write a thank-you note to my teacher <> Compose a short note to thank my teacher
Give me a recipe for tomato soup <> How do I make tomato soup?
Explain how elections work in France <> How are elections held in France?
Suggest exercises for my back <> Which exercises are good for the back?
Name some famous sculptors <> Who are well-known sculptors?
Plan a weekend in Amsterdam for me <> What should I do in Amsterdam in a weekend?
Give me synonyms for happy <> What are other words for happy?
Explain the rules of tennis <> How does tennis work?
Write a slogan for a bike shop <> Come up with a catchy line for a bicycle shop
Describe the water cycle <> How does the water cycle work?
Tell me about the history of tea <> What is the story of tea?
Give examples of renewable energy <> What are some renewable energy sources?
Compare cats and dogs as pets <> Which are better pets, cats or dogs, and why?
Write an out-of-office message <> Draft an automatic reply for when I am on holiday
Show me how to tie a tie <> How do I tie a tie?
Suggest a gift for my father <> What could I give my dad as a present?
Explain why the sea is salty <> Why is there salt in the sea?
Help me write a complaint about a noisy neighbour <> Draft a letter of complaint about noise from next door
Give me facts about octopuses <> What are interesting things about octopuses?
`;

export const keywordParaphrases = `
weather in Lisbon in May <> What is the weather usually like in Lisbon in May?
symptoms of anaemia <> How do I know if I have anaemia?
best laptop for students <> Which laptop should a student buy?
how to remove rust <> What is a good way to get rust off?
opening hours of the Louvre <> When is the Louvre open?
cheap hotels Bilbao <> Where can I stay in Bilbao for little money?
calories banana <> How many calories does a banana have?
python read csv <> How do I read a CSV file in Python?
iphone battery drains fast <> Why does the battery of my iPhone run out so quickly?
difference viral bacterial infection <> How does a viral infection differ from a bacterial one?
meaning of carpe diem <> What does carpe diem mean?
convert celsius to fahrenheit <> How do I turn degrees Celsius into Fahrenheit?
author of Dracula <> Who wrote Dracula?
distance earth sun <> How far is the sun from the earth?
vegan protein sources <> Where do vegans get protein from?
git delete remote branch <> How do I remove a branch from a git remote?
visa requirements Thailand <> Do I need a visa for Thailand?
baby won't sleep <> What can I do when my baby does not fall asleep?
renew passport online <> Can I extend my passport on the internet?
how long boil potatoes <> For how many minutes do potatoes have to boil?
tax on second home <> How is a second home taxed?
kill weeds naturally <> How do I get rid of weeds without chemicals?
notice period rental contract <> How far in advance do I have to end a lease?
excel remove duplicates <> How do I delete repeated rows in Excel?
stop snoring <> What can I do against snoring?
`;

export const longParaphrases = `
I ordered a coffee machine two weeks ago and it still has not arrived. What can I do? <> My coffee machine was ordered a fortnight ago and I am still waiting for it. How should I proceed?
My laptop gets very hot when I play games and then turns itself off. What is the cause? <> Whenever I play games my laptop overheats and shuts down. Why is that?
We would like to visit Scotland with two small children in August. What do you recommend? <> What can you recommend to a family with two little kids who want to go to Scotland in August?
I have been waking up at three every night for a month and cannot fall asleep again. What could help? <> For a month I have woken up every night at three and then stay awake. What can I do?
How can I explain to my grandmother what the internet is and why she might like it? <> In what words could I tell my grandma what the internet is and why it may be nice for her?
My neighbour's tree drops leaves into my garden. Does he have to clean them up? <> Leaves from my neighbour's tree fall into my garden. Is he obliged to remove them?
I want to move a website to another host without any downtime. How do I go about it? <> What is the way to change the host of a website without it ever being down?
My bread is always dense and does not rise. What am I doing wrong? <> What mistake do I make when my bread never rises and stays dense?
I signed a contract for a flat but have found a better one. Can I still withdraw? <> Is it possible to back out of a rental contract I signed, as I found a nicer flat?
Can you explain the difference between weather and climate to a ten-year-old? <> How would you tell a ten-year-old how climate differs from weather?
Our team has grown to twelve people and meetings take for ever. How do we make them shorter? <> We are twelve in the team now and our meetings never end. What can we do to shorten them?
I get an error that the connection was refused when my service talks to the database. What should I check? <> My service cannot reach the database, it says connection refused. Where do I look first?
I would like to start investing but know nothing about it. Where should I begin? <> What are the first steps for somebody who wants to invest and has no experience?
My son does not like maths and says it is useless. How can I motivate him? <> How do I get my son interested in maths, which he hates and finds pointless?
The light of my car's engine came on this morning. Can I keep driving? <> Is it all right to go on driving after the engine warning light came on?
I am vegetarian and travel to Japan in spring. What can I eat there? <> What is there to eat in Japan for a vegetarian who goes there in spring?
`;
