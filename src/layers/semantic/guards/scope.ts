import type { Pair, Reading } from "../reading/reading.ts";
import type { Guard } from "./guard.ts";
import { once } from "./once.ts";
import { type QuestionFrame, questionFrames } from "./question-frame.ts";
import { genericSubjects } from "./question-words.ts";
import { aspects, bounds, joinedBounds, modals, people, persons, quantifiers, tenses } from "./scope-words.ts";
import { type Sentence, sentencesOf } from "./sentences.ts";

/**
 * Vetoes where the two ask about other people, other amounts, another time or another obligation: "my" and "her
 * password", "all" and "some files", "is" and "was", "may" and "must". Each text gives a set of marks, one a word of a
 * closed class; the sets must agree. Marks that are often only a manner of speaking are left out of the set: the
 * `some` of "what are some", the `you` of "how do you", the `can` of "how can I".
 */
export const scope: Guard = {
  name: "scope",
  vetoes(pair) {
    return differs(marks(pair.asked), marks(pair.found)) || differsInTime(pair);
  },
};

function differs(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (one.size !== other.size) return true;
  for (const mark of one) if (!other.has(mark)) return true;
  return false;
}

const marks: (reading: Reading) => ReadonlySet<string> = once((reading) => {
  const all = new Set<string>();
  for (const sentence of sentencesOf(reading)) mark(sentence, all);
  return all;
});

function mark(sentence: Sentence, into: Set<string>): void {
  const { words } = sentence;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const next = words[index + 1] ?? "";
    const person = personMark(words, index);
    if (person !== undefined) into.add(person);
    const somebody = people.get(word);
    if (somebody !== undefined) into.add(`people ${somebody}`);
    const bound = bounds.get(`${word} ${next}`) ?? joinedBounds.get(word);
    if (bound !== undefined) into.add(`bound ${bound}`);
    else if (isQuantifier(words, index)) into.add(`quantity ${quantifiers.get(word)}`);
    const aspect = aspects.get(word);
    if (aspect !== undefined && !(word === "soon" && words[index - 1] === "as")) into.add(`aspect ${aspect}`);
    if (isHabitOfThePast(words, index)) into.add("past habit");
    if (isBecoming(words, index)) into.add("becoming");
    if (word === "no" && next === "longer") into.add("aspect anymore");
  }
}

/**
 * The person a word stands for, where it is the point. It is not where anybody is meant: what is one's own ("how do I
 * reset my", "how do you reset your", "how to reset your"), and `they` for what was named before.
 */
function personMark(words: readonly string[], index: number): string | undefined {
  const person = persons.get(words[index] ?? "");
  if (person === undefined) return undefined;
  return isAnybody(words, index, person) ? undefined : person;
}

const askersWords: ReadonlySet<string> = new Set("tell show give help explain let teach advise remind send".split(" "));

function isAnybody(words: readonly string[], index: number, person: string): boolean {
  const before = words.slice(0, index);
  switch (person) {
    case "first":
      return true;
    case "plural":
      return before.includes("we") || askersWords.has(before.at(-1) ?? "");
    case "second":
      return words[index] === "you" || impersonal.test(before.join(" "));
    case "others":
      return before.some((word) => (word.endsWith("s") && word.length > 3) || people.has(word) || groups.has(word));
    default:
      return false;
  }
}

/** Before `your` these show that anybody is meant. */
const impersonal =
  /\b(?:how|when|where|what|why|which) (?:\w+ )?(?:do|can|should|could|would|to|does|must|if) you\b|\bto\b|\bif you\b|\bhow\b/;

const groups: ReadonlySet<string> = new Set(
  "people someone everyone anyone somebody anybody user person who".split(" "),
);

/** `some` and `any` count only where they are the point: the subject of a question of yes or no. */
function isQuantifier(words: readonly string[], index: number): boolean {
  const word = words[index] ?? "";
  const kind = quantifiers.get(word);
  if (kind === undefined) return false;
  if (kind === "some" || kind === "any") {
    return index === 1 && /^(?:is|are|do|does|did|can|will|should|was|were|have|has)$/.test(words[0] ?? "");
  }
  if (kind === "most") return index === 0 || /^(?:do|are|is|does|did|can|have|for|of|in)$/.test(words[index - 1] ?? "");
  if (kind === "few") return words[index - 1] !== "a";
  // "All about", "at all", "after all", "first of all" say nothing of a number.
  if (word === "all") return words[index + 1] !== "about" && !/^(?:at|after|above)$/.test(words[index - 1] ?? "");
  if (word === "each") return words[index + 1] !== "other";
  return true;
}

