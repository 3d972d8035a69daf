/** Another kind of question, another form of answer, another time or person. */
export const questionTypeTraps = `
Why is the sky blue? <> When is the sky blue?
Who invented the telephone? <> When was the telephone invented?
How do I become a pilot? <> How long does it take to become a pilot?
What is a mortgage? <> How do I get a mortgage?
Where is the main office? <> When is the main office open?
How much does a root canal cost? <> How much does a root canal hurt?
Is yoga good for the back? <> Why is yoga good for the back?
Who can vote in local elections? <> How can I vote in local elections?
How do I bake a cheesecake? <> How long do I bake a cheesecake?
Which countries speak Portuguese? <> How many countries speak Portuguese?
What does an actuary do? <> What does an actuary earn?
How does a heat pump work? <> Does a heat pump work?
When should I repot an orchid? <> How should I repot an orchid?
Why do dogs bark at night? <> How do I stop dogs from barking at night?
What is the weight of a football? <> What is the size of a football?
How often should I change my password? <> How should I change my password?
Who pays for the damage? <> When is the damage paid?
What is Kubernetes? <> When should I use Kubernetes?
Where do penguins live? <> How long do penguins live?
Which bus goes to the airport? <> How often does the bus go to the airport?
How many days off do I have? <> How do I ask for days off?
What are taxes for? <> What are taxes on fuel?
Can I get a second passport? <> How can I get a second passport?
How tall is the Eiffel tower? <> How old is the Eiffel tower?
What caused the French revolution? <> What did the French revolution cause?
Why was he fired? <> Was he fired?
Who founded the Red Cross? <> Why was the Red Cross founded?
How do vaccines work? <> How well do vaccines work?
Which side effects does aspirin have? <> How long do side effects of aspirin last?
Where can I buy stamps? <> Why would I buy stamps?
What is the population of Peru? <> What is the area of Peru?
Should I learn Rust? <> How should I learn Rust?
When do I have to pay the deposit? <> How much deposit do I have to pay?
What is a smart contract? <> What is a smart contract good for?
Who teaches biology in year nine? <> What is taught in biology in year nine?
How far is the beach from the hotel? <> How is the beach at the hotel?
How do you spell rhythm? <> How do you pronounce rhythm?
Where was the treaty signed? <> Who signed the treaty?
How many litres fit into the tank? <> How do I empty the tank?
What is the price of the ticket? <> What is the number of the ticket?
Do I need a lawyer for a divorce? <> What does a lawyer for a divorce cost?
How big is a container ship? <> How fast is a container ship?
Is my order delayed? <> Why is my order delayed?
What's the name of the new manager? <> What's the phone number of the new manager?
What is the meaning of this idiom? <> What is the origin of this idiom?
When was the bridge built? <> How was the bridge built?
`;

