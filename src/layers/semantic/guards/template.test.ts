import { expect, test } from "vitest";
import { guardSuite, vetoes } from "../../../../test/contract/guard-suite.ts";
import { template } from "./template.ts";

/** A frame such as an application puts around what its user typed. */
const support =
  "You are the assistant of a small shop for garden tools. Answer the customer in a friendly way and never promise a " +
  "date of delivery. The customer writes as follows and waits for your reply.";
const legal =
  "Read the clause of the rental contract with care, say which party has to act, by which day, and what follows if " +
  "nothing is done. Do not give an opinion. The clause is about";
const travel =
  "Plan one day for a visitor who likes to walk, has little money, eats no meat and wants to be back at the hotel " +
  "before it is dark. The visitor stays in";
const review =
  "Decide for the review below whether the guest was content with the room, the food and the staff of the hotel, and " +
  "answer with one word for each of the three. The guest says that";

const traps = [
  "Translate good morning into French | Translate good evening into French",
  "Translate the dog is big into French | Translate a dog is big into French",
  "Translate I saw them to German | Translate I see them to German",
  "Please translate we are here to Italian | Please translate we were here to Italian",
  "Can you translate my cat to Greek? | Can you translate your cat to Greek?",
  "I need you to translate open the door to Dutch | I need you to translate open a door to Dutch",
  "Translate hello to French | Translate hello to Spanish",
  "How do you say good luck in Korean? | How do you say good night in Korean?",
  "How do you say the house in Latin? | How do you say a house in Latin?",
  "How do I pronounce quay? | How do I pronounce key?",
  "How to pronounce Worcester | How to pronounce Gloucester",
  "Summarise the plot of Dracula | Summarise the plot of Frankenstein",
  "Summarize this: the tenant pays on Monday | Summarize this: the tenant pays on Friday",
  "Summarise the meeting of the board | Summarise the meetings of the board",
  "Rewrite the sentence he go home | Rewrite the sentence he goes home",
  "Rewrite politely: send me the file | Rewrite politely: send me a file",
  "Rephrase I am not happy | Rephrase I am happy",
  "Rephrase we regret the delay | Rephrase we regret this delay",
  "Reword the cake was good | Reword a cake was good",
  "Paraphrase time flies | Paraphrase time flew",
  "Paraphrase the early bird | Paraphrase an early bird",
  "Proofread their is a problem | Proofread there is a problem",
  "Proofread I has a cat | Proofread I have a cat",
  "Classify the review: great food | Classify the review: awful food",
  "Classify I love the soup as positive or negative | Classify I loved the soup as positive or negative",
  "Categorize apples and pears | Categorize apples or pears",
  "Shorten we would like to meet you | Shorten we would like to meet them",
  "Condense the report on sales | Condense a report on sales",
  "Conjugate the verb to be | Conjugate the verb to have",
  "Punctuate lets eat grandma | Punctuate let us eat grandma",
  "Capitalize the title a day at sea | Capitalize the title the day at sea",
  "Transliterate ivan to Cyrillic | Transliterate ivana to Cyrillic",
  "Redact the name in Ann paid Bob | Redact the name in Bob paid Ann",
  "Decode uryyb | Decode uryyc",
  "Decipher the note dear sir | Decipher the note dear sirs",
  "What is the sentiment of I love it | What is the sentiment of I loved it",
  "What is the translation of bread | What is the translation of breads",
  "Fix the grammar in the following text: he go home | Fix the grammar in the following text: he goes home",
  "Is this sentence correct: she don't know | Is this sentence correct: she doesn't know",
  "Find errors in this code: print(x) | Find errors in this code: print(y)",
  "Give a title to the text below: a fox ran | Give a title to the text below: the fox ran",
  "Count the words in this sentence: we sat down | Count the words in this sentence: we sat",
  "Answer the following question: is it hot in Oslo | Answer the following question: is it cold in Oslo",
  "Extract names from this message: Ann met Bob | Extract names from this message: Ann met Tom",
  "Label each word in the list: sun, moon | Label each word in the list: sun, star",
  "Turn these words into a rhyme: cat, hat | Turn these words into a rhyme: cat, bat",
  "Explain the words:\na bird in the hand | Explain the words:\nthe bird in the hand",
  "Reply to this email: can we meet at noon | Reply to this email: could we meet at noon",
  "What is wrong with this paragraph: it rain | What is wrong with this paragraph: it rained",
  "Continue the passage: it was dark | Continue the passage: it is dark",
  "Sort the data: 3 1 2 | Sort the data: 3 2 1",
  `${support} My rake broke | ${support} My spade broke`,
  `${support} Can I swap my hose? | ${support} Can I swap my gloves?`,
  `${support} The lid is rusty | ${support} The lid is missing`,
  `${support} Where is my parcel? | ${support} How do I sharpen shears?`,
  `${legal} heating | ${legal} parking`,
  `${legal} pets in the flat | ${legal} guests in the flat`,
  `${legal} repairs | ${legal} repairs of windows`,
  `${travel} Lisbon | ${travel} Porto`,
  `${travel} a hostel in Ghent | ${travel} a hostel in Bruges`,
  `${travel} Vienna in spring | ${travel} Vienna`,
  `${review} the bed was soft | ${review} the bed was hard`,
  `${review} breakfast was cold | ${review} breakfast was late`,
  `${review} nobody cleaned | ${review} everybody smiled`,
];
const benign = [
  "Translate good morning into French | Translate good morning to French",
  "Please translate good morning into French | Could you translate good morning into French?",
  "I want you to translate we are here to Italian | Translate we are here to Italian",
  "Help me translate open the door to Dutch | Translate open the door to Dutch",
  "Summarise the plot of Dracula | summarise the plot of dracula, please",
  "Summarize the plot of Dracula | Summarise the plot of Dracula",
  "Rewrite politely: send me the file | Rewrite politely: send me the file.",
  "How do you say good luck in Korean? | How would you say good luck in Korean?",
  "How do you say good luck in Korean? | How do I say good luck in Korean?",
  "Is this sentence correct: she don't know | Is this sentence correct:  she don't know?",
  "Fix the grammar in the following text: he go home | Correct the grammar in the following text: he go home",
  "What is photosynthesis? | How does photosynthesis work?",
  "How do I reset my password? | I forgot my password. How do I get a new one?",
  "Recipe: pancakes | Pancakes: recipe",
  "What is the best way to learn chess? | How should a beginner learn chess?",
  "Why is the sky blue? | What makes the sky look blue?",
  "Can I bring a stroller on the plane? | Are strollers allowed on planes?",
  "How do I file a claim for a lost bag? | My bag is lost. How do I claim?",
  "Quick question: how long is a marathon? | How long is a marathon?",
  "What does the word quaint mean? | What is the meaning of quaint?",
  "How do translators work? | How does a translator work?",
  "What is a summary judgment? | Explain a summary judgment",
  "Who decoded the Rosetta stone? | By whom was the Rosetta stone decoded?",
  "How do I shorten a dress? | How can a dress be shortened?",
  `${support} My rake broke | ${support} My rakes broke`,
  `${support} My rake is broken | ${support} My rake's broken`,
  `${legal} heating | Please, ${legal} the heating`,
  `${travel} Lisbon | ${travel} lisbon, please`,
  `${review} the bed was soft | ${review} the bed was soft!`,
  `${review} the beds were soft | ${review} the bed was soft`,
  `${travel} Porto | ${travel} Porto. Thanks`,
  "How long may I park here? | For how long can I park here?",
];

guardSuite(template, { traps, benign, isExact: (text) => text.includes("\n") });

test("a long part that differs is a difference, however much else is shared", () => {
  const wordsOf = (seed: string) =>
    Array.from({ length: 70 }, (_, index) => `${seed}${index % 7 === 0 ? "ing" : ""}`).join(" ");
  expect(vetoes(template, `Judge: ${wordsOf("walk")}`, `Judge: ${wordsOf("talk")}`)).toBe(true);
});

test("a long text that differs in a slip only is no other text", () => {
  const long = Array.from({ length: 12 }, () => "the garden behind the old house was full of yellow flowers").join(
    " and ",
  );
  expect(
    vetoes(
      template,
      `Is it true that ${long}?`,
      `Is it ture that ${long.replace(/yellow flowers$/, "yelow flowers")}?`,
    ),
  ).toBe(false);
});
