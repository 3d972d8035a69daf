/** The same frame with another matter, or one word that changes what is meant. */
export const topicTraps = `
How do I clean the filter of my vacuum cleaner? <> How do I clean the filter of my dishwasher?
What is the best way to learn the guitar? <> What is the best way to learn the piano?
How do I reset my password? <> How do I reset my router?
What is a healthy breakfast? <> What is a healthy snack before bed?
How do I report a bug? <> How do I report a user?
How do I apply for parental leave? <> How do I apply for sick leave?
What is machine learning? <> What is deep learning?
How do I write a will? <> How do I contest a will?
What is the speed of sound in water? <> What is the speed of light in water?
How do I grow basil from seed? <> How do I grow basil from cuttings?
How do I update my billing address? <> How do I update my shipping address?
What is the return policy for shoes? <> What is the return policy for electronics?
How do I treat an ear infection? <> How do I treat an eye infection?
How do I create an index in a book? <> How do I create an index in a database?
What does a bank manager do? <> What does a branch manager do in git?
How do I charge my phone? <> How do I charge my customers?
What are the symptoms of flu? <> What are the stages of flu?
How do I start a fire in a stove? <> How do I start a fire in a forest legally?
Where can I watch the game? <> Where can I play the game?
How do I change the language of the app? <> How do I change the theme of the app?
How do I make a paper plane? <> How do I make a paper boat?
What is a good book about the Cold War? <> What is a good film about the Cold War?
How do I remove a tattoo? <> How do I remove a tick?
What are the rules of handball? <> What are the rules of volleyball?
How do I train for a marathon? <> How do I train for a triathlon?
What is the password policy? <> What is the privacy policy?
How do I sharpen a knife? <> How do I sharpen a photo?
What are the visiting hours of the hospital? <> What are the opening hours of the hospital pharmacy?
How do I register a company name? <> How do I register a domain name?
How do I get rid of ants? <> How do I get rid of moles?
What is a black box in a plane? <> What is a black box in testing?
How do I calculate gross profit? <> How do I calculate net profit?
What is the tax on gifts? <> What is the tax on inheritances?
How do I find the mean of a list? <> How do I find the median of a list?
How do I set an alarm? <> How do I set a reminder?
How do I split a string at commas? <> How do I join strings with commas?
What do I need for a barbecue for vegetarians? <> What do I need for a picnic for vegetarians?
How do I cook pasta? <> How do I cook pasta sauce?
What is the boiling point of ethanol? <> What is the melting point of ethanol?
How do I write a unit test? <> How do I write a load test?
How do I draw a horse? <> How do I ride a horse?
What causes tides? <> What causes waves?
Which documents do I need to marry? <> Which documents do I need to adopt a child?
How do I speed up my website? <> How do I speed up my laptop?
How does the heart pump blood? <> How does the kidney filter blood?
How do I order a replacement key? <> How do I order a replacement card?
What is the deadline for the tender? <> What is the budget of the tender?
How do I change the strings of a violin? <> How do I tune the strings of a violin?
How do I delete my account? <> How do I delete my comment?
What is the dress code at the opera? <> What is the dress code at the office?
How do I protect my skin from the sun? <> How do I protect my eyes from the sun?
What is the phone number of customer service? <> What is the e-mail address of customer service?
How do I join two tables? <> How do I join two cables?
How do I serve oysters? <> How do I open oysters?
What are the ingredients of hummus? <> What are the calories of hummus?
How do I file a patent? <> How do I file a trademark?
`;
