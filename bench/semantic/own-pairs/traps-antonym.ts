/** One word is the opposite of the other. */
export const antonymTraps = `
How do I turn on dark mode? <> How do I turn off dark mode?
How can I gain weight safely? <> How can I lose weight safely?
What are the advantages of leasing? <> What are the disadvantages of leasing?
How do I enable cookies? <> How do I disable cookies?
Which stocks rose last week? <> Which stocks fell last week?
How do I buy a used car? <> How do I sell a used car?
What is the highest mountain in Africa? <> What is the lowest point in Africa?
How do I block a contact? <> How do I unblock a contact?
How do I upload a video? <> How do I download a video?
What makes bread soft? <> What makes bread hard?
Why is the battery charging so fast? <> Why is the battery charging so slowly?
How do I sort the list in ascending order? <> How do I sort the list in descending order?
How do I accept an invitation? <> How do I decline an invitation?
What is the earliest train to Leeds? <> What is the latest train to Leeds?
How do I increase the font size? <> How do I decrease the font size?
How do I encrypt a folder? <> How do I decrypt a folder?
How do I hire a freelancer? <> How do I fire a freelancer?
What are the pros of working from home? <> What are the cons of working from home?
How do I open a bank account? <> How do I close a bank account?
What are the best hotels in Naples? <> What are the worst hotels in Naples?
How do I raise the saddle of my bike? <> How do I lower the saddle of my bike?
Why do prices go up in December? <> Why do prices go down in December?
How do I zip a directory? <> How do I unzip a directory?
How do I show hidden rows? <> How do I hide rows?
What is the minimum age for a pilot? <> What is the maximum age for a pilot?
How do I lend money to a friend? <> How do I borrow money from a friend?
How do I import contacts into the app? <> How do I export contacts from the app?
What causes high blood sugar? <> What causes low blood sugar?
When does the shop open? <> When does the shop close?
How do I lock the screen? <> How do I unlock the screen?
How do I win an argument? <> How do I lose an argument?
What should I do if my plant gets too much light? <> What should I do if my plant gets too little light?
How do I log in on the new site? <> How do I log out on the new site?
How do I start the engine? <> How do I stop the engine?
Which fish live in fresh water? <> Which fish live in salt water?
How do I tighten a belt on a washing machine? <> How do I loosen a belt on a washing machine?
How do I include taxes in the price? <> How do I exclude taxes from the price?
What are strengths of this argument? <> What are weaknesses of this argument?
How do I follow a topic? <> How do I unfollow a topic?
Is the left lane for buses? <> Is the right lane for buses?
How do I heat a small room? <> How do I cool a small room?
What are the arrival times on Sunday? <> What are the departure times on Sunday?
How do I praise an employee? <> How do I criticise an employee?
How do I expand a menu with CSS? <> How do I collapse a menu with CSS?
What is inbound marketing? <> What is outbound marketing?
How do I make my handwriting larger? <> How do I make my handwriting smaller?
Why do people trust the news? <> Why do people distrust the news?
How do I attach a trailer? <> How do I detach a trailer?
What should I do before surgery? <> What should I do after surgery?
How do I push a branch to the remote? <> How do I pull a branch from the remote?
How do I get up earlier? <> How do I get up later?
What are symptoms of a deficit of iron? <> What are symptoms of an excess of iron?
How do I build a fence? <> How do I tear down a fence?
What are cheap restaurants in Athens? <> What are expensive restaurants in Athens?
How do I promote a user to admin? <> How do I demote a user from admin?
Why is the water in the harbour shallow? <> Why is the water in the harbour deep?
`;
