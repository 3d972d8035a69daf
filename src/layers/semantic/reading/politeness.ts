import { questionWords, requestVerbs } from "./request-words.ts";

/**
 * Takes greetings, fillers and manners off both ends of a text. What looks like manners can be what is asked about
 * (`hello in Spanish`, `how do you say thank you`, `ER nurse`), so each phrase goes only where a clause begins behind
 * it or punctuation stands between, and a text that speaks of words keeps its end.
 */

/** The words of a text, and what stands before each in punctuation (`","`, `". "`, `""`). */
export interface WordsInPlace {
  readonly words: readonly string[];
  readonly breaks: readonly string[];
}

/** Where the words begin and end that are left; something always is left. */
export function withoutPoliteness({ words, breaks }: WordsInPlace): readonly [start: number, end: number] {
  const text: Trimmed = { words, breaks, start: 0, end: words.length };
  for (let length = closingAt(text); length > 0; length = closingAt(text)) text.end -= length;
  for (let length = openingAt(text); length > 0; length = openingAt(text)) text.start += length;
  return [text.start, text.end];
}

interface Trimmed extends WordsInPlace {
  start: number;
  end: number;
}

function openingAt(text: Trimmed): number {
  const { words, breaks, start, end } = text;
  const first = words[start] ?? "";
  for (const { phrase, needs } of openings.get(first) ?? []) {
    const next = start + phrase.length;
    if (next >= end || !isAt(phrase, words, start)) continue;
    const word = words[next] ?? "";
    if (needs === "request" ? next + 1 < end && requestVerbs.has(word) : startsClause(word)) return phrase.length;
    const apart = breaks[next] ?? "";
    if (needs === "break" && (/[,.!?;\n-]/.test(apart) || (phrase.length > 1 && apart.includes(":"))))
      return phrase.length;
    if (needs === "thing" && !(phrase.length > 1 ? goesOn : aboutWords).has(word)) return phrase.length;
  }
  return 0;
}

function startsClause(word: string): boolean {
  return questionWords.has(word) || openings.has(word) || auxiliaries.has(word) || requestVerbs.has(word);
}

function closingAt(text: Trimmed): number {
  for (const phrase of closings) {
    const at = text.end - phrase.length;
    if (at > text.start && isAt(phrase, text.words, at) && isManners(phrase, at, text)) return phrase.length;
  }
  return 0;
}

/** The more stands between a closing phrase and the question, the less can it be what the question is about. */
function isManners(phrase: readonly string[], at: number, { words, breaks, start }: Trimmed): boolean {
  const apart = breaks[at] ?? "";
  if (apart.includes(":")) return false;
  if (/[.!?\n]/.test(apart)) return true;
  const before = words.slice(start, at);
  if (apart.includes(",") || apart.includes(";")) return !before.some((word) => wordsOfSpeech.has(word));
  const last = words[at - 1] ?? "";
  if (!shortClosings.has(phrase.join(" ")) || namesNext.has(last) || before.some((word) => wordsOfSpeech.has(word))) {
    return false;
  }
  return !mayNameNext.has(last) || !before.some((word) => wordsOnWords.has(word));
}

function isAt(phrase: readonly string[], words: readonly string[], at: number): boolean {
  return phrase.every((word, index) => words[at + index] === word);
}

/** What must follow: punctuation or a clause; a clause; the name of a thing; the verb of a request. */
type Needs = "break" | "clause" | "thing" | "request";

const openingPhrases: Readonly<Record<Needs, string>> = {
  break:
    "good morning|good afternoon|good evening|good day|hi there|hello there|hey there|hi|hello|hey|greetings|" +
    "hi all|hi everyone|hello everyone|hi guys|hey guys|dear assistant|hi assistant|hello assistant|hey assistant|" +
    "excuse me|sorry|sorry to bother you|um|uh|umm|uhm|hmm|er|so|ok|okay|well|thanks|thank you|quick question|" +
    "hi support|hello support|hey support|hi team|hello team|hey team|dear team|dear support|dear sir or madam|hi folks|" +
    "please help me|help me|my question is|here is my question|honestly|basically|out of curiosity|quick one|i have a question|i have a quick question|i have got a question|just a quick question|" +
    "just a question|one question|one quick question|question|by the way|btw|just wondering|just curious|" +
    "thanks in advance|thank you in advance|many thanks|many thanks in advance|thanks a lot|thank you so much|" +
    "sorry for the question|sorry if this is obvious|silly question|stupid question|dumb question|random question|" +
    "i have got a quick question|one more question|one more thing|" +
    "i need help|i need some help|need help|please help|could you help me|can you help me|can you help me with this|" +
    "could you help me with this|i hope you are well|hope you are well|yo|howdy|sup|" +
    "hi again|hello again|good day to you|hi there everyone|alright|anyway|" +
    "pardon me|forgive me|quickly|hey team",
  clause:
    "and|also|i was wondering|i am wondering|i wonder|i am curious|do you know|do you happen to know|does anyone know|" +
    "does anybody know|does someone know|any idea|do you have any idea|tell me|let me know|i want to know|" +
    "i need to know|i would like to ask|i want to ask|may i ask|can i ask|might i ask|could i ask|can i know|" +
    "may i know|can you explain to me|could you explain to me|can you explain|could you explain|please explain|" +
    "please explain to me|explain to me|help me understand|can you help me understand|could you help me understand|" +
    "can you show me|could you show me|please show me|show me|can you teach me|could you teach me|teach me|" +
    "does anybody here know|anyone know|anybody know|i am trying to find out|i am trying to understand|" +
    "i am trying to figure out|trying to figure out|i was just wondering|just wondering|i am just wondering|" +
    "i wanted to know|i wanted to ask|i need to understand|i would like to understand|i want to understand|" +
    "i have been wondering|i keep wondering|please can you tell me|please could you tell me|please advise|" +
    "might you know|would you know|would you happen to know|" +
    "remind me|can you remind me|could you remind me|so|ok so|okay so|hey so|well|ok|okay|quick question|question|" +
    "curious|i am curious to know|curious to know|i am interested to know",
  thing:
    "please|kindly|pls|plz|can you please|could you please|would you please|will you please|can you tell me|" +
    "could you tell me|would you tell me|can you please tell me|could you please tell me|please tell me|" +
    "would you please tell me|would you mind telling me|can you kindly tell me|could you kindly tell me|" +
    "can anyone tell me|can someone tell me|can anybody tell me|could someone tell me|could anyone tell me|" +
    "i would like to know|i would love to know|please let me know|would you kindly tell me|" +
    "would you be so kind to tell me|would you be so kind as to tell me|i was hoping you could tell me|" +
    "i would appreciate it if you could tell me|i would be grateful if you could tell me|" +
    "i was wondering if you could tell me|i wonder if you could tell me|can you pls|can you plz|could you pls|" +
    "could you plz|pls tell me|plz tell me",
  request: "can you|could you|would you|will you",
};

