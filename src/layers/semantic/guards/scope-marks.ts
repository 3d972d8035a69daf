import type { Reading } from "../reading/reading.ts";
import { once } from "./once.ts";
import { questionFrames } from "./question-frame.ts";
import { aspects, bounds, greetings, joinedBounds, people, persons, pointing, quantifiers } from "./scope-words.ts";
import type { Sentence } from "./sentences.ts";
import { spans } from "./volatile-words.ts";

/** The marks of a text: which words of the closed classes of scope it has. */
export interface Marks {
  readonly all: ReadonlySet<string>;
  /** Without those that are only a manner of speaking: the `some` of "what are some", the `your` of "how do you". */
  readonly points: ReadonlySet<string>;
}

interface MarkSets {
  readonly all: Set<string>;
  readonly points: Set<string>;
}

export const marksOf: (reading: Reading) => Marks = once((reading) => {
  const marks: MarkSets = { all: new Set(), points: new Set() };
  for (const { sentence } of questionFrames(reading)) mark(sentence, marks);
  return marks;
});

function mark(sentence: Sentence, into: MarkSets): void {
  const { words } = sentence;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const next = words[index + 1] ?? "";
    const add = (name: string | undefined, isPoint = true) => {
      if (name === undefined) return;
      into.all.add(name);
      if (isPoint) into.points.add(name);
    };
    const person = persons.get(word);
    add(person, person !== undefined && !isAnybody(words, index, person));
    add(people.get(word));
    if (speaksOfWords.test(words[index - 1] ?? "")) add(greetings.get(word));
    add(pointing.get(word), !spans.has(next));
    const bound = bounds.get(`${word} ${next}`) ?? joinedBounds.get(word);
    if (bound !== undefined) add(bound);
    else add(quantifiers.get(word), isQuantifier(words, index));
    add(aspects.get(word), !(word === "soon" && words[index - 1] === "as"));
    if (isHabitOfThePast(words, index)) add("past habit");
    if (isBecoming(words, index)) add("becoming");
    if (isProspect(words, index)) add("prospect");
    // "What will happen" asks what "what is going to happen" does.
    if (word === "will" || word === "shall") add("prospect", /^(?:i|we|he|she|they)$/.test(words[index - 1] ?? ""));
    if (isMadeToDo(words, index)) add("made to do");
    if (isToldToKnow(words, index)) add("told to know");
    if (word === "thank" && next === "you" && madeOfThanks.has(words[index + 2] ?? "")) add("said thanks");
    if (word === "no" && next === "longer") add("aspect anymore");
  }
}

const speaksOfWords = /^(?:say|says|saying|said|words?|spell|pronounce|write)$/;

const askersWords: ReadonlySet<string> = new Set("tell show give help explain let teach advise remind send".split(" "));

/**
 * Whether a person is not the point, since anybody is meant: what is one's own ("how do I reset my", "how do you reset
 * your", "how to reset your"), or `they` for what was named before.
 */
function isAnybody(words: readonly string[], index: number, person: string): boolean {
  const before = words.slice(0, index);
  switch (person) {
    case "person first":
      return true;
    case "person plural":
      return before.includes("we") || askersWords.has(before.at(-1) ?? "");
    case "person second":
      return words[index] === "you" || impersonal.test(before.join(" "));
    case "person others":
      // "How do they make steel".
      if (/^(?:do|did|would|can)$/.test(before.at(-1) ?? "") && /^(?:how|what|why|where)$/.test(before.at(-2) ?? ""))
        return true;
      return before.some((word) => (word.endsWith("s") && word.length > 3) || people.has(word) || groups.has(word));
    default:
      return false;
  }
}

/** Before `your` these show that anybody is meant. */
const impersonal =
  /\b(?:how|when|where|what|why|which) (?:\w+ )?(?:do|can|should|could|would|to|does|must|if) you\b|\bto\b|\bif you\b|\bhow\b/;

const groups: ReadonlySet<string> = new Set(
  "people someone everyone anyone somebody anybody user person who one".split(" "),
);

/** `some` and `any` count only where they are the point: the subject of a question of yes or no. */
function isQuantifier(words: readonly string[], index: number): boolean {
  const word = words[index] ?? "";
  const kind = quantifiers.get(word);
  if (kind === undefined) return false;
  if (kind === "quantity some" || kind === "quantity any") {
    return index === 1 && /^(?:is|are|do|does|did|can|will|should|was|were|have|has)$/.test(words[0] ?? "");
  }
  if (kind === "quantity most")
    return index === 0 || /^(?:do|are|is|does|did|can|have|for|of|in)$/.test(words[index - 1] ?? "");
  if (kind === "quantity few") return words[index - 1] !== "a";
  // "All about", "at all", "after all" say nothing of a number, and "what are all the" is "what are the".
  if (word === "all")
    return words[index + 1] !== "about" && !/^(?:at|after|above|what|are)$/.test(words[index - 1] ?? "");
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

/** "Is it going to be banned", "is it about to close". */
function isProspect(words: readonly string[], index: number): boolean {
  if (words[index + 1] !== "to") return false;
  return words[index] === "about" || (words[index] === "going" && happening.test(words[index + 2] ?? ""));
}

const happening = /^(?:be|become|have|get|happen|change|end|close|open|start|stop|last|rise|fall|increase|cost)$/;

/** "Get it to work" is not "get to work". */
function isMadeToDo(words: readonly string[], index: number): boolean {
  if (!/^(?:get|gets|getting|got)$/.test(words[index] ?? "") || words[index + 2] !== "to") return false;
  return /^(?:it|them|this|that)$/.test(words[index + 1] ?? "");
}

/** "I want you to know", where "I want you to write" is only an order. */
function isToldToKnow(words: readonly string[], index: number): boolean {
  if (!/^(?:want|need|like)$/.test(words[index] ?? "") || words[index + 1] !== "you") return false;
  return words[index + 2] === "to" && /^(?:know|understand|see|feel|believe|remember)$/.test(words[index + 3] ?? "");
}

/** "A thank you note". */
const madeOfThanks: ReadonlySet<string> = new Set(
  "note letter card message email mail speech text gift post".split(" "),
);

function isBecoming(words: readonly string[], index: number): boolean {
  if (!/^(?:becoming|turning|getting)$/.test(words[index] ?? "")) return false;
  if (words[index] === "turning" && words[index + 1] !== "into") return false;
  return words.slice(0, index).some((each) => /^(?:is|are|am|was|were|be|been|'s|'re|'m)$/.test(each));
}
