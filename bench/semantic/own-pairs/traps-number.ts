/** Another quantity, date, version, rank or unit. */
export const numberTraps = `
How long should I boil 6 eggs? <> How long should I boil 8 eggs?
What is the fine for being 10 days late with the rent? <> What is the fine for being 30 days late with the rent?
How do I upgrade from Django 4.2 to 5.0? <> How do I upgrade from Django 3.2 to 5.0?
Can I take 400 mg of ibuprofen twice a day? <> Can I take 600 mg of ibuprofen twice a day?
What can I see in Lisbon in two days? <> What can I see in Lisbon in four days?
Is a 15 percent tip enough in New York? <> Is a 20 percent tip enough in New York?
Which plants survive at minus 5 degrees? <> Which plants survive at minus 15 degrees?
Convert 3 cups of flour to grams <> Convert 2 cups of flour to grams
How much interest do I pay on 5,000 euros over three years? <> How much interest do I pay on 50,000 euros over three years?
Who was the 3rd president of the United States? <> Who was the 13th president of the United States?
What happened in Berlin in 1948? <> What happened in Berlin in 1984?
How do I run a container on port 8080? <> How do I run a container on port 8000?
Summarise chapter 4 of the handbook <> Summarise chapter 14 of the handbook
What does error 502 mean? <> What does error 503 mean?
How many calories are in 100 g of rice? <> How many calories are in 150 g of rice?
What is the notice period after 2 years of employment? <> What is the notice period after 5 years of employment?
My baby is 4 months old, can she eat carrots? <> My baby is 9 months old, can she eat carrots?
How do I get from 20 to 30 push-ups? <> How do I get from 30 to 40 push-ups?
Is it normal to have a fever of 38.5 for three days? <> Is it normal to have a fever of 39.5 for three days?
What is the square root of 169? <> What is the square root of 196?
Give me a workout for 45 minutes <> Give me a workout for 15 minutes
Can I bring a bottle of 100 ml on the plane? <> Can I bring a bottle of 200 ml on the plane?
Which visa do I need for 90 days in Japan? <> Which visa do I need for 180 days in Japan?
How do I fix a Windows 10 laptop that does not start? <> How do I fix a Windows 11 laptop that does not start?
How much does a half marathon training of 12 weeks cost? <> How much does a half marathon training of 16 weeks cost?
Set the timeout to 30 seconds in nginx <> Set the timeout to 30 minutes in nginx
What is due on March 3? <> What is due on March 13?
How do I take a loan of 10k? <> How do I take a loan of 100k?
Does the warranty cover a phone that is 23 months old? <> Does the warranty cover a phone that is 25 months old?
Explain article 5 of the GDPR <> Explain article 15 of the GDPR
What time is it in Tokyo when it is 3 pm in Paris? <> What time is it in Tokyo when it is 3 am in Paris?
How do I cook a turkey of 4 kilos? <> How do I cook a turkey of 4 pounds?
How far can I drive with 10 litres of petrol? <> How far can I drive with 10 gallons of petrol?
Is 1.5 hours enough to change planes in Zurich? <> Is 0.5 hours enough to change planes in Zurich?
Which of the first three Harry Potter books is the longest? <> Which of the first five Harry Potter books is the longest?
How do I apply for the second round of funding? <> How do I apply for the third round of funding?
Write a story for a child of six <> Write a story for a child of ten
What are the side effects after the 1st vaccination? <> What are the side effects after the 2nd vaccination?
How do I split a bill of 84 among 3? <> How do I split a bill of 48 among 3?
What's the tax on an income of $62,000? <> What's the tax on an income of $26,000?
Can a 16-year-old work on Sundays? <> Can an 18-year-old work on Sundays?
How does Python 2 divide integers? <> How does Python 3 divide integers?
How many seats does the Airbus A320 have? <> How many seats does the Airbus A380 have?
Is a screen of 1440p worth it? <> Is a screen of 1080p worth it?
What does the 5th amendment say? <> What does the 14th amendment say?
How do I cut a video into clips of ten seconds? <> How do I cut a video into clips of twenty seconds?
Recommend a phone under 300 dollars <> Recommend a phone under 800 dollars
How do I get 2 weeks off in July? <> How do I get 3 weeks off in July?
What is a good score on level 7? <> What is a good score on level 17?
Show the revenue of Q1 <> Show the revenue of Q3
How do I repair the tyre of a 26 inch bike? <> How do I repair the tyre of a 28 inch bike?
Is a heart rate of 55 at rest fine? <> Is a heart rate of 95 at rest fine?
How long is milk good after 7 days in the fridge? <> How long is milk good after 17 days in the fridge?
Which iPhone came out in 2017? <> Which iPhone came out in 2019?
Can we cancel within 14 days? <> Can we cancel within 40 days?
How do I share a folder with up to five people? <> How do I share a folder with up to fifty people?
What is 12 squared? <> What is 12 cubed?
How do I keep backups for 7 days? <> How do I keep backups for 7 weeks?
What's the dose for a child of 12 kg? <> What's the dose for a child of 21 kg?
Who won the match on the 9th of June? <> Who won the match on the 19th of June?
`;
