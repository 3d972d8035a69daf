/** For others, for all or only some, at another place or in another case. */
export const scopeTraps = `
How do I delete all files in a folder? <> How do I delete some files in a folder?
What vaccinations do adults need? <> What vaccinations do children need?
How many holidays do full-time employees get? <> How many holidays do part-time employees get?
Can I change my flight? <> Can I change my colleague's flight?
What does the basic plan include? <> What does the premium plan include?
Is swimming safe during pregnancy? <> Is swimming safe after a caesarean?
How do I get a refund for the whole order? <> How do I get a refund for part of the order?
Are there exceptions for students? <> Are there exceptions for pensioners?
How do I treat a burn on the hand? <> How do I treat a burn on the eye?
What are the rules for parking at night? <> What are the rules for parking at weekends?
How do I format only the first row? <> How do I format every row but the first?
What is the maximum weight for hand luggage? <> What is the maximum weight for checked luggage?
Who may see my profile? <> Who may see our company's profile?
How do I mute one participant? <> How do I mute all participants?
What do new customers pay? <> What do existing customers pay?
Is coffee bad for teenagers? <> Is coffee bad for older people?
How do I back up the database before an upgrade? <> How do I back up the database once a week?
What are common mistakes of beginners in chess? <> What are common mistakes of advanced players in chess?
What are the working hours in the public sector? <> What are the working hours in the private sector?
Can a tenant paint the inside of a house? <> Can a tenant paint the outside of a house?
How do I clean leather shoes? <> How do I clean suede shoes?
Does the law apply to small companies? <> Does the law apply to large companies?
Which sights are free for kids? <> Which sights are free for everybody?
How much protein do men need? <> How much protein do women need?
Do you ship at least two items? <> Do you ship at most two items?
Which courses can first-year students take? <> Which courses can graduate students take?
What is the fee for domestic transfers? <> What is the fee for international transfers?
How do I remove duplicates from one column? <> How do I remove duplicates from the entire sheet?
May dogs travel on local trains? <> May dogs travel on high-speed trains?
How do I grow tomatoes indoors? <> How do I grow tomatoes outdoors?
What is the penalty for a first offence? <> What is the penalty for a repeated offence?
What's a good gift for my sister? <> What's a good gift for my boss?
What are my rights if my employer goes bankrupt? <> What are my rights if my tenant goes bankrupt?
How do I hide my online status from one person? <> How do I hide my online status from everyone?
Is the museum open on public holidays? <> Is the museum open on weekdays?
Translate only the title <> Translate everything but the title
How do I disable notifications for this chat? <> How do I disable notifications for every chat?
What should I wear to a wedding in summer? <> What should I wear to a wedding in winter?
What is a normal blood pressure for athletes? <> What is a normal blood pressure for smokers?
How do I set the volume of one application? <> How do I set the volume of the whole system?
Which of the two keys is for the front door? <> Which of the two keys is for the back door?
Who approves expenses of managers? <> Who approves expenses of interns?
What do I need to rent a car abroad? <> What do I need to rent a car at home?
How do I paint a wooden door? <> How do I paint a metal door?
When is the exam for evening students? <> When is the exam for day students?
How do I store fresh herbs? <> How do I store dried herbs?
Can I deduct a private phone from tax? <> Can I deduct a business phone from tax?
How does the team decide? <> How does each member decide?
Do I need insurance for my own car? <> Do I need insurance for a borrowed car?
How do I select any row with a missing name? <> How do I select only rows with a missing name?
What is the best diet for an active dog? <> What is the best diet for a sick dog?
How long do cooked beans keep? <> How long do raw beans keep?
`;
