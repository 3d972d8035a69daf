import type { Reading } from "../reading/reading.ts";
import { once } from "./once.ts";
import {
  auxiliaries,
  courtesies,
  degrees,
  embeddingFillers,
  embeddingVerbs,
  formsOfBe,
  genericSubjects,
  interrogatives,
  nounLeaders,
  orders,
  reasons,
  tellingOrders,
  times,
  ways,
} from "./question-words.ts";
import { type Sentence, sentencesOf } from "./sentences.ts";

/**
 * What a sentence asks for, found without a parser. The first question word that asks decides: it opens the sentence,
 * follows a preposition there ("in which"), or follows a verb of asking ("do you know where"). Before another subject
 * `when`, `where` and `how` only open a clause ("when I start it, what ..."). Without a question word an auxiliary in
 * front makes a question of yes or no, and a verb of order an order. Periphrases are brought to the plain word: "what
 * is the best way to" asks how, "what time does" asks when, "what is the reason for" asks why.
 */
export interface QuestionFrame {
  /** `what`, `who`, `where`, `when`, `why`, `how`, `how many` and other degrees, `whether`, `choice`, `comparison`, `order`, `none`. */
  readonly type: string;
  /** The auxiliary of the main clause, or `to` as in "how to"; undefined where there is none. */
  readonly auxiliary: string | undefined;
  /** The word behind the auxiliary. */
  readonly subject: string | undefined;
  /** The index of the question word, or of the auxiliary or order in front. */
  readonly at: number;
  readonly sentence: Sentence;
}

/** One frame a sentence, in order; an afterthought ("..., and why?") makes one of its own. */
export const questionFrames: (reading: Reading) => readonly QuestionFrame[] = once((reading) =>
  sentencesOf(reading).flatMap(framesOf),
);

function framesOf(sentence: Sentence): QuestionFrame[] {
  const frame = mainFrame(sentence);
  const { words } = sentence;
  let last = words.length - 1;
  while (last > 0 && courtesies.has(words[last] ?? "")) last--;
  const afterthought = words[last] ?? "";
  if (last > frame.at && interrogatives.has(afterthought) && (words[last - 1] === "and" || words[last - 1] === "or")) {
    return [frame, { type: afterthought, auxiliary: undefined, subject: undefined, at: last, sentence }];
  }
  return [frame];
}

function mainFrame(sentence: Sentence): QuestionFrame {
  const { words } = sentence;
  const start = leadIn(words);
  const asking = askingWord(sentence, start);
  if (asking !== undefined) return { type: interrogativeType(words, asking), ...clause(words, asking), sentence };
  const first = words[start];
  if (first === undefined) return { type: "none", auxiliary: undefined, subject: undefined, at: start, sentence };
  const embedded = words.findIndex((each, index) => isWhether(words, index) && each !== undefined);
  if (embedded >= 0) {
    const subject = words[embedded + 1];
    const auxiliary = words.slice(embedded + 2).find((each) => auxiliaries.has(each));
    return { type: "whether", auxiliary, subject, at: embedded, sentence };
  }
  if (auxiliaries.has(first)) {
    const second = words[start + 1] === "not" ? words[start + 2] : words[start + 1];
    const order = second === "you" ? start + 2 + (words[start + 2] === "please" ? 1 : 0) : undefined;
    if (order !== undefined && orders.has(words[order] ?? "")) return orderFrame(words, order, sentence);
    return { type: closedType(words, start), auxiliary: first, subject: second, at: start, sentence };
  }
  if (orders.has(first)) return orderFrame(words, start, sentence);
  return { type: "none", auxiliary: undefined, subject: undefined, at: start, sentence };
}

