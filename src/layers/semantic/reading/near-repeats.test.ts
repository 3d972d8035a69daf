import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { align } from "./align.ts";
import { readText } from "./read-text.ts";

/** Questions of many fields, asked again as people do: with other typing, with manners, with a slip of the pen. */
const questions = `
How do I reset the password of my account
What is the difference between a virus and a bacterium
Why does bread go stale faster in the fridge
How many litres of water should a person drink every day
Who painted the ceiling of the Sistine Chapel
Where can I find the settings for dark mode
What are the side effects of ibuprofen
How long does it take to boil an egg
Is it safe to eat raw cookie dough
When did the Berlin Wall come down
How do you convert miles to kilometers
What does the warning light on my dashboard mean
Can I return a product without the receipt
Which planet has the most moons
How do I export my contacts to a spreadsheet
What is the capital of New Zealand
Why do cats purr when they are happy
How much does a passport renewal cost
What time does the pharmacy close on Sundays
How do I remove a coffee stain from a white shirt
Who wrote the novel about the white whale
What is the boiling point of water at high altitude
How can I improve my handwriting as an adult
What happens if I miss a payment on my mortgage
How do plants make energy from sunlight
What is the fastest way to learn the guitar
Do penguins have knees
How do I cancel my subscription before the trial ends
What causes thunder and lightning
Should I water my tomatoes in the morning or in the evening
How do I merge two branches in git without losing commits
What is the purpose of an index in a database
Why is my laptop battery draining so quickly
How do I change the language of the interface
What is the maximum size of an attachment
Where are my downloaded files stored on the phone
How do I write a cover letter for an internship
What are the rules for carrying liquids on a plane
Which vitamins are found in oranges
How is cheese made from milk
What is the average salary of a nurse
Can dogs eat peanut butter
How do I calculate the area of a triangle
What is a good substitute for butter in baking
Why is the sky blue during the day
How do I connect my headphones to the television
Who was the first woman to fly across the Atlantic
What does it mean when a dream keeps coming back
How many calories are there in a banana
When should I change the oil in my car
What is the meaning of the word serendipity
How do I sort a list of dictionaries by value in Python
What are the symptoms of low blood sugar
How can I make my sourdough starter more active
What is the population of Iceland
Is there a limit on the number of users per workspace
How do I invite a colleague to the project
Why are flamingos pink
What is compound interest and how does it work
How do I stop my glasses from fogging up
Which documents do I need to open a bank account
What is the best soil for growing blueberries
How far is the moon from the earth
How do I enable two factor authentication
What did people use before toothpaste was invented
How do I center a div horizontally with flexbox
Are there any discounts for students
What is the shelf life of unopened yogurt
How do I unsubscribe from the newsletter
Why do leaves change color in autumn
What is the exchange rate between the euro and the pound
How do I take a screenshot on a tablet
Who invented the printing press
How often should I replace my toothbrush
What are the ingredients of a traditional pesto
Can I use the same charger for both devices
How do vaccines protect the body from disease
What is the delivery time for international orders
How do I delete old backups from the server
What is the difference between weather and climate
How do I train a puppy to walk on a leash
Where does the river Danube begin
What is the tallest building in the world
Why does my shoulder hurt when I sleep on my side
How do I change the timezone of a container
How many players are there on a volleyball team
What should I wear to a job interview
How do I clean the filter of my washing machine
What is the legal age for renting a car
How do I draw a straight line without a ruler
`
  .trim()
  .split("\n");

const lexicon = builtinLexicon();
const read = (text: string) => readText(text, lexicon);

