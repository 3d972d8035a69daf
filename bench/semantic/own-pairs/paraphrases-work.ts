/** Of software, code, operations, work, law and money. */
export const softwareParaphrases = `
How do I reset my password? <> I forgot my password, how can I get a new one?
The app crashes when I open it <> Why does the app close as soon as I start it?
How do I turn on dark mode? <> Where can I switch to the dark theme?
How do I share a document with my team? <> How can I give my colleagues access to a document?
How do I recover a deleted file? <> Is there a way to get back a file I deleted?
How do I export my data? <> In what way can I download all my data?
How do I add a user to our workspace? <> How can I invite somebody to the workspace?
Why is the app so slow? <> What makes the application run slowly?
How do I change the language? <> Where can I set another language?
How do I turn off notifications? <> What do I do to stop getting notifications?
Can I use the app offline? <> Does the app work without an internet connection?
How do I set up two-factor authentication? <> How can I enable 2FA?
Where do I find my invoices? <> In which menu are the invoices?
How do I merge two contacts? <> How can I combine two contacts into one?
My microphone is not working in calls <> Why can nobody hear me in meetings?
How do I take a screenshot on a Mac? <> What is the way to capture the screen on macOS?
How do I update to the latest version? <> How can I install the newest release?
How do I restore the default settings? <> What is the way to reset all settings to their defaults?
How do I schedule an email? <> Can I have an email sent at a later time?
What are the system requirements? <> What computer do I need to run the program?
How do I connect my printer to wifi? <> How can I get my printer onto the wireless network?
How do I clear the cache of my browser? <> What is the way to empty the browser cache?
Which file formats can I upload? <> What types of files are supported for upload?
How do I make the text bigger? <> How can I increase the font size?
How do I free up space on my phone? <> What can I do when my phone's storage is full?
`;

export const codingParaphrases = `
How do I reverse a string in Python? <> What is the way to turn a string around in Python?
How do I undo my last commit in git? <> How can I take back the most recent git commit?
What does CORS mean? <> What is CORS?
How do I check if a key exists in a dictionary in Python? <> How can I test whether a Python dict has a key?
How do I read a file line by line in Go? <> What is the way to go through a file one line at a time in Go?
What is the difference between a process and a thread? <> How do threads differ from processes?
How do I remove duplicates from a list in Python? <> How can I get rid of repeated elements in a Python list?
Why is my SQL query slow? <> What makes my SQL query take so long?
How do I center a div with CSS? <> How can I put a div in the middle with CSS?
How do I exit Vim? <> How can I leave Vim?
How do I kill a process on a port in Linux? <> How can I stop whatever is listening on a port in Linux?
What is a race condition? <> What does the term race condition mean?
How do I write a unit test in Rust? <> How are unit tests written in Rust?
When should I use an index in a database? <> In which cases does a database index help?
How do I parse JSON in Java? <> What is the way to read JSON in Java?
How do I rename a branch in git? <> How can I give a git branch another name?
How do I debug a memory leak in Node.js? <> How can I find a memory leak in Node.js?
How do I sort an array of objects in JavaScript by a property? <> How can I order a JavaScript array of objects by one of their fields?
What does idempotent mean? <> What is meant by idempotent?
How do I make an HTTP request in Kotlin? <> How can I send an HTTP request with Kotlin?
What is dependency injection good for? <> Why would I use dependency injection?
How do I convert a string to a number in JavaScript? <> How can I turn a string into a number in JavaScript?
How do I find the largest files on a Linux server? <> Which command shows the biggest files on Linux?
What is the complexity of quicksort? <> How fast is quicksort in big O?
How do I stash changes in git? <> How can I put my git changes aside for a while?
`;

