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

/** Answers that are true for a moment only; a rule of the demo keeps them fresh for one second. */
export const status: readonly Question[] = [
  ask("Is the app working at the moment?", "Yes, all services are running. The last disturbance was three days ago."),
  ask(
    "How many bicycles are free at the station?",
    "There are eleven bicycles and five free docks. The number is a minute old at most.",
  ),
];

/** Asked for the first time while the model cannot be reached. */
export const untimely = ask(
  "May I take my dog along?",
  "Small dogs may ride in the basket if they sit still. Please do not use the child seat for animals.",
);

const answers = new Map([...everyday, news, ...status, untimely].map(({ text, answer }) => [text, answer]));

export function answerTo(question: string): string {
  return answers.get(question) ?? "I do not know that. A colleague will write to you today.";
}