/** Numbers from 0 up to 1, the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const typings: readonly ((question: string) => string)[] = [
  (question) => question.toLowerCase(),
  (question) => question.toUpperCase(),
  (question) => question.replace(/\b\w/g, (letter) => letter.toUpperCase()),
  (question) => `${question}?`,
  (question) => `${question} ??`,
  (question) => `  ${question.replaceAll(" ", "  ")}.`,
  (question) => `${question}\u00a0?\n`,
];

test("other typing gives the same normal form, in every question", () => {
  for (const question of questions) {
    const { normal } = read(question);
    for (const typing of typings) expect(read(typing(question)).normal).toBe(normal);
  }
});

const manners: readonly ((question: string) => string)[] = [
  (question) => `Hi, ${question}?`,
  (question) => `hello! ${question}`,
  (question) => `Good morning. Could you please tell me: ${question}?`,
  (question) => `Please tell me ${question}`,
  (question) => `I'd like to know, ${question}?`,
  (question) => `um, quick question - ${question}?`,
  (question) => `I was wondering ${question}`,
  (question) => `Do you know ${question}? Thanks!`,
  (question) => `${question}, please?`,
  (question) => `${question}? Thank you very much!`,
  (question) => `Hey there, ${question}? Thanks in advance.`,
];

test("manners at both ends change no signature", () => {
  const asked = questions.filter((question) => /^(?:what|who|where|when|why|how|which)\b/i.test(question));
  for (const question of asked) {
    const { signature } = read(question);
    for (const manner of manners) expect(read(manner(question)).signature).toBe(signature);
  }
});

const shorter: readonly (readonly [RegExp, string])[] = [
  [/^What is /, "What's "],
  [/^What is /, "whats "],
  [/^What is /, "What\u2019s "],
  [/^Who was /, "Who was "],
  [/^How do I /, "How can I "],
  [/^How do I /, "How to "],
  [/^How do you /, "how do i "],
  [/^What are the /, "What are "],
  [/ they are /, " they're "],
  [/ the /, " "],
];

test("contractions, articles and other ways to ask how change no signature", () => {
  for (const question of questions) {
    for (const [long, short] of shorter) {
      expect(read(question.replace(long, short)).signature).toBe(read(question).signature);
    }
  }
});

/** One slip in one word of four letters or more, none in its first letter. */
function withSlip(question: string, random: () => number): string {
  const words = question.split(" ");
  const places = words.flatMap((word, index) => (/^[a-z]{4,}$/.test(word) ? [index] : []));
  const index = places[Math.floor(random() * places.length)];
  if (index === undefined) return question;
  const word = words[index] as string;
  const at = 1 + Math.floor(random() * (word.length - 1));
  const letter = "etaoinshrdlcum".charAt(Math.floor(random() * 14));
  const swapped = word.slice(0, at - 1) + word.charAt(at) + word.charAt(at - 1) + word.slice(at + 1);
  const slips = [
    word.slice(0, at) + word.slice(at + 1),
    word.slice(0, at) + word.charAt(at) + word.slice(at),
    word.slice(0, at) + letter + word.slice(at + 1),
    swapped,
  ];
  words[index] = slips[Math.floor(random() * slips.length)] as string;
  return words.join(" ");
}

test("one slip in a question: seven of ten signatures are the same, and nine of ten texts agree word by word", () => {
  const random = seeded(7);
  let slips = 0;
  let signatures = 0;
  let alignments = 0;
  for (const question of questions) {
    for (let turn = 0; turn < 10; turn++) {
      const slipped = withSlip(question, random);
      if (slipped === question) continue;
      slips++;
      const asked = read(slipped);
      const found = read(question);
      if (asked.signature === found.signature) {
        signatures++;
        continue;
      }
      const { askedOnly, foundOnly } = align(asked, found, lexicon);
      if (askedOnly.length + foundOnly.length === 0) alignments++;
    }
  }
  expect(slips).toBeGreaterThan(800);
  expect(signatures / slips).toBeGreaterThan(0.7);
  expect((signatures + alignments) / slips).toBeGreaterThan(0.92);
});

test("no two of the questions share a signature", () => {
  expect(new Set(questions.map((question) => read(question).signature)).size).toBe(questions.length);
});
