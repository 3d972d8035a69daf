/** What people ask the support desk of a bicycle rental, and what its assistant answers. */

export interface Question {
  readonly text: string;
  readonly answer: string;
}

const ask = (text: string, answer: string): Question => ({ text, answer });

export const system =
  "You are the assistant of the support desk of a bicycle rental with forty stations. Answer in at most three sentences, friendly and exact. If a rule of the rental conditions applies, name it. Never promise a refund; say how to ask for one.";

export const everyday: readonly Question[] = [
  ask(
    "How do I unlock a bicycle?",
    "Open the app, tap Unlock and scan the code on the handlebar. The lock opens within five seconds; if it does not, try the bicycle next to it and report the first one.",
  ),
  ask(
    "What does an hour cost?",
    "The first half hour is part of every day pass. After that each started half hour is charged at the price shown in the app before you unlock.",
  ),
  ask(
    "Where may I leave the bicycle?",
    "At any station with a free dock, not only the one where you began. Outside a station the rental goes on and the fee for collecting it is added.",
  ),
  ask(
    "The lock does not close. What now?",
    "Push the bicycle back half a step and lock it again with the pin fully in. If it stays open, tap Problem in the app, and we end the rental by hand.",
  ),
  ask(
    "Can I rent two bicycles at once?",
    "Yes, up to four with one account. Each is charged on its own, and you are responsible for all of them.",
  ),
  ask(
    "Do you have bicycles for children?",
    "Every fifth station has two children's bicycles and helmets. The map in the app shows them with a small yellow mark.",
  ),
  ask(
    "How old must I be?",
    "You must be sixteen to have an account of your own. Younger riders may use a bicycle that an adult has rented and supervises.",
  ),
  ask(
    "I forgot my bag in the basket.",
    "Tell us the number of the bicycle and the time, and we reserve it at once so that nobody can unlock it. You can then fetch your bag at the station shown in the app.",
  ),
  ask(
    "How do I change my payment card?",
    "Choose Account, then Payment, then Replace card. A running rental is charged to the card with which it was begun.",
  ),
  ask(
    "Why was I charged twice?",
    "Most often one of the two is a reservation that disappears within three days. If both are still there after that, send us the receipt and we check it.",
  ),
  ask(
    "Is there an insurance?",
    "Every rental includes liability insurance for damage to others. The bicycle itself is covered when you have locked it and reported the damage on the same day.",
  ),
  ask(
    "Can I reserve a bicycle?",
    "You can reserve one for ten minutes, free of charge, twice a day. After ten minutes it is free for others again.",
  ),
  ask(
    "How do I cancel my yearly pass?",
    "A yearly pass ends by itself after twelve months and is not renewed. Before that it can be cancelled within fourteen days of buying it.",
  ),
  ask(
    "What if I have an accident?",
    "See to the people first and call 112 if anybody is hurt. Then tap Emergency in the app, and we end the rental and send you the form.",
  ),
  ask(
    "Do you rent in winter?",
    "Yes, all year, but stations on hills close when it is icy. The map shows a closed station in grey.",
  ),
  ask(
    "How do I become a station partner?",
    "Write to us with your address and the space you can offer. We need room for eight docks and a socket.",
  ),
];

/** What everybody asks at the moment the news is out. */
export const news = ask(
  "Is it true that the old bridge is closed for bicycles today?",
  "Yes, until eight in the evening, because of the street festival. The stations on both sides are open; please take the new bridge one kilometre downstream.",
);

/** Answers that are true for some minutes only; a rule of the demo keeps them no longer. */
export const status: readonly Question[] = [
  ask("Is the app working at the moment?", "Yes, all services are running. The last disturbance was three days ago."),
  ask(
    "How many bicycles are free at the station?",
    "There are eleven bicycles and five free docks. The number is a minute old at most.",
  ),
];

