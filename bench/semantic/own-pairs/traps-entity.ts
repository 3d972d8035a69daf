/** Another person, place, product, company or thing. */
export const entityTraps = `
How do I cancel my Netflix subscription? <> How do I cancel my Spotify subscription?
What is the capital of Niger? <> What is the capital of Nigeria?
How do I fly from London to Sydney with a cat? <> How do I fly from London to Sydney with a dog?
What are the side effects of metformin? <> What are the side effects of metoprolol?
How do I create a table in Excel? <> How do I create a table in Word?
Who was Marie Curie's husband? <> Who was Pierre Curie's father?
Is it safe to travel to Austria in winter? <> Is it safe to travel to Australia in winter?
How do I deploy a Flask app on Heroku? <> How do I deploy a Flask app on Render?
What is the best time to visit Iceland? <> What is the best time to visit Ireland?
Can I pay with PayPal? <> Can I pay with Klarna?
How do I prune roses? <> How do I prune hydrangeas?
What did Kant say about duty? <> What did Hume say about duty?
How do I set up two-factor authentication on GitHub? <> How do I set up two-factor authentication on GitLab?
How do I make a sourdough starter with rye flour? <> How do I make a sourdough starter with spelt flour?
What is the salary of a nurse in Norway? <> What is the salary of a teacher in Norway?
How do I get a work permit for Canada? <> How do I get a work permit for Germany?
Which museums are open on Mondays in Florence? <> Which museums are open on Mondays in Venice?
Does amoxicillin make you tired? <> Does azithromycin make you tired?
How do I install Docker on Ubuntu? <> How do I install Docker on Debian?
When did Neil Armstrong walk on the moon? <> When did Buzz Aldrin walk on the moon?
How do I connect my Sony headphones to my laptop? <> How do I connect my Bose headphones to my laptop?
What is the plot of Hamlet? <> What is the plot of Macbeth?
How many people live in Georgia the country? <> How many people live in Georgia the state?
How do I write a query in MongoDB? <> How do I write a query in PostgreSQL?
Can guinea pigs eat cucumber? <> Can hamsters eat cucumber?
What is the tax rate in Texas? <> What is the tax rate in Oregon?
How do I renew my passport in Dublin? <> How do I renew my passport in Belfast?
Where does Emma from accounting sit? <> Where does Emily from accounting sit?
How do I remove a coffee stain from a carpet? <> How do I remove a wine stain from a carpet?
What is the difference between a crocodile and an alligator? <> What is the difference between a crocodile and a caiman?
Tell me about the battle of Hastings <> Tell me about the battle of Agincourt
How do I treat a bee sting? <> How do I treat a jellyfish sting?
What does the painting Guernica show? <> What does the painting Nighthawks show?
How do I export contacts from Outlook? <> How do I export contacts from Thunderbird?
Which trains go from Vienna to Prague? <> Which trains go from Vienna to Budapest?
What was Mozart's last opera? <> What was Verdi's last opera?
How do I reset my Fitbit? <> How do I reset my Garmin?
Is Dr. Patel available on Thursday? <> Is Dr. Novak available on Thursday?
What is the currency of Laos? <> What is the currency of Cambodia?
How do I mount an S3 bucket on EC2? <> How do I mount an EFS volume on EC2?
What is the lifespan of a Labrador? <> What is the lifespan of a Dachshund?
Who wrote Crime and Punishment? <> Who wrote Pride and Prejudice?
What are the symptoms of hepatitis A? <> What are the symptoms of hepatitis C?
How do I cook quinoa in a rice cooker? <> How do I cook couscous in a rice cooker?
Can I use a Visa card in Cuba? <> Can I use a Mastercard in Cuba?
How do I say thank you in Danish? <> How do I say thank you in Dutch?
How deep is Lake Baikal? <> How deep is Lake Tanganyika?
What does a Scrum master do? <> What does a product owner do?
How do I change the oil of a Honda Civic? <> How do I change the oil of a Toyota Corolla?
Which vitamins are in kale? <> Which vitamins are in leeks?
What is the legal drinking age in Sweden? <> What is the legal drinking age in Switzerland?
How long does a flight from Chicago to Miami take? <> How long does a flight from Chicago to Denver take?
How do I write a cover letter for Siemens? <> How do I write a cover letter for Bosch?
Give me a recipe for lasagne with spinach <> Give me a recipe for lasagne with salmon
How do I call a Rust function from Python? <> How do I call a Go function from Python?
What is the role of the liver? <> What is the role of the spleen?
How do I join the meeting in Zoom? <> How do I join the meeting in Teams?
Which streets in Porto are good for bars? <> Which streets in Braga are good for bars?
What did Anna say about the budget? <> What did Hannah say about the budget?
`;