function orderFrame(words: readonly string[], at: number, sentence: Sentence): QuestionFrame {
  const word = words[at] ?? "";
  const type = word === "help" ? "how" : tellingOrders.has(word) ? "what" : "order";
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

function isWhether(words: readonly string[], index: number): boolean {
  const word = words[index];
  if (word === "whether") return index > 0 && embedsQuestion(words, index);
  return word === "if" && embedsQuestion(words, index);
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
  return words[index] === "how" && degrees.has(next) && index + 2 < words.length;
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
  return genericSubjects.has(second) && [...clauses].some((each) => each > index);
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

function interrogativeType(words: readonly string[], at: number): string {
  const word = words[at] ?? "";
  const rest = words.slice(at + 1);
  switch (word) {
    case "how":
      return howType(rest);
    case "what":
    case "which":
      return whatType(words, at, rest);
    case "whom":
    case "whose":
      return word === "whom" ? "who" : "whose";
    default:
      return word;
  }
}

function howType(rest: readonly string[]): string {
  const next = rest[0] ?? "";
  if (next === "come") return "why";
  if (next === "about") return "none";
  const degree = degrees.get(next);
  if (degree === undefined) return "how";
  if (degree === "much" && rest[1] === "time") return "how long";
  // "How well does it", but "how good players train".
  return `how ${degree}`;
}

function whatType(words: readonly string[], at: number, rest: readonly string[]): string {
  const next = rest[0] ?? "";
  if (times.has(next) && words[at + 2] !== "zone" && words[at + 2] !== "signature") return "when";
  if (next === "number" && rest[1] === "of") return "how many";
  if (next === "age" && words[at - 1] === "at") return "how old";
  if (next === "reason" || next === "reasons") return "why";
  if (next === "causes" || next === "caused" || next === "makes" || next === "made") return "why";
  if (next === "person" || next === "people") return "who";
  if (isDoing(rest)) return "how";
  if (isComparison(rest)) return "comparison";
  if (!formsOfBe.has(next) && !auxiliaries.has(next)) return "what";
  const noun = headNoun(rest);
  const after = rest.slice(rest.indexOf(noun) + 1);
  if (ways.has(noun) && ["to", "of", "for", "in", "i", "you", "we"].includes(after[0] ?? "")) return "how";
  if (reasons.has(noun)) return "why";
  if (noun === "number" && after[0] === "of") return "how many";
  if ((noun === "price" || noun === "cost") && after[0] === "of") return "how much";
  if (noun === "location" && after[0] === "of") return "where";
  return !formsOfBe.has(next) && rest.includes("cost") ? "how much" : "what";
}

/** "What can I do to ...": asks how. */
function isDoing(rest: readonly string[]): boolean {
  return (
    auxiliaries.has(rest[0] ?? "") && genericSubjects.has(rest[1] ?? "") && rest[2] === "do" && rest.includes("to", 3)
  );
}

function headNoun(rest: readonly string[]): string {
  let index = 1;
  while (index < rest.length && nounLeaders.has(rest[index] ?? "")) index++;
  return rest[index] ?? "";
}

const comparatives = /^(?:better|worse|more|less|[a-z]{2,}er)$/;
const noComparatives: ReadonlySet<string> = new Set(
  "other another either neither whether over under after never ever her number water paper power".split(" "),
);

export function isComparative(word: string): boolean {
  return comparatives.test(word) && !noComparatives.has(word);
}

/** "Which is cheaper, A or B". */
function isComparison(rest: readonly string[]): boolean {
  return formsOfBe.has(rest[0] ?? "") && isComparative(rest[1] ?? "") && rest.includes("or");
}

/** A question that an auxiliary opens: of yes or no, or between two things. */
function closedType(words: readonly string[], at: number): string {
  const than = words.indexOf("than", at);
  if (than > 0 && formsOfBe.has(words[at] ?? "") && words.slice(at, than).some(isComparative)) return "comparison";
  const or = words.indexOf("or", at);
  if (or < 0 || words[or + 1] === "not" || words[or + 1] === undefined) return "whether";
  if (formsOfBe.has(words[at] ?? "") && words.slice(at).some(isComparative)) return "comparison";
  return "choice";
}
