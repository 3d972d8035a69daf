/** Contractions opened and closed, and how politely it is asked. */
export const contractionRepeats = `
Why isn't my printer working? <> Why is not my printer working?
What's the capital of Mongolia? <> what is the capital of mongolia
Who's the CEO of Lufthansa? <> Who is the CEO of Lufthansa?
I can't log in, what do I do? <> I cannot log in, what do I do?
How do I know if I'm anaemic? <> How do I know if I am anaemic?
What should I do if my card doesn't work? <> What should I do if my card does not work?
Where's the nearest pharmacy to the station? <> Where is the nearest pharmacy to the station?
Why won't my dog eat? <> Why will my dog not eat?
What'll happen if I miss the deadline? <> What will happen if I miss the deadline?
Which files aren't needed any more? <> Which files are not needed any more?
How's a glacier formed? <> How is a glacier formed?
Why wasn't I paid in June? <> Why was I not paid in June?
Isn't there a train to Bergen at night? <> Is there not a train to Bergen at night?
They've changed the terms, can I cancel? <> They have changed the terms, can I cancel?
What's wrong with a loop that doesn't end? <> what is wrong with a loop that does not end?
I'd like to know how to fold a fitted sheet <> I would like to know how to fold a fitted sheet
We're moving to Spain, which papers do we need? <> We are moving to Spain, which papers do we need?
Why hasn't my refund arrived? <> Why has my refund not arrived?
What's a lambda in Python? <> what is a lambda in python?
If it's raining, is the tour cancelled? <> If it is raining, is the tour cancelled?
He's allergic to nuts, what can he eat? <> He is allergic to nuts, what can he eat?
What're the rules for hand luggage? <> What are the rules for hand luggage?
You've charged me twice, how do I get it back? <> You have charged me twice, how do I get it back?
My laptop won't turn on <> My laptop will not turn on
Shouldn't a contract be signed by both? <> Should a contract not be signed by both?
There's a leak under the sink, how do I fix it? <> There is a leak under the sink, how do I fix it?
What's the best way to peel a mango <> What is the best way to peel a mango?
Who'd be liable if the roof collapses? <> Who would be liable if the roof collapses?
I've lost my boarding pass, what now? <> I have lost my boarding pass, what now?
The tests don't run in CI, why? <> The tests do not run in CI, why?
Why didn't the Maya use the wheel? <> Why did the Maya not use the wheel?
When's the next leap year after 2096? <> When is the next leap year after 2096?
How do I fix a zip that's stuck? <> How do I fix a zip that is stuck?
What if the seller can't deliver? <> What if the seller cannot deliver?
Why couldn't Napoleon hold Moscow? <> Why could Napoleon not hold Moscow?
Let's say I resign in May. When is my last day? <> Let us say I resign in May. When is my last day?
it's 12 years old, should i still insure it? <> It is 12 years old, should I still insure it?
How do I tell if an egg's fresh? <> How do I tell if an egg is fresh?
What's the GDP of Chile? <> Whats the GDP of Chile
Can't I just restart the pod? <> Can I not just restart the pod?
She's 80 and lives alone, who can help? <> She is 80 and lives alone, who can help?
What does it mean when a fridge isn't cooling? <> What does it mean when a fridge is not cooling?
Which vitamins shouldn't be combined? <> Which vitamins should not be combined?
We haven't received the invoice <> We have not received the invoice
I'm locked out of my account <> I am locked out of my account
How long's the Nile? <> How long is the Nile?
What're enzymes? <> What are enzymes?
Why doesn't soap freeze? <> Why does soap not freeze?
You're late with my order, what can I do? <> You are late with my order, what can I do?
That's the third outage, do I get a credit? <> That is the third outage, do I get a credit?
`;

export const politenessRepeats = `
How do I change a tyre? <> Could you please tell me how I change a tyre?
Explain the doppler effect <> Please explain the Doppler effect.
What is the notice period in a flat share? <> Hi, what is the notice period in a flat share? Thanks!
How do I undo the last commit? <> Hey, quick question: how do I undo the last commit?
Write a poem about an old bicycle <> Would you mind writing a poem about an old bicycle?
Can I freeze cooked rice? <> Hello there! Can I freeze cooked rice? Many thanks in advance
What are the opening hours of the pool? <> Sorry to bother you, but what are the opening hours of the pool?
How do I claim travel expenses? <> I was wondering how I claim travel expenses.
Translate "good luck" into Welsh <> Please translate "good luck" into Welsh, thank you
List three causes of the Thirty Years' War <> Can you list three causes of the Thirty Years' War, please?
What does a dermatologist do? <> Can you tell me what a dermatologist does?
How do I fix a dripping tap? <> Do you know how I fix a dripping tap?
Where can I recycle batteries? <> Good morning, where can I recycle batteries?
Summarise the plot of Moby Dick <> I'd like you to summarise the plot of Moby Dick
What is the boiling point of mercury? <> Tell me what the boiling point of mercury is
Who designed the Sagrada Familia? <> Please tell me who designed the Sagrada Familia.
How do I add a column in SQL? <> I want to know how to add a column in SQL
Is it safe to eat raw salmon? <> I would like to know if it is safe to eat raw salmon
How much protein is in an egg? <> could you tell me how much protein is in an egg?
Recommend a beach near Split <> Please can you recommend a beach near Split?
How do I cite a podcast? <> One more question: how do I cite a podcast?
What is hoarfrost? <> What is hoarfrost, please?
How do I send an invoice from the app? <> Dear team, how do I send an invoice from the app? Best regards
When do clocks go back? <> Hi! When do clocks go back? Thank you so much
How do I say no to extra work? <> Any idea how I say no to extra work?
Which size of tent do I need for three people? <> May I ask which size of tent I need for three people?
Give me a recipe for pea soup <> Kindly give me a recipe for pea soup
How do I center a div? <> ok so how do I center a div?
Does aspirin thin the blood? <> Does aspirin thin the blood? Thanks a lot for your help.
What is a tort? <> Excuse me, what is a tort?
How do I renew a library card? <> Please help me: how do I renew a library card?
Define osmosis <> Please define osmosis for me
What is a good name for a parrot? <> Hello, what is a good name for a parrot? Cheers
How do I get candle wax out of a tablecloth? <> please, how do I get candle wax out of a tablecloth?
Compare diesel with petrol engines <> Could you compare diesel with petrol engines?
Are avocados a fruit? <> Just curious, are avocados a fruit?
How do I get a copy of my payslip? <> Hi all, how do I get a copy of my payslip? Thx
How does a mortgage work? <> Can you explain how a mortgage works?
What are the ingredients of pesto? <> What are the ingredients of pesto? I appreciate your help!
How do I train a puppy to sit? <> I need to know how to train a puppy to sit
Draw up a plan for learning chess <> Would you please draw up a plan for learning chess?
What is the visa fee for India? <> Good evening. What is the visa fee for India?
How do I open a port in the firewall? <> How do I open a port in the firewall pls
How do I stop hiccups? <> Do you happen to know how I stop hiccups?
Name five rivers in Asia <> Name five rivers in Asia, if you would be so kind
How do I check the tyre pressure? <> Hi support, how do I check the tyre pressure?
What is a stack overflow? <> What's a stack overflow? Thanks in advance!
Where is the Strait of Malacca? <> I'd love to know where the Strait of Malacca is
How long does a sprain take to heal? <> Hello doctor, how long does a sprain take to heal?
Suggest a topic for my biology project <> Please suggest a topic for my biology project
`;