export const operationsParaphrases = `
How do I restart a pod in Kubernetes? <> What is the way to make a Kubernetes pod start again?
How do I see the logs of a container? <> How can I look at what a container has logged?
How do I roll back a deployment? <> How can I go back to the previous deployment?
Why is my container out of memory? <> What is the reason my container gets killed for memory?
How do I renew a TLS certificate? <> What is the way to extend an SSL certificate?
How do I back up a Postgres database? <> How can I make a backup of PostgreSQL?
What is a load balancer? <> What does a load balancer do?
How do I check which process uses the most CPU? <> How can I find out what is eating my CPU?
How do I rotate an API key? <> What is the way to replace an API key?
How do I add swap space on Ubuntu? <> How can I enlarge the swap on Ubuntu?
How do I copy a file to a remote server? <> How can I transfer a file to another server?
What is the difference between a container and a virtual machine? <> How do containers and virtual machines differ?
How do I schedule a job every night? <> How can I have a script run each night?
How do I limit the number of requests a client may send? <> How can I set up rate limiting for clients?
What does a readiness probe do? <> What is a readiness probe for?
`;

export const workParaphrases = `
How many vacation days do I have left? <> What is my remaining holiday balance?
How do I call in sick? <> What do I do when I am ill and can't come to work?
How do I ask for a raise? <> What is the best way to ask for more salary?
When do we get paid? <> On what day is the salary transferred?
How do I quit my job politely? <> What is a polite way to hand in my notice?
Can I work from abroad? <> Is it allowed to work remotely from another country?
How do I write a good CV? <> What makes a résumé good?
How do I claim my travel costs? <> How can I get travel expenses reimbursed?
What should I wear to an interview? <> How should I dress for a job interview?
How long is the probation period? <> How many months does probation last?
How do I give negative feedback to a colleague? <> What is the right way to criticise a co-worker?
Who approves my holiday? <> Whose approval do I need to take time off?
Do we get paid for overtime? <> Is overtime compensated?
How do I deal with a difficult boss? <> What can I do if my manager is difficult?
How do I book a meeting room? <> How can I reserve a conference room?
How do I refer a friend for a job? <> What is the way to recommend a friend for a position?
What is covered by our health insurance? <> Which treatments does our health plan pay for?
How do I change my bank details for payroll? <> Where can I update the account my salary goes to?
How do I prepare for a performance review? <> What should I do to get ready for my appraisal?
Can I take unpaid leave? <> Is it possible to get time off without pay?
`;

export const lawParaphrases = `
Can my landlord raise the rent? <> Is my landlord allowed to increase the rent?
How do I write a will? <> What do I need to do to draw up a will?
What happens to my debts when I die? <> Who has to pay my debts after my death?
Can I be fired while I am ill? <> May an employer dismiss me during sick leave?
How do I register a trademark? <> What is the process for getting a trademark?
Do I have to let the police into my flat? <> Am I obliged to open my apartment to the police?
How do I contest a parking fine? <> What can I do against a parking ticket I disagree with?
How long can I be held without charge? <> What is the maximum time the police can keep me without charging me?
Is a spoken agreement binding? <> Does a verbal contract count?
What is the difference between civil and criminal law? <> How does criminal law differ from civil law?
How do I get out of a gym contract? <> What are ways to terminate a gym membership?
When does copyright expire? <> How long does copyright last?
Can I record a phone call? <> Am I allowed to tape a telephone conversation?
What are my rights if a product is faulty? <> Which rights do I have when goods are defective?
Who pays court costs? <> Which side has to cover the costs of a trial?
`;

export const moneyParaphrases = `
How do I improve my credit score? <> What can I do to get a better credit score?
What is an ETF? <> What does ETF stand for and mean?
How much should I save for retirement? <> What amount do I need to put aside for my pension?
How do I open a bank account? <> What is needed to set up an account at a bank?
What is the difference between stocks and bonds? <> How are bonds different from stocks?
How do I dispute a charge on my card? <> What is the way to contest a card payment?
Why was my payment declined? <> What is the reason my payment did not go through?
How do I send money abroad? <> What is the best way to transfer money to another country?
What is inflation? <> What does inflation mean?
How do I block my lost card? <> I lost my card, how can I have it blocked?
Is my deposit insured? <> Is the money in my account protected?
How is interest on a loan calculated? <> How do banks work out loan interest?
When is the deadline for the tax return? <> By when do I have to file my taxes?
How do I make a budget? <> What is a good way to plan my spending?
Should I pay off debt or invest? <> Is it better to invest or to pay down debt?
Can I deduct my home office? <> Is a home office tax deductible?
What is a credit union? <> What does credit union mean?
How do I set up a standing order? <> How can I arrange a regular payment?
`;
