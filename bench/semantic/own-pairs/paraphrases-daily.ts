/** Of shops, travel, cooking, health and the household. */
export const shopParaphrases = `
How do I return a pair of shoes? <> What's the way to send back shoes I bought?
When will my order get here? <> How long until my package arrives?
I want my money back for a broken lamp <> How do I get a refund for a lamp that is broken?
How do I cancel my subscription? <> What do I have to do to end my subscription?
Where do I enter a discount code? <> At which point can I use a voucher?
Do you deliver to Norway? <> Can I have things shipped to Norway?
How can I change the delivery address of an order? <> I need my order sent to a different address, how?
What payment methods do you accept? <> How can I pay?
My parcel is damaged. What now? <> What do I do when a package arrives broken?
How do I track my shipment? <> Where can I see how far my parcel has got?
Can I exchange a jumper for a bigger size? <> Is it possible to swap a sweater for a larger one?
How do I get an invoice for my order? <> Where can I find the bill for my purchase?
How long is the warranty on the drill? <> For how many years is the drill under guarantee?
Is shipping free? <> Do I have to pay for delivery?
How do I contact customer service? <> What is the best way to reach support?
My gift card does not work <> Why is my gift voucher being rejected?
How do I delete my customer account? <> I'd like my account with you removed
When will the blue bike be back in stock? <> When can I buy the blue bike again?
Do I need an account to order? <> Can I buy something as a guest?
How do I change my e-mail address in my account? <> Updating the email of my profile
I was charged twice for one order <> The amount for my order was debited two times
What happens if I am not at home when the parcel comes? <> What does the courier do when nobody is in?
Can I pick up my order in the shop? <> Is collecting my order in store possible?
How do I unsubscribe from your newsletter? <> I don't want your newsletter any more, how do I stop it?
How do I put together the wardrobe I bought? <> Where are the assembly instructions for my wardrobe?
`;

export const travelParaphrases = `
What is the cheapest way from London to Paris? <> How do I get from London to Paris for the least money?
Do I need a visa for Vietnam? <> Is a visa required to enter Vietnam?
How early do I have to be at the airport? <> How long before departure should I arrive at the airport?
What is worth seeing in Krakow? <> Which sights in Krakow should I visit?
How much luggage can I bring on the train? <> What is the baggage allowance on trains?
Is tap water in Mexico safe to drink? <> Can I drink water from the tap in Mexico?
What should I pack for a hike? <> What do I need to bring on a hiking trip?
My flight was cancelled, do I get compensation? <> Am I entitled to money if the airline cancels my flight?
When is the rainy season in Kerala? <> In which months does it rain most in Kerala?
How do I avoid jet lag? <> What helps against jet lag?
Can I take my dog on the ferry? <> Are dogs allowed on the ferry?
How long is the drive from Rome to Bari? <> How much time does it take to go from Rome to Bari by car?
Which part of Lisbon is best to stay in? <> In what neighbourhood of Lisbon should I book a hotel?
I lost my passport abroad. What should I do? <> What are the steps when a passport is lost in another country?
Do trains in Italy run on Christmas Day? <> Is there rail service in Italy on the 25th of December?
What language do people speak in Brazil? <> Which language is spoken in Brazil?
How much should I tip in Tokyo? <> What tip is customary in Tokyo?
Is it safe to travel alone in Morocco? <> How safe is Morocco for solo travellers?
How do I get from the airport in Oslo to the centre? <> What is the way into the city from Oslo airport?
What is the time difference between Delhi and Berlin? <> By how many hours do Delhi and Berlin differ?
Which vaccines do I need for Kenya? <> What shots are required for a trip to Kenya?
How do I rent a car without a credit card? <> Can I hire a car if I don't have a credit card?
What is the currency in Hungary? <> Which money is used in Hungary?
Can I use my phone in Turkey? <> Will my mobile work in Turkey?
Where can I leave my suitcase in Antwerp? <> Is there luggage storage in Antwerp?
`;