export const outputTraps = `
Explain photosynthesis in one sentence <> Explain photosynthesis in ten sentences
List the planets as JSON <> List the planets as a table
Write a poem about the sea <> Write a story about the sea
Translate good evening into Italian <> Translate good evening into Polish
Summarise the meeting in bullet points <> Summarise the meeting in a paragraph
Explain recursion to a child <> Explain recursion to a student of computer science
Write a formal letter to my landlord <> Write a friendly letter to my landlord
Give me three ideas for a birthday party <> Give me ten ideas for a birthday party
Describe Rome in 50 words <> Describe Rome in 500 words
Write a function in Python that reverses a list <> Write a function in Java that reverses a list
Answer in English: what is a Bildungsroman? <> Answer in German: what is a Bildungsroman?
Explain inflation briefly <> Explain inflation in detail
Write a tweet about our new shoes <> Write a press release about our new shoes
Draft an email that declines the offer politely <> Draft a text message that declines the offer politely
Give me the recipe as a shopping list <> Give me the recipe as steps
Write a haiku about autumn <> Write a limerick about autumn
Show the schedule in CSV <> Show the schedule in XML
Describe the product in a serious tone <> Describe the product in a funny tone
Explain what a black hole is in simple words <> Explain what a black hole is with formulas
Make a quiz about the Romans with four questions <> Make a quiz about the Romans with twelve questions
Tell me about bees like a pirate <> Tell me about bees like a professor
Name a synonym of brave <> Name an antonym of brave
Define entropy with an example <> Define entropy without an example
Write the headline for an article about floods <> Write the introduction for an article about floods
Explain the Pythagorean theorem with a proof <> Explain the Pythagorean theorem with a drawing
Reply with yes or no: is Pluto a planet? <> Reply with a reason: is Pluto a planet?
Write a SQL query that counts orders <> Write an Excel formula that counts orders
Give a short answer: what is dark matter? <> Give a long answer: what is dark matter?
Outline a talk about burnout <> Write out a talk about burnout
Give me the lyrics style of a rap about maths <> Give me the style of an essay about maths
Write the summary in the first person <> Write the summary in the third person
Give me the definition of osmosis in Markdown <> Give me the definition of osmosis in HTML
Write a product description for adults <> Write a product description for teenagers
Write a note of at most 100 characters to my team <> Write a note of at most 400 characters to my team
Explain DNS step by step <> Explain DNS with an analogy
Write a dialogue between a cat and a mouse <> Write a monologue of a cat about a mouse
Give only the final result of 17 times 23 <> Give all the steps of 17 times 23
Rank these cities from coldest to warmest <> Group these cities by coldest and warmest
Write unit tests for a stack in Jest <> Write unit tests for a stack in Mocha
Compose a toast for a wedding that rhymes <> Compose a toast for a wedding in prose
`;

export const tenseAndPersonTraps = `
Is Serena Williams a tennis player? <> Was Serena Williams a tennis player?
What do I eat when I am sick? <> What did I eat when I was sick?
Who is the mayor of Hamburg? <> Who was the mayor of Hamburg?
How is my rent calculated? <> How is your rent calculated?
What are my duties as an executor? <> What are his duties as an executor?
Did she train as a chef? <> Will she train as a chef?
How will the law change? <> How has the law changed?
Is he becoming a doctor? <> Is he a doctor?
Who will win the cup? <> Who won the cup?
How do I tell my wife that I am ill? <> How do I tell my wife that she is ill?
When does the course begin? <> When did the course begin?
Where did the owner live? <> Where does the owner live?
Can he keep the dog? <> Can she keep the dog?
What should I say to her mother? <> What should I say to his mother?
How can they stop me from smoking here? <> How can I stop them from smoking here?
What will you charge for a repair? <> What did you charge for the repair?
Where is my tax number? <> Where is the company's tax number?
Has the parcel been sent? <> Will the parcel be sent?
Why did I get a parking ticket? <> Why did my son get a parking ticket?
Do they still make this camera? <> Did they ever make this camera?
Is the bridge open? <> Will the bridge be open?
What did Apple announce? <> What is Apple going to announce?
How do I forgive myself? <> How do I forgive him?
May I use your photos? <> May you use my photos?
Were there wolves in Scotland? <> Are there wolves in Scotland?
How much did petrol cost? <> How much will petrol cost?
Which team does Kane play for? <> Which team did Kane play for?
What does my neighbour have to pay? <> What do I have to pay my neighbour?
Am I allowed to see his file? <> Is he allowed to see my file?
Did my application succeed? <> Can my application succeed?
Has anyone climbed that peak in winter? <> Is anyone climbing that peak this winter?
Would it have helped to call an ambulance? <> Does it help to call an ambulance?
Where had the money gone? <> Where does the money go?
What is she going to inherit? <> What has she inherited?
When are we going to be paid? <> When were we paid?
How did people heat houses? <> How do people heat houses?
Can I see who viewed my profile? <> Can others see that I viewed their profile?
Why am I losing hair? <> Why is my cat losing hair?
What do I owe him? <> What does he owe me?
Who used to own this brand? <> Who owns this brand?
How was your product tested? <> How do I test your product?
May employees record their manager? <> May managers record their employees?
Does it rain in Bergen? <> Did it rain in Bergen?
Was the flight from Oslo cancelled? <> Can the flight from Oslo be cancelled?
What would happen if the ice melted? <> What happened when the ice melted?
`;