/** The same questions as people write them: other words, slips of the finger, other manners. */
export const otherWords: readonly (readonly [asks: number, text: string])[] = [
  [0, "how do i unlock a bicycle"],
  [0, "How can I unlock a bicycle?"],
  [0, "How do I unlock a bycicle?"],
  [0, "Please, how do I unlock a bicycle?"],
  [1, "what does an hour cost"],
  [1, "How much does an hour cost?"],
  [2, "where may i leave the bicycle"],
  [2, "Where can I leave the bicycle?"],
  [2, "Where may I leave the bicylce?"],
  [3, "The lock doesn't close. What now?"],
  [4, "Can I rent 2 bicycles at once?"],
  [4, "can i rent two bicycles at once"],
  [4, "Could I rent two bicycles at once?"],
  [5, "Do you have bicycles for kids?"],
  [5, "Do you have bycicles for children?"],
  [6, "how old must i be"],
  [6, "How old do I have to be?"],
  [7, "I forgot my bag in the baket."],
  [8, "How do I change my payment card please?"],
  [8, "How can I change my payment card?"],
  [8, "How do I chnage my payment card?"],
  [9, "Why was I charged two times?"],
  [9, "why was i charged twice??"],
  [10, "Is there an insurence?"],
  [11, "Can I reserve a bike?"],
  [11, "Can i reserve a bicycle"],
  [12, "How do I cancel my yearly pass, please?"],
  [12, "How can I cancel my annual pass?"],
  [13, "What if I have an acident?"],
  [14, "Do you rent in the winter?"],
  [14, "do you rent in winter"],
  [15, "How can I become a station partner?"],
];

/** Look the same and are not: no answer of the list above fits. */
export const lookAlikes: readonly Question[] = [
  ask("How do I lock a bicycle?", "Push the pin in until it clicks, then tap End in the app."),
  ask(
    "What does a day cost?",
    "A day pass has the price shown in the app; the first half hour of every ride is part of it.",
  ),
  ask(
    "Where may I not leave the bicycle?",
    "Not on pavements of less than two metres, in parks, or in front of doors.",
  ),
  ask("Can I rent three bicycles at once?", "Yes, up to four with one account, each charged on its own."),
  ask("Do you have bicycles for adults?", "Yes, at every one of our forty stations."),
  ask("How do I cancel my payment card?", "Ask your bank to cancel it, and remove it under Account, then Payment."),
  ask("Why was I not charged?", "A ride is charged when it has ended; some banks show it a day later."),
  ask("Can I reserve a helmet?", "Helmets cannot be reserved; they hang beside the children's bicycles."),
  ask("How do I renew my yearly pass?", "It is not renewed by itself. Buy a new one from two weeks before its end."),
  ask("Do you rent in summer?", "Yes, all year, and in summer until midnight."),
];

const answers = new Map([...everyday, news, ...status, ...lookAlikes].map(({ text, answer }) => [text, answer]));

export function answerTo(question: string): string {
  const same = otherWords.find(([, text]) => text === question);
  return answers.get(same === undefined ? question : (everyday[same[0]]?.text ?? question)) ?? aboutOne(question);
}

/** A question about one bicycle, one station, one bill: nobody has asked it before. */
export function singular(number: number): string {
  const kinds = [
    `Is bicycle ${1_000 + number} still locked?`,
    `What did my ride ${70_000 + number * 7} cost?`,
    `When was the brake of bicycle ${1_000 + number} repaired?`,
    `How long was ride ${70_000 + number * 3} with bicycle ${1_000 + number}?`,
  ];
  return kinds[number % kinds.length] as string;
}

function aboutOne(question: string): string {
  return `I have looked it up for you: "${question}" The record is complete and nothing about it is unusual. If you see it otherwise, write to us with the number, and a colleague will look into it today.`;
}

/** About four letters a token; the scripted models count alike. */
export function textTokens(text: string): number {
  return Math.max(1, Math.ceil(text.length / 4));
}

/**
 * The rental conditions, as the program that searches them cuts them up. Filled up to whole tokens, so that the share of
 * each in the bill for several of them is a whole number as well.
 */
export const passages: readonly string[] = [...everyday, ...lookAlikes].map(({ text, answer }) => {
  const passage = `${text} ${answer}`;
  return passage.padEnd(4 * textTokens(passage), ".");
});

export function editedPassage(index: number, edition: number): string {
  const passage = `Edition ${edition}. ${passages[index % passages.length]}`;
  return passage.padEnd(4 * textTokens(passage), ".");
}
