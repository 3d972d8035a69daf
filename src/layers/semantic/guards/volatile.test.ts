import { describe, expect, test } from "vitest";
import { vetoes } from "../../../../test/contract/guard-suite.ts";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { readText } from "../reading/read-text.ts";
import { isVolatile, volatile } from "./volatile.ts";

const ofTheMoment = [
  "What happened in the news today?",
  "What should I wear tonight?",
  "Will it rain tomorrow?",
  "Who lost the match yesterday?",
  "Which bakeries are open now?",
  "Is the bridge closed right now?",
  "What is the latest version of Node?",
  "Which phone is the newest one from Nokia?",
  "Who is the current mayor of Ghent?",
  "Who currently holds the marathon record?",
  "What is nowadays the most popular name?",
  "Which startups were recently acquired?",
  "Which films came out lately?",
  "What did parliament decide this week?",
  "What is on at the cinema this weekend?",
  "How much did food prices rise last month?",
  "Who won the cup last year?",
  "When is the next train to Bruges?",
  "When is the next election?",
  "Which concerts are there next month?",
  "What are the upcoming holidays?",
  "Did anything change three days ago?",
  "What is trending on social media?",
  "What's the weather in Tromso?",
  "Weather forecast for Kyoto",
  "What is the weather like?",
  "Is it raining in Bergen?",
  "Is it going to rain?",
  "How is the weather?",
  "What is the temperature outside?",
  "What time is it?",
  "What time is it in Jakarta?",
  "What is the date?",
  "Which day is it?",
  "What's the stock price of Siemens?",
  "Price of gold",
  "Bitcoin price in euros",
  "What is the exchange rate of the krona?",
  "What is the dollar worth in India?",
  "How is the stock market doing?",
  "What are oil prices?",
  "Where is my order?",
  "Where's my package?",
  "What is the status of my refund?",
  "Show my last invoice",
  "What is my account balance?",
  "Has my order shipped?",
  "Is my flight delayed?",
  "When does my delivery arrive?",
  "How many points are left on my card? Check my rewards",
  "Check my calendar",
  "List my appointments",
  "What's the score of the game?",
  "Live scores of the league",
  "Cricket score",
  "Who is winning?",
  "Breaking news",
  "Any news about the strike?",
  "Traffic on the ring road from here",
  "How is the traffic?",
  "Pharmacies near me",
  "Is the online shop down?",
  "Is the museum open?",
  "What are the headlines?",
  "Which tickets are still available?",
  "How much do I owe?",
  "How old am I?",
  "What did I order?",
  "Did you receive my letter?",
  "How many days of leave do I have left?",
  "Are there any seats left on the bus?",
  "Is there a delay on the ring road?",
  "How many days until Christmas?",
  "What day of the week is it?",
  "Who is leading the race?",
  "Which bakeries near here sell rye bread?",
  "Give me a random password",
  "Tell me another joke",
  "Flip a coin",
  "Convert 100 USD to EUR",
  "How much are 20 dollars in euros?",
  "The ferry was cancelled today. What now?",
];

const lasting = [
  "The parcel came broken, now what do I do?",
  "I have lost my boarding pass, what now?",
  "My application was turned down. What now?",
  "I broke a crown, what should I do now?",
  "Now, how do I renew my passport?",
  "Every now and then my kettle drips, why?",
  "How does buy now, pay later work?",
  "When must I hand in the form at the latest?",
  "What is the latest I can check in?",
  "How long ago did the mammoths die out?",
  "Can I carry over unused leave to next year?",
  "Do unused minutes roll over to the next month?",
  "Do you offer next day delivery?",
  "What is a live stream?",
  "How do I open a current account?",
  "What is the current directory in bash?",
  "How do I get yesterday's date in SQL?",
  "How do I install the latest version of Node on Ubuntu?",
  "How do I find recently opened files?",
  "I am currently on the free plan. How do I upgrade?",
  "I recently moved. How do I change my address?",
  "What is a random variable?",
  "How do I generate a random number in Python?",
  "How do I convert dollars to euros?",
  "Convert 5 pounds to kilograms",
  "How much do I have to pay until I am of age?",
  "What can I do if the heating is left on?",
  "What is an electric current?",
  "How does alternating current differ from direct current?",
  "What are current liabilities in accounting?",
  "Why do ocean currents flow?",
  "How do I know whether I am in love?",
  "What is weather?",
  "How does weather differ from climate?",
  "Why does the weather change?",
  "What is the weather like in Crete in May?",
  "What is price elasticity?",
  "How is the price of a stock determined?",
  "How do stock splits work?",
  "What is a good credit score?",
  "How do I raise my exam score?",
  "How do I track an order?",
  "How do I cancel my subscription?",
  "How can I change my billing address?",
  "What is the best way to close my account?",
  "Why was my card declined?",
  "Can I use my card abroad?",
  "How do I read my electricity bill?",
  "What does the body temperature of a cat tell?",
  "What is the boiling temperature of water?",
  "How do I get more traffic to my website?",
  "What is it like to live in a desert?",
  "How long do turtles live?",
  "What is the meaning of life?",
  "How do I write a newsletter?",
  "What is a newspaper?",
  "What is the game of Go?",
  "Who won the battle of Hastings?",
  "What is the second law of motion?",
  "How many days are in a week?",
  "What is the last letter of the alphabet?",
  "How do I make money online?",
  "Is it legal to record calls?",
  "What time zone is Lima in?",
  "What is the date of the French revolution?",
  "When is Easter celebrated?",
  "How do open and closed questions differ?",
  "Where do I find my account number?",
  "Where can I download my invoices?",
];

function isVolatileText(text: string): boolean {
  return isVolatile(readText(text, builtinLexicon()));
}

describe("of the moment", () => {
  test.each(ofTheMoment)("%s", (text) => {
    expect(isVolatileText(text)).toBe(true);
  });
});

describe("lasting", () => {
  test.each(lasting)("%s", (text) => {
    expect(isVolatileText(text)).toBe(false);
  });
});

test("there are enough texts, and none stands twice", () => {
  expect(ofTheMoment.length).toBeGreaterThanOrEqual(60);
  expect(lasting.length).toBeGreaterThanOrEqual(30);
  expect(new Set([...ofTheMoment, ...lasting]).size).toBe(ofTheMoment.length + lasting.length);
});

test("case, closing punctuation, white space and politeness make no difference", () => {
  const variants = (text: string) => {
    const bare = text.replace(/[?.!]+$/, "");
    return [
      bare,
      `${bare}??`,
      ` ${text} `,
      text.toLowerCase(),
      text.toUpperCase(),
      `Please, ${text}`,
      `${bare} thanks`,
    ];
  };
  const differing = [...ofTheMoment, ...lasting].filter((text) =>
    variants(text).some((variant) => isVolatileText(variant) !== isVolatileText(text)),
  );
  expect(differing).toEqual([]);
});

test("vetoes equal texts, and wherever one of the two is of the moment", () => {
  expect(vetoes(volatile, "Where is my order?", "Where is my order?")).toBe(true);
  expect(vetoes(volatile, "Where is my order?", "Where is the order of Malta?")).toBe(true);
  expect(vetoes(volatile, "Where is the order of Malta?", "Where is my order?")).toBe(true);
  expect(vetoes(volatile, "Where is the order of Malta?", "Where is the order of Malta?")).toBe(false);
});