/** "Used to be"; not "is used to" and not "a tool used to cut". */
function isHabitOfThePast(words: readonly string[], index: number): boolean {
  if (words[index + 1] !== "to") return false;
  const word = words[index];
  if (word === "use") return words.slice(0, index).includes("did");
  if (word !== "used") return false;
  return /^(?:i|you|we|he|she|they|it|there|who|people|that|what)$/.test(words[index - 1] ?? "");
}

function isBecoming(words: readonly string[], index: number): boolean {
  if (!/^(?:becoming|turning|getting)$/.test(words[index] ?? "")) return false;
  if (words[index] === "turning" && words[index + 1] !== "into") return false;
  return words.slice(0, index).some((each) => /^(?:is|are|am|was|were|be|been|'s|'re|'m)$/.test(each));
}

/** The main clauses of the two, where both have one of the same kind. */
function differsInTime({ asked, found }: Pair): boolean {
  const one = mainClause(asked);
  const other = mainClause(found);
  if (one === undefined || other === undefined || one.type !== other.type) return false;
  return firmness(one) !== firmness(other) || isOtherTime(one, other);
}

function mainClause(reading: Reading): QuestionFrame | undefined {
  return questionFrames(reading).find((frame) => frame.type !== "none" && frame.type !== "order");
}

/** Asking how, or where one gets something, is the same with `do`, `can`, `could`, `should`, `would` and `to`. */
function firmness(frame: QuestionFrame): string {
  const { auxiliary = "", subject = "", type, sentence } = frame;
  const { words } = sentence;
  if (/^(?:have|need|has|got)$/.test(words[frame.at + 2] ?? "") && words[frame.at + 3] === "to") return "must";
  if (/^(?:required|obliged|supposed)$/.test(words[frame.at + 2] ?? "") && type === "whether") return "must";
  if (/^(?:allowed|permitted)$/.test(words[frame.at + 2] ?? "") && type === "whether") return "can";
  const kind = modals.get(auxiliary.replace(/n't$/, "")) ?? "";
  const isOpen = type === "how" || (type === "where" && kind !== "should" && kind !== "must");
  if (isOpen && kind !== "must") return "";
  if (type === "what" && words[frame.at + 3] === "do" && /^(?:i|you|we|one|to)$/.test(subject)) return "";
  return kind;
}

const pastAuxiliaries: ReadonlySet<string> = new Set(["was", "were", "did", "had"]);

function isOtherTime(one: QuestionFrame, other: QuestionFrame): boolean {
  const first = tenses.get(one.auxiliary ?? "");
  const second = tenses.get(other.auxiliary ?? "");
  if (first === undefined || second === undefined || first === second) return timesOfVerbs(one, other);
  // "What happens if", "what will happen if", "what would happen if".
  const isSupposition = [one, other].every((each) => each.sentence.words.some((word) => word.startsWith("happen")));
  if (isSupposition && first !== "past" && second !== "past") return false;
  // "How would I", "how do I".
  if (one.type === "how" && first !== "past" && second !== "past") {
    return ![one, other].every(({ subject }) => genericSubjects.has(subject ?? ""));
  }
  return true;
}

/** Without an auxiliary on one side: "who leads" and "who will lead", "what happened" and "what happens". */
function timesOfVerbs(one: QuestionFrame, other: QuestionFrame): boolean {
  const first = verbTime(one);
  const second = verbTime(other);
  return first !== undefined && second !== undefined && first !== second;
}

function verbTime(frame: QuestionFrame): string | undefined {
  const auxiliary = frame.auxiliary ?? "";
  if (pastAuxiliaries.has(auxiliary)) return "past";
  if (auxiliary === "will" || auxiliary === "shall") return "future";
  if (auxiliary !== "") return /^(?:is|are|am|do|does)$/.test(auxiliary) ? "present" : undefined;
  if (frame.type !== "who" && frame.type !== "what") return undefined;
  const verb = frame.sentence.words[frame.at + 1] ?? "";
  if (/[^e]ed$/.test(verb)) return "past";
  return undefined;
}
