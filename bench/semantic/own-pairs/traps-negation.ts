/** One of the two denies, leaves out or forbids what the other one does not. */
export const negationTraps = `
Which foods should I eat with gout? <> Which foods should I not eat with gout?
Why is my code compiling? <> Why isn't my code compiling?
Give me recipes with nuts <> Give me recipes without nuts
Is it legal to record a phone call? <> Is it illegal to record a phone call?
Who has to file a tax return? <> Who does not have to file a tax return?
How do I make the bot reply to strangers? <> How do I make the bot never reply to strangers?
Which of these countries are in the EU? <> Which of these countries are not in the EU?
What happens if I pay the invoice in time? <> What happens if I don't pay the invoice in time?
Can I travel with a visa? <> Can I travel without a visa?
List the features that are supported on mobile <> List the features that are unsupported on mobile
How do I sleep when it is raining? <> How do I sleep when it is not raining?
Which employees passed the course? <> Which employees have not passed the course?
What should I say in a job interview? <> What should I never say in a job interview?
Are mushrooms from this forest edible? <> Are mushrooms from this forest inedible?
Show all orders that were shipped <> Show all orders except those that were shipped
Which medicines can I take while breastfeeding? <> Which medicines can't I take while breastfeeding?
How do I merge with fast-forward? <> How do I merge with no fast-forward?
What can the landlord do if I refuse to leave? <> What can the landlord do if I agree to leave?
Tell me which employees attended <> Tell me which employees failed to attend
Write a letter that mentions the accident <> Write a letter that does not mention the accident
Can I drive on that tyre? <> Can I no longer drive on that tyre?
When is a contract valid? <> When is a contract invalid?
Which apps work offline? <> Which apps don't work offline?
Is there a way to log in with a password? <> Is there a way to log in without a password?
What does it mean when the light is blinking? <> What does it mean when the light isn't blinking?
What happens to people who vote? <> What happens to people who never vote?
Which parts of the house are insured? <> Which parts of the house are uninsured?
Where do I need a permit to fish? <> Where do I need no permit to fish?
How do I get my child to share toys? <> How do I get my child to stop sharing toys?
Which countries have an army? <> Which countries have no army?
Explain why the sample is contaminated <> Explain why the sample is uncontaminated
What happens if I water a cactus in winter? <> What happens if I never water a cactus in winter?
Name animals that lay eggs <> Name mammals that do not lay eggs
How do I make sure the door is locked? <> How do I make sure the door is unlocked?
What do I do when the customer is satisfied? <> What do I do when the customer is dissatisfied?
Which of my friends like opera? <> Which of my friends dislike opera?
How do I behave at work when I agree with my boss? <> How do I behave at work when I disagree with my boss?
Is the update mandatory for everybody? <> Is the update mandatory for nobody?
Which passengers may board? <> Which passengers may not board?
What did he do in the office? <> What didn't he do in the office?
Is it a good idea to invest during inflation? <> Is it a good idea not to invest during inflation?
Give reasons to have children <> Give reasons not to have children
Is my data encrypted on your servers? <> Is my data unencrypted on your servers?
Who was present at the meeting? <> Who was absent from the meeting?
Which rows have a value in the column email? <> Which rows lack a value in the column email?
How do cats behave in company? <> How do cats behave without company?
What can I do if the package arrived? <> What can I do if the package hasn't arrived?
Can a minor sign this agreement? <> Can a minor refuse to sign this agreement?
How do I write a review that recommends the hotel? <> How do I write a review that does not recommend the hotel?
Why do some people tolerate lactose? <> Why are some people intolerant of lactose?
Which exercises are good for a bad back? <> Which exercises are no good for a bad back?
What is possible with the free plan? <> What is impossible with the free plan?
How do I tell the class that the exam takes place? <> How do I tell the class that the exam does not take place?
When is it appropriate to hug a colleague? <> When is it inappropriate to hug a colleague?
What do vegetarians eat? <> What do vegetarians refuse to eat?
Include the appendix in the summary <> Leave the appendix out of the summary
Which browsers load the page? <> Which browsers fail to load the page?
`;