export const cookingParaphrases = `
How do I keep avocados from turning brown? <> What stops an avocado from going brown?
What can I use instead of eggs in a cake? <> Which substitute for eggs works in baking?
How long can I keep cooked rice in the fridge? <> For how many days is boiled rice good in the refrigerator?
My soup is too salty, how do I fix it? <> What can I do about a soup with too much salt?
How do I know when a steak is medium? <> How can I tell that a steak is done medium?
Why did my cake collapse? <> What makes a cake sink in the middle?
How do I peel garlic quickly? <> What is the fastest way to take the skin off garlic?
What goes well with asparagus? <> What can I serve with asparagus?
How do I make pizza dough? <> What is a recipe for the dough of a pizza?
How do I sharpen kitchen knives? <> What is the way to get kitchen knives sharp again?
Can I freeze soft cheese? <> Is it possible to put soft cheese in the freezer?
How much pasta do I cook for one person? <> What amount of pasta is one serving?
What temperature kills salmonella? <> At how many degrees do salmonella die?
Why do onions make me cry? <> What is it in onions that makes the eyes water?
How do I thicken a sauce? <> What can I do to make a sauce thicker?
How do I ripen bananas faster? <> What makes bananas get ripe more quickly?
Which oil is best for frying? <> What oil should I use to fry?
How can I tell if eggs have gone bad? <> How do I recognise rotten eggs?
What is the difference between baking soda and baking powder? <> How do baking powder and baking soda differ?
How do I make coffee without a machine? <> What are ways to brew coffee if I have no coffee maker?
`;

export const healthParaphrases = `
How much water should I drink a day? <> What is the recommended daily amount of water?
What helps against a headache? <> How do I get rid of a headache?
Can I take ibuprofen and paracetamol together? <> Is it safe to combine paracetamol with ibuprofen?
How long is the flu contagious? <> For how many days can someone with the flu infect others?
What are the first signs of pregnancy? <> How do I notice early that I am pregnant?
How do I lower my blood pressure without pills? <> What brings blood pressure down without medication?
Why do my feet hurt in the morning? <> What causes foot pain after getting up?
When should I see a doctor about a cough? <> At what point does a cough need medical attention?
How do I remove a splinter? <> What is the best way to get a splinter out?
What should I do about a bee sting? <> How is a bee sting treated?
How many hours of sleep do teenagers need? <> How long should a teenager sleep?
Is it dangerous to crack your knuckles? <> Does cracking the knuckles do any harm?
How do I stop a nosebleed? <> What can I do to make a nose stop bleeding?
Which foods contain a lot of iron? <> What can I eat to get more iron?
What causes dandruff? <> Where does dandruff come from?
How long does a broken wrist take to heal? <> When is a fractured wrist healed?
How do I know if a mole is dangerous? <> How can I tell whether a mole is harmful?
Can stress make you ill? <> Is it possible to get sick from stress?
What is a healthy resting heart rate? <> How high should the pulse be at rest?
How can I quit smoking? <> What is the best way to give up cigarettes?
My ears are blocked after a flight <> What can I do when my ears are plugged after flying?
How do I treat a mild sunburn? <> What helps skin that is slightly burnt by the sun?
What does a blood test for thyroid show? <> What can be seen from a thyroid blood test?
Does cold weather cause colds? <> Do we catch colds because it is cold outside?
How often should I have my teeth checked? <> How frequently should I go to the dentist for a check-up?
`;

export const householdParaphrases = `
How do I get red wine out of a carpet? <> What removes a red wine stain from carpet?
How do I unclog a drain? <> What can I do about a blocked drain?
How do I get rid of mould in the bathroom? <> What is the best way to remove bathroom mould?
How can I save electricity at home? <> What are ways to use less power in the house?
How do I hang a picture without nails? <> Is there a way to put up a picture without using nails?
How often should I water an orchid? <> At what intervals does an orchid need water?
Why does my washing machine smell? <> What is the reason for a smelly washing machine?
How do I keep mosquitoes away? <> What repels mosquitoes?
How do I clean a burnt pot? <> What gets a scorched pot clean?
What can I plant in the shade? <> Which plants grow well without much sun?
How do I descale a coffee machine? <> What is the way to remove limescale from a coffee maker?
My toilet keeps running, how do I stop it? <> How can I fix a toilet that does not stop running?
How do I paint a wall without streaks? <> What is the trick to painting walls evenly?
How do I stop a door from squeaking? <> What can I do about a creaking door?
How do I iron a shirt? <> What is the correct way of ironing a shirt?
When should I prune roses? <> What is the right time of year to cut back roses?
How do I remove stickers from glass? <> What takes sticker residue off glass?
How can I make my flat warmer in winter? <> What can I do so that my apartment is less cold in winter?
`;
