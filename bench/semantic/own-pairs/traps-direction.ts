/** The same words in other roles: from and to, before and after, who does what to whom. */
export const directionTraps = `
How do I convert euros to dollars? <> How do I convert dollars to euros?
How do I merge develop into main? <> How do I merge main into develop?
Should I stretch before I run? <> Should I stretch after I run?
Can a landlord sue a tenant? <> Can a tenant sue a landlord?
What is the train from Munich to Milan? <> What is the train from Milan to Munich?
How do I copy files from the server to my laptop? <> How do I copy files from my laptop to the server?
Is Python faster than Ruby? <> Is Ruby faster than Python?
Why did the cat bite the dog? <> Why did the dog bite the cat?
How do I migrate from Angular to React? <> How do I migrate from React to Angular?
How much does Ahmed owe Lucia? <> How much does Lucia owe Ahmed?
Translate this menu from Spanish into French <> Translate this menu from French into Spanish
Do I add the flour before the butter? <> Do I add the butter before the flour?
How can a teacher give feedback to a student? <> How can a student give feedback to a teacher?
Which species did wolves replace? <> Which species replaced wolves?
How do I turn a PDF into a Word document? <> How do I turn a Word document into a PDF?
Is France bigger than Spain? <> Is Spain bigger than France?
What happens when a virus attacks a bacterium? <> What happens when a bacterium attacks a virus?
How do I cast a string to an integer? <> How do I cast an integer to a string?
Who beat Federer in that final? <> Who did Federer beat in that final?
What did Napoleon think of Wellington? <> What did Wellington think of Napoleon?
Should I eat breakfast before training? <> Should I train before breakfast?
How do I switch from Android to iPhone? <> How do I switch from iPhone to Android?
How do I subtract column A from column B? <> How do I subtract column B from column A?
When does supply exceed demand? <> When does demand exceed supply?
How does stress cause insomnia? <> How does insomnia cause stress?
How do I pipe the output of grep into sort? <> How do I pipe the output of sort into grep?
What can parents learn from children? <> What can children learn from parents?
Does smoking lead to depression? <> Does depression lead to smoking?
How do I transfer money from savings to checking? <> How do I transfer money from checking to savings?
Can the buyer withdraw after the seller has signed? <> Can the seller withdraw after the buyer has signed?
What did the doctor tell the nurse? <> What did the nurse tell the doctor?
Replace tabs with spaces <> Replace spaces with tabs
Why is silver cheaper than gold? <> Why is gold cheaper than silver?
Compare the old plan to the new one and say what the new one lacks <> Compare the new plan to the old one and say what the old one lacks
Which company acquired Instagram? <> Which company did Instagram acquire?
How do I divide 12 by 4? <> How do I divide 4 by 12?
Do I get paid while my manager is on leave? <> Does my manager get paid while I am on leave?
How do I sync my calendar from Google to Outlook? <> How do I sync my calendar from Outlook to Google?
What does Romeo give Juliet? <> What does Juliet give Romeo?
Is it cheaper to fly from Boston to Dublin? <> Is it cheaper to fly from Dublin to Boston?
How do I encode JSON as YAML? <> How do I encode YAML as JSON?
When did Sweden lose Finland to Russia? <> When did Russia lose Finland to Sweden?
Should I paint the walls before I lay the floor? <> Should I lay the floor before I paint the walls?
Can I use oil instead of butter? <> Can I use butter instead of oil?
How do I downgrade from the pro plan to the free one? <> How do I go from the free plan to the pro one?
Who did the king murder? <> Who murdered the king?
How do I forward mail from work to home? <> How do I forward mail from home to work?
Which planets are closer to the sun than Earth? <> Is Earth closer to the sun than other planets?
How does a company sell shares to its staff? <> How does the staff sell shares to its company?
Explain how interest rates affect inflation <> Explain how inflation affects interest rates
What is the path from A to D? <> What is the path from D to A?
Does the guest pay the host? <> Does the host pay the guest?
Do cats chase foxes? <> Do foxes chase cats?
Can I convert miles into kilometres with this? <> Can I convert kilometres into miles with this?
How do I move a commit from branch a to branch b? <> How do I move a commit from branch b to branch a?
`;
