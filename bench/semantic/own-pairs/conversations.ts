/** What was said in one conversation, in another, and what ends both; a slash between the turns. */
export const conversations = `
I want to fly to Oslo. / When? <> I want to fly to Rome. / When? <> Next Friday.
How do I bake a cheesecake? / Bake it for an hour. <> How do I bake a baguette? / Bake it for 25 minutes. <> At which temperature?
Who wrote Emma? / Jane Austen. <> Who wrote Dracula? / Bram Stoker. <> When was she or he born?
What is the capital of Chile? / Santiago. <> What is the capital of Kenya? / Nairobi. <> How many people live there?
Explain TCP. / TCP is a reliable protocol. <> Explain UDP. / UDP is a simple protocol. <> Give me an example.
Write a poem about rain. / Rain falls softly. <> Write a poem about snow. / Snow falls softly. <> Make it shorter.
I have a rash. / Where is it? <> I have a bruise. / Where is it? <> On my left arm.
My order is late. / I am sorry. Which order is it? <> I want to return my order. / Sure. Which order is it? <> The one with the shoes.
Compare Go and Rust. / Both are compiled. <> Compare Ruby and Perl. / Both are interpreted. <> Which one is faster?
How do I install nginx on Debian? / Use apt. <> How do I install nginx on Alpine? / Use apk. <> And how do I start it?
Translate "good morning" into Thai. / Here it is. <> Translate "good morning" into Czech. / Here it is. <> How is that pronounced?
Can I take ibuprofen with alcohol? / Better not. <> Can I take paracetamol with milk? / Yes. <> Why?
What is a mortgage? / A loan for a house. <> What is an overdraft? / A short loan of the bank. <> What does it cost?
I rent a flat in Berlin. / How can I help? <> I rent a flat in Vienna. / How can I help? <> How long is the notice period?
Here is my essay on whales. / I have read it. <> Here is my essay on wolves. / I have read it. <> Write a conclusion.
Our app is written in Swift. / Understood. <> Our app is written in Kotlin. / Understood. <> How do I read a file?
I am a vegetarian. / Noted. <> I eat everything. / Noted. <> Suggest a dinner for two.
The patient is 6 years old. / OK. <> The patient is 60 years old. / OK. <> What is the usual dose of amoxicillin?
Let x be 4. / OK. <> Let x be 9. / OK. <> What is the square root of x?
We use Postgres. / Good to know. <> We use MySQL. / Good to know. <> How do I upsert a row?
I speak French. / Très bien. <> I speak Dutch. / Heel goed. <> Please answer in my language: what is a bee?
Tell me about the first world war. / It began in 1914. <> Tell me about the second world war. / It began in 1939. <> When did it end?
I have a Golf from 2009. / Nice. <> I have a Corolla from 2015. / Nice. <> Which oil does it need?
Give me a name for a cat. / Luna. <> Give me a name for a boat. / Aurora. <> Another one.
My password is not accepted. / Do you get an error? <> My card is not accepted. / Do you get an error? <> Yes, it says invalid.
Sort these by age: Ann 30, Bob 20. / Bob, Ann. <> Sort these by age: Cid 50, Dee 60. / Cid, Dee. <> Now in the other order.
I will visit Kyoto. / When? <> I will visit Cairo. / When? <> In August. What should I pack?
Is this legal in Texas? A tenant records his landlord. / Yes. <> Is this legal in Florida? A tenant records his landlord. / No. <> What is the penalty?
I want to learn the violin. / Great. <> I want to learn the drums. / Great. <> How long does it take?
Set the light in the kitchen to blue. / Done. <> Set the light in the hall to red. / Done. <> Turn it off again.
What is photosynthesis? / How plants make sugar. <> What is respiration? / How cells gain energy. <> Explain that to a child.
My name is Ines. / Hello Ines. <> My name is Omar. / Hello Omar. <> What is my name?
Book a table for two. / At what time? <> Book a table for six. / At what time? <> At eight.
How do I grow tomatoes? / In the sun. <> How do I grow ferns? / In the shade. <> How often do I water them?
I got a B in maths. / Well done. <> I got a D in maths. / Oh. <> How do I tell my parents?
Fix this: for i in range(10) print(i). / A colon is missing. <> Fix this: if x = 3: print(x). / Use two equals signs. <> Show me the whole line.
Which is bigger, Mars or Venus? / Venus. <> Which is bigger, Saturn or Uranus? / Saturn. <> By how much?
I was fired after 2 years. / I am sorry. <> I resigned after 2 years. / I see. <> Do I get unemployment benefits?
I am allergic to nuts. / Noted. <> I am allergic to milk. / Noted. <> Can I eat marzipan?
We play football on Sunday. / Fun. <> We have a funeral on Sunday. / My condolences. <> What should I wear?
The server runs Windows. / OK. <> The server runs FreeBSD. / OK. <> How do I list the open ports?
Draft a letter to the bank. / Here it is. <> Draft a letter to my aunt. / Here it is. <> Make it more formal.
A train leaves at 9:10 and takes 50 minutes. / OK. <> A train leaves at 9:40 and takes 70 minutes. / OK. <> When does it arrive?
I want to sell my house. / Sure. <> I want to buy a house. / Sure. <> Do I need an agent?
Who played Bond in Goldfinger? / Sean Connery. <> Who played Bond in Skyfall? / Daniel Craig. <> In which other films did he play?
The budget is 500 euros. / OK. <> The budget is 5,000 euros. / OK. <> Which camera should I buy?
What does a cardiologist do? / Treats the heart. <> What does an urologist do? / Treats the urinary tract. <> How do I become one?
We are three adults. / Noted. <> We are two adults and a baby. / Noted. <> Which car should we rent?
Summarise chapter 1. / It introduces Tom. <> Summarise chapter 2. / Tom leaves home. <> What happens next?
The file is named a.txt. / OK. <> The file is named b.csv. / OK. <> Write the command that deletes it.
I have type 1 diabetes. / I see. <> I have high blood pressure. / I see. <> May I drive a bus?
Look at the sales of 2021. / Done. <> Look at the sales of 2023. / Done. <> Which month was best?
My puppy is 8 weeks old. / Cute. <> My dog is 8 years old. / Nice. <> How much should he sleep?
Let us speak about Python. / Sure. <> Let us speak about snakes. / Sure. <> Are pythons dangerous?
My plan is Basic. / OK. <> My plan is Enterprise. / OK. <> How many users can I add?
I live in Sydney. / Nice. <> I live in Helsinki. / Nice. <> When does winter begin?
I need a visa for Brazil. / What is your nationality? <> I need a visa for China. / What is your nationality? <> I am Canadian.
Our meeting is at 10 in Lisbon. / OK. <> Our meeting is at 10 in Denver. / OK. <> What time is that in Tokyo?
How do I say cat in Latin? / Feles. <> How do I say dog in Latin? / Canis. <> And the plural?
I am writing a thriller. / Exciting. <> I am writing a cookbook. / Tasty. <> Suggest a title.
My flight was delayed by 2 hours. / I am sorry. <> My flight was delayed by 5 hours. / I am sorry. <> Do I get compensation?
Use metric units. / OK. <> Use imperial units. / OK. <> How tall is the Eiffel tower?
A is true and B is false. / OK. <> A is false and B is false. / OK. <> What is A or B?
I sing tenor. / OK. <> I sing alto. / OK. <> Suggest an aria.
The customer is angry. / Oh. <> The customer is delighted. / Great. <> Write a reply to the customer.
We sell candles. / OK. <> We sell insurance. / OK. <> Write a slogan for us.
I use React 16. / OK. <> I use React 18. / OK. <> How do I render the root?
The recipe is for 4 people. / OK. <> The recipe is for 12 people. / OK. <> How many eggs do I need?
My son is in year 3. / OK. <> My son is in year 10. / OK. <> Explain fractions at his level.
It is about my contract of 2019. / Found it. <> It is about my contract of 2022. / Found it. <> When does it end?
You are a pirate. / Arr. <> You are a lawyer. / Indeed. <> Introduce yourself.
My knee hurts when I run. / Since when? <> My back hurts when I sit. / Since when? <> For two weeks. What can I do?
I have a 32 bit system. / OK. <> I have a 64 bit system. / OK. <> How much memory can I use?
Find flights to Malta. / I found three. <> Find flights to Crete. / I found three. <> Book the second one.
The graph has 5 nodes. / OK. <> The graph has 7 nodes. / OK. <> How many edges can it have at most?
I have a gas stove. / OK. <> I have an induction stove. / OK. <> Which pans can I use?
The cake is for a wedding. / Lovely. <> The cake is for a child. / Sweet. <> What should I write on it?
Tell me about Ada Lovelace. / She was a mathematician. <> Tell me about Alan Turing. / He was a mathematician. <> Where did the person study?
The error is in line 10. / I see. <> The error is in line 42. / I see. <> How do I fix it?
We want a loud party. / OK. <> We want a quiet evening. / OK. <> Suggest some music.
I earn 30,000 a year. / OK. <> I earn 90,000 a year. / OK. <> How much tax do I pay?
My tank has tropical fish. / OK. <> My tank has goldfish. / OK. <> How warm should the water be?
Please only answer yes or no. / OK. <> Please answer at length. / OK. <> Is a whale a fish?
The house was built in 1890. / OK. <> The house was built in 2015. / OK. <> Does it contain asbestos?
I drive an electric car. / OK. <> I drive a diesel. / OK. <> What does 100 km cost?
Define entropy in physics. / A measure of disorder. <> Define entropy in information theory. / A measure of surprise. <> What is its unit?
I am left-handed. / OK. <> I am right-handed. / OK. <> How do I hold the bow?
My bike was stolen. / Sorry. <> My bike has a flat tyre. / Sorry. <> What do I do now?
This is for my boss. / OK. <> This is for my best friend. / OK. <> Write a birthday card.
The room is 20 square metres. / OK. <> The room is 45 square metres. / OK. <> How many litres of paint do I need?
It is a weekday. / OK. <> It is a public holiday. / OK. <> Is the post office open?
I finished the beginner course. / Bravo. <> I finished the advanced course. / Bravo. <> What should I learn next?
Your text is too long. / Sorry. <> Your text is too technical. / Sorry. <> Rewrite it.
Our language is COBOL. / OK. <> Our language is Elixir. / OK. <> Print the numbers from 1 to 10.
I want to lose weight. / OK. <> I want to gain weight. / OK. <> Plan my meals for a day.
The tree is an oak. / OK. <> The tree is a cherry. / OK. <> When do I prune it?
The text is in Arabic. / OK. <> The text is in Hindi. / OK. <> Is it written from right to left?
We travel by train. / OK. <> We travel by plane. / OK. <> May we bring a pocket knife?
He is my father. / OK. <> He is my landlord. / OK. <> Does he have to support me?
Now we talk about Jupiter. / OK. <> Now we talk about Mercury. / OK. <> How many moons does it have?
I am 17. / OK. <> I am 21. / OK. <> Can I buy beer in Germany and in Texas?
`;
