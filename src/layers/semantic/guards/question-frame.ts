import { withoutPoliteness } from "../reading/politeness.ts";
import type { Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";
import { asksForWay, closedType, interrogativeType } from "./question-type.ts";
import {
  auxiliaries,
  degrees,
  embeddingFillers,
  embeddingVerbs,
  genericSubjects,
  interrogatives,
  orders,
  tellingOrders,
} from "./question-words.ts";
import { requestOf } from "./request-start.ts";
import { type Sentence, sentencesOf } from "./sentences.ts";

/**
 * What a sentence asks for, found without a parser. The first question word that asks decides: it opens the sentence,
 * follows a preposition there ("in which"), or follows a verb of asking ("do you know where"). Before another subject
 * `when`, `where` and `how` only open a clause ("when I start it, what ..."). Without a question word an auxiliary in
 * front makes a question of yes or no, and a verb of order an order. Periphrases are brought to the plain word: "what
 * is the best way to" asks how, "what time does" asks when, "what is the reason for" asks why.
 */
export interface QuestionFrame {
  /** `what`, `who`, `where`, `when`, `why`, `how`, `how many` and other degrees, `whether`, `choice`, `comparison`, `order`, `statement`, `none`. */
  readonly type: string;
  /** The auxiliary of the main clause, or `to` as in "how to"; undefined where there is none. */
  readonly auxiliary: string | undefined;
  /** The word behind the auxiliary. */
  readonly subject: string | undefined;
  /** The index of the question word, or of the auxiliary or order in front. */
  readonly at: number;
  /** Without what is said for politeness in front and behind. */
  readonly sentence: Sentence;
}

/** One frame a sentence, in order; an afterthought ("..., and why?") makes one of its own. */
export const questionFrames: (reading: Reading) => readonly QuestionFrame[] = once((reading) =>
  askingSentences(reading).flatMap(framesOf),
);

/** Without those that only thank or greet behind the question. */
function askingSentences(reading: Reading): readonly Sentence[] {
  const all = sentencesOf(reading);
  if (all.length < 2) return all;
  const rest = new Set(reading.tokens.slice(requestOf(reading).end));
  return all.filter(({ tokens }, index) => index === 0 || !tokens.every((token) => rest.has(token)));
}

function framesOf(whole: Sentence): QuestionFrame[] {
  const sentence = plain(whole);
  const frame = toldFrame(mainFrame(sentence), whole);
  return [frame, ...afterthoughts(sentence, frame.at)];
}

/** "Please tell me the date it will be": what is left behind the request names a subject. */
function toldFrame(frame: QuestionFrame, whole: Sentence): QuestionFrame {
  if (frame.type !== "statement") return frame;
  const start = whole.tokens.indexOf(frame.sentence.tokens[0] as Token);
  return whole.words.slice(0, start).includes("tell") ? { ...frame, type: "none" } : frame;
}

/** "..., and why?", "... and how does it work?". */
function afterthoughts(sentence: Sentence, at: number): QuestionFrame[] {
  const { words } = sentence;
  return words.flatMap((word, index) => {
    if (index <= at + 1 || !interrogatives.has(word) || !/^(?:and|or|but)$/.test(words[index - 1] ?? "")) return [];
    if (index === words.length - 1)
      return [{ type: word, auxiliary: undefined, subject: undefined, at: index, sentence }];
    if (!auxiliaries.has(words[index + 1] ?? "")) return [];
    return [{ type: interrogativeType(words, index), ...clause(words, index), sentence }];
  });
}

function plain(sentence: Sentence): Sentence {
  const [start, last] = withoutPoliteness(sentence);
  const end = withoutThanks(sentence.words, start, last);
  if (start === 0 && end === sentence.words.length) return sentence;
  return {
    tokens: sentence.tokens.slice(start, end),
    words: sentence.words.slice(start, end),
    breaks: sentence.breaks.slice(start, end),
    clauses: new Set([...sentence.clauses].map((at) => at - start).filter((at) => at > 0 && at < end - start)),
  };
}

/** Thanks behind the question that no punctuation sets apart ("what is it used for thanks"). */
function withoutThanks(words: readonly string[], start: number, end: number): number {
  let at = end;
  while (at > start + 1 && at > end - 5 && closing.has(words[at - 1] ?? "")) {
    at--;
    if (/^(?:thanks?|thx|please|pls|cheers)$/.test(words[at] ?? "")) return withoutThanks(words, start, at);
  }
  return end;
}

const closing: ReadonlySet<string> = new Set(
  "thank thanks thx please pls cheers you so much very a lot in advance".split(" "),
);

function mainFrame(sentence: Sentence): QuestionFrame {
  const { words } = sentence;
  const start = leadIn(words);
  const asking = askingWord(sentence, start);
  if (asking !== undefined) return { type: interrogativeType(words, asking), ...clause(words, asking), sentence };
  const first = words[start];
  if (first === undefined) return { type: "none", auxiliary: undefined, subject: undefined, at: start, sentence };
  const embedded = words.findIndex((_, index) => isWhether(sentence, index));
  if (embedded >= 0) {
    const subject = words[embedded + 1];
    const auxiliary = words.slice(embedded + 2).find((each) => auxiliaries.has(each));
    return { type: "whether", auxiliary, subject, at: embedded, sentence };
  }
  if (auxiliaries.has(first)) {
    const second = words[start + 1] === "not" ? words[start + 2] : words[start + 1];
    const order = second === "you" ? start + 2 + (words[start + 2] === "please" ? 1 : 0) : undefined;
    if (order !== undefined && orders.has(words[order] ?? "")) return orderFrame(words, order, sentence);
    // "Would you mind writing": an order in other dress.
    const asked = order === undefined || words[order] !== "mind" ? undefined : sentence.tokens[order + 1]?.lemma;
    if (asked !== undefined && orders.has(asked)) return orderFrame([asked], 0, sentence);
    if (asksForWay(words, start)) return { type: "how", auxiliary: "to", subject: undefined, at: start, sentence };
    return { type: closedType(words, start), auxiliary: first, subject: second, at: start, sentence };
  }
  if (orders.has(first)) return orderFrame(words, start, sentence);
  // "Number of teeth in a shark".
  const isNumber = first === "number" && words[start + 1] === "of";
  return {
    type: isNumber ? "how many" : isStatement(words, start) ? "statement" : "none",
    auxiliary: undefined,
    subject: undefined,
    at: start,
    sentence,
  };
}

/** "My printer is broken" says something; "broken printer" only names a subject, and "I want to print" asks for help. */
function isStatement(words: readonly string[], start: number): boolean {
  if (words[start] === "i" && wishes.has(words[start + 1] ?? "")) return false;
  return words.some((word, index) => index > start && auxiliaries.has(word));
}

const wishes: ReadonlySet<string> = new Set("want need would wish am try trying have".split(" "));

function orderFrame(words: readonly string[], at: number, sentence: Sentence): QuestionFrame {
  const word = words[at] ?? "";
  const isTold = word === "help" && words[at + 1] === "me" && words[at + 2] === "understand";
  const type = isTold
    ? "what"
    : word === "tell"
      ? "none"
      : word === "help"
        ? "how"
        : tellingOrders.has(word)
          ? "what"
          : "order";
  return { type, auxiliary: undefined, subject: words[at + 1], at, sentence };
}

const greetings: ReadonlySet<string> = new Set(
  "please hi hello hey kindly so and but also ok okay well just actually now then thanks quick question um uh hmm".split(
    " ",
  ),
);

/** How many words of greeting, linking and politeness stand in front. */
function leadIn(words: readonly string[]): number {
  let index = 0;
  while (index < words.length && greetings.has(words[index] ?? "")) index++;
  return index;
}

/** "I wonder if", and "if" that is left of "I would like to know if"; not the "if" of a condition. */
function isWhether({ words, clauses }: Sentence, index: number): boolean {
  if (words[index] !== "whether" && words[index] !== "if") return false;
  return index === 0 ? clauses.size === 0 : embedsQuestion(words, index);
}

/** Whether a verb of asking stands before `index`, with nothing but small words between. */
function embedsQuestion(words: readonly string[], index: number): boolean {
  for (let before = index - 1; before >= 0 && before >= index - 4; before--) {
    const word = words[before] ?? "";
    if (embeddingVerbs.has(word)) return true;
    if (!embeddingFillers.has(word)) return false;
  }
  return false;
}

const prepositions: ReadonlySet<string> = new Set("in at on for to from by of with since until about under".split(" "));

function askingWord({ words, clauses }: Sentence, start: number): number | undefined {
  for (let index = start; index < words.length; index++) {
    const word = words[index] ?? "";
    if (!interrogatives.has(word)) continue;
    const opens = index === start || clauses.has(index) || words[index - 1] === "and" || words[index - 1] === "so";
    const behindPreposition = index === start + 1 && prepositions.has(words[start] ?? "");
    if (embedsQuestion(words, index) || behindPreposition) return index;
    if (opens && (index === start || asks(words, index)) && !isSubordinate(words, clauses, index)) return index;
    // "A watch is how much", "reset password how": the question word comes last.
    if (asks(words, index) && !isRelative(words, index)) return index;
  }
  return undefined;
}

/** Whether an auxiliary or `to` follows soon enough for a question. */
function asks(words: readonly string[], index: number): boolean {
  const next = words[index + 1] ?? "";
  if (auxiliaries.has(next) || (next === "to" && words[index] !== "when")) return true;
  if (words[index] === "how" && degrees.has(next) && index + 2 < words.length) return true;
  // "..., which papers do I need": the noun that is asked for stands between.
  return index > 0 && /^(?:which|what|whose)$/.test(words[index] ?? "") && auxiliaries.has(words[index + 2] ?? "");
}

/** "The man who was", "a place where you can": the question word belongs to the noun before it. */
function isRelative(words: readonly string[], index: number): boolean {
  const word = words[index] ?? "";
  if (word === "who" || word === "which" || word === "where" || word === "when" || word === "whose") return index > 0;
  return false;
}

/** "When I start it, the screen stays black": a clause before the question, or no question at all. */
function isSubordinate(words: readonly string[], clauses: ReadonlySet<number>, index: number): boolean {
  const word = words[index] ?? "";
  if (word !== "when" && word !== "where" && word !== "how") return false;
  if (asks(words, index)) return false;
  const second = words[index + 1] ?? "";
  const isQuestion = (at: number) =>
    auxiliaries.has(words[at] ?? "") || (interrogatives.has(words[at] ?? "") && asks(words, at));
  return [...clauses].some(
    (each) => each > index && (genericSubjects.has(second) || (index === 0 && isQuestion(each))),
  );
}

function clause(words: readonly string[], at: number): Pick<QuestionFrame, "auxiliary" | "subject" | "at"> {
  for (let index = at + 1; index < words.length; index++) {
    const word = words[index] ?? "";
    if (auxiliaries.has(word) || (word === "to" && index === at + 1)) {
      const next = words[index + 1];
      return { auxiliary: word, subject: next === "not" ? words[index + 2] : next, at };
    }
    // A clause of its own begins: what follows belongs to it.
    if (index > at + 6) break;
  }
  return { auxiliary: undefined, subject: undefined, at };
}