/** By their first word, the longest first. */
const openings = new Map<string, { readonly phrase: readonly string[]; readonly needs: Needs }[]>();
for (const needs of ["break", "clause", "thing", "request"] as const) {
  for (const phrase of phrases(openingPhrases[needs])) {
    const first = phrase[0] ?? "";
    const others = openings.get(first) ?? [];
    others.push({ phrase, needs });
    openings.set(
      first,
      others.sort((one, other) => other.phrase.length - one.phrase.length),
    );
  }
}

const closings = phrases(
  "please|pls|plz|kindly|thanks|thank you|thank you so much|thank you very much|thanks a lot|thanks so much|" +
    "thanks in advance|thank you in advance|thank you in advance for your help|thanks for your help|" +
    "thank you for your help|many thanks|thx|cheers|appreciate it|much appreciated|thanks again|ty|tia|" +
    "many thanks in advance|thanks a lot for your help|thanks a lot in advance|best regards|kind regards|regards|" +
    "best wishes|any help is appreciated|any help would be appreciated|if you do not mind|if you would not mind|" +
    "any help is welcome|any ideas|any advice|any tips|any thoughts|help please|please help|please help me|please advise|" +
    "please explain|please and thank you|please and thanks|thanks for helping|thank you for helping|" +
    "thanks for any help|thank you for any help|thanks for your time|thank you for your time|have a nice day|" +
    "have a good day|have a great day|i appreciate it|i would appreciate it|would appreciate it|greatly appreciated|" +
    "would be much appreciated|sorry for the trouble|sorry to bother you|thank you kindly|thanks a bunch|" +
    "thanks a million|thanks guys|thank you guys|thanks everyone|thanks all|i am curious|just curious|just wondering|" +
    "i wonder|do you know|if you know|if possible|if i may ask|let me know|please let me know|can you help|" +
    "can you help me|could you help|could you help me|asap",
);

/** These end a question without a comma too. */
const shortClosings = new Set(
  (
    "please|pls|plz|thanks|thank you|thx|thanks in advance|thank you in advance|thank you so much|" +
    "thank you very much|thanks so much|thanks a lot"
  ).split("|"),
);

const auxiliaries = new Set(
  "is are am was were do does did can could should would will have has had may must i".split(" "),
);

/** Before these, `please` is what is spoken of, or what is done to somebody. */
const aboutWords = new Set(
  (
    "in mean means meaning translation definition synonym synonyms lyrics song is was and or vs versus of for with to " +
    "than between like a an the by as into you me my your"
  ).split(" "),
);

/** Before these, `tell me` is the request itself (`could you tell me about bees`). */
const goesOn = new Set("about more in of again something anything everything".split(" "));

/** Behind these, the closing phrase is a word of the sentence. */
const namesNext = new Set("a an the and or between vs versus than word phrase write use not".split(" "));
/** Behind these it may be, where the text speaks of words (`another word for please`). */
const mayNameNext = new Set("of for with to like as is by into".split(" "));

/** A text that has one of these may ask about the very words it ends with, behind a comma too. */
const wordsOfSpeech = new Set(
  "say says said saying translate translation spell spelled pronounce pronunciation reply respond".split(" "),
);
const wordsOnWords = new Set(
  "word words phrase mean means meaning synonym synonyms write sign lyrics called".split(" "),
);

function phrases(text: string): readonly (readonly string[])[] {
  return text
    .split("|")
    .map((phrase) => phrase.split(" "))
    .sort((one, other) => other.length - one.length);
}
