/** Words before a question that ask for nothing themselves, longest first; matched on the opened words of a text. */
const openings = phrases(
  "good morning|good afternoon|good evening|good day|hi there|hello there|hey there|hi|hello|hey|greetings|" +
    "hi all|hi everyone|hello everyone|hi guys|hey guys|dear assistant|hi assistant|hello assistant|hey assistant|" +
    "excuse me|sorry|sorry to bother you|um|uh|umm|uhm|hmm|er|so|ok|okay|please|kindly|pls|plz|thanks|thank you|" +
    "quick question|quick one|i have a question|i have a quick question|i have got a question|just a quick question|" +
    "just a question|one question|one quick question|question|by the way|btw|" +
    "would you be so kind to tell me|would you be so kind as to tell me|would you kindly tell me|" +
    "i would appreciate it if you could tell me|i would be grateful if you could tell me|" +
    "i was hoping you could tell me|i was wondering if you could tell me|i wonder if you could tell me|" +
    "do you happen to know|does anyone know|does anybody know|does someone know|any idea|do you have any idea|" +
    "can you help me understand|could you help me understand|can you explain to me|could you explain to me|" +
    "can you explain|could you explain|please explain|please explain to me|explain to me|help me understand|" +
    "i was wondering|i am wondering|i wonder|just wondering|i am curious|just curious|" +
    "can you please|could you please|would you please|will you please|" +
    "can you tell me|could you tell me|would you tell me|can you please tell me|could you please tell me|" +
    "would you please tell me|would you mind telling me|can you kindly tell me|could you kindly tell me|" +
    "can anyone tell me|can someone tell me|can anybody tell me|could someone tell me|could anyone tell me|" +
    "i would like to know|i want to know|i need to know|i would love to know|i would like to ask|i want to ask|" +
    "do you know|please tell me|tell me|please let me know|let me know|may i ask|can i ask|may i know|can i know|" +
    "might i ask|could i ask",
);

const closings = phrases(
  "please|pls|plz|kindly|thanks|thank you|thank you so much|thank you very much|thanks a lot|thanks so much|" +
    "thanks in advance|thank you in advance for your help|thanks for your help|thank you for your help|" +
    "appreciate it|much appreciated|thanks again|ty|tia|thank you in advance|many thanks|thx|cheers|if you do not mind|if you would not mind",
);

/** Openings that only ask for nothing where a question word follows. */
const needQuestion = new Set([
  "do you know",
  "do you happen to know",
  "does anyone know",
  "does anybody know",
  "does someone know",
  "any idea",
  "do you have any idea",
  "can you explain to me",
  "could you explain to me",
  "can you explain",
  "could you explain",
  "please explain",
  "please explain to me",
  "explain to me",
  "help me understand",
  "can you help me understand",
  "could you help me understand",
  "i wonder",
  "i was wondering",
  "i am wondering",
  "tell me",
  "please tell me",
  "let me know",
  "please let me know",
  "question",
  "sorry",
  "i want to ask",
  "i would like to ask",
  "i want to know",
  "i need to know",
  "so",
]);

const questionWords = new Set("what which who whom whose where when why how if whether".split(" "));

/** The verbs of requests: after them `can you` asks for the thing, not whether it is possible. */
const requestVerbs = new Set(
  (
    "write explain translate summarize summarise list give show help describe suggest recommend create generate make " +
    "provide compare define fix convert check rewrite name tell draft outline rephrase paraphrase proofread correct " +
    "improve edit calculate compute solve classify extract format design compose brainstorm elaborate clarify"
  ).split(" "),
);

const requests = phrases("can you|could you|would you|will you");

/** Where the words begin and end that are left when politeness is taken off both ends; something always is left. */
export function withoutPoliteness(words: readonly string[]): readonly [start: number, end: number] {
  let start = 0;
  let end = words.length;
  for (let length = matchAtEnd(words, start, end); length > 0; length = matchAtEnd(words, start, end)) end -= length;
  for (let length = matchAtStart(words, start, end); length > 0; length = matchAtStart(words, start, end)) {
    start += length;
  }
  return [start, end];
}

function matchAtStart(words: readonly string[], start: number, end: number): number {
  for (const phrase of openings) {
    const next = start + phrase.length;
    if (next >= end || !phrase.every((word, index) => words[start + index] === word)) continue;
    if (!needQuestion.has(phrase.join(" ")) || questionWords.has(words[next] ?? "")) return phrase.length;
  }
  for (const phrase of requests) {
    const next = start + phrase.length;
    if (next + 1 < end && phrase.every((word, index) => words[start + index] === word)) {
      if (requestVerbs.has(words[next] ?? "")) return phrase.length;
    }
  }
  return 0;
}

function matchAtEnd(words: readonly string[], start: number, end: number): number {
  for (const phrase of closings) {
    const at = end - phrase.length;
    if (at > start && phrase.every((word, index) => words[at + index] === word)) return phrase.length;
  }
  return 0;
}

function phrases(text: string): readonly (readonly string[])[] {
  return text
    .split("|")
    .map((phrase) => phrase.split(" "))
    .sort((one, other) => other.length - one.length);
}
