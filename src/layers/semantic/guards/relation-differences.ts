import type { Token } from "../reading/reading.ts";
import { infinitiveLeaders } from "./relation-words.ts";

/**
 * Which other prepositions between the same two words say nothing. Most that people exchange without a thought stand
 * behind a noun (`problems in India`, `problems of India`), while behind a verb they make another verb of it (`look
 * after`, `look for`). So a verb is given only what holds of every verb. Whatever is not named here is a difference.
 */

/** Two neighbouring words of content, and the prepositions between them. */
export interface Between {
  readonly before: Token;
  /** Whether the word before is the verb of a subject, an infinitive or a command. */
  readonly isVerb: boolean;
  /** None at the end of the text. */
  readonly behind: Token | undefined;
  /** The prepositions and particles, joined by spaces. */
  readonly words: string;
  /** One of them was mistyped. */
  readonly hasSlip: boolean;
}

export const relationWords: ReadonlySet<string> = new Set(
  (
    "of to in on at for by with from about into onto up off out over under through down back away before after against " +
    "between among around across along during within as like via per upon toward towards behind beside inside outside " +
    "aside using"
  ).split(" "),
);

const particles = new Set("up on off out in down back away over".split(" "));

export function isParticle(word: string): boolean {
  return particles.has(word);
}

export function areAlike(asked: Between, found: Between): boolean {
  const { behind } = asked;
  const pair = [plain(asked), plain(found)].sort() as [string, string];
  if (pair[0] === pair[1] || has(anywhere, pair)) return true;
  if (isOf(asked, found, has(entering, pair) ? enteringVerbs : thinkingVerbs)) {
    if (has(entering, pair) || has(ofThoughts, pair)) return true;
  }
  const ofThisWord = besideWords.get(asked.before.lemma);
  if (ofThisWord !== undefined && has(ofThisWord, pair)) return true;
  if (pair[0] === "" && pair[1] === "to" && isOf(asked, found, infinitiveLeaders)) return true;
  if (behind === undefined || found.behind === undefined) return pair.join() === ",from" && isNoun(asked, found);
  if (isGerund(behind) !== isGerund(found.behind)) return has(beforeActions, pair);
  if (isGerund(behind)) return has(beforeGerunds, pair);
  if (isTime(behind)) return has(ofTimes, pair);
  if (behind.kind === "number" && pair.join() === ",about") return true;
  if ((behind.isName || found.behind.isName) && has(ofPlaces, pair)) return true;
  if (computing.has(behind.lemma) && has(inLanguages, pair)) return true;
  if (isOf(asked, found, relationalNouns)) return has(behindRelationalNouns, pair);
  return isNoun(asked, found) && has(behindNouns, pair);
}

const sameWords = new Map([
  ["towards", "to"],
  ["toward", "to"],
  ["upon", "on"],
  ["inside", "in"],
  ["on to", "onto"],
  ["in to", "into"],
  ["out of", "from"],
]);

function plain({ words }: Between): string {
  return sameWords.get(words) ?? words.replace(/^for (?=under$|over$)/, "");
}

type Alike = ReadonlySet<string>;

/** `-` is no preposition at all. All that stand together are alike. */
function alike(groups: string): Alike {
  const pairs = new Set<string>();
  for (const group of groups.split(",")) {
    const words = group
      .trim()
      .split(" ")
      .map((word) => (word === "-" ? "" : word));
    for (const one of words) for (const other of words) pairs.add(`${one},${other}`);
  }
  return pairs;
}

function has(pairs: Alike, pair: readonly [string, string]): boolean {
  return pairs.has(`${pair[0]},${pair[1]}`);
}

const anywhere = alike("using with via, using via through");
/** `log into`, `log on to`. */
const entering = alike("into onto");
const enteringVerbs = new Set(["log", "sign", "login"]);
const ofThoughts = alike("of about");
const thinkingVerbs = new Set(["think", "know", "dream", "learn"]);
/** What holds behind one word only: a form is filled in and filled out. */
const besideWords: ReadonlyMap<string, Alike> = new Map([
  ["fill", alike("in out")],
  ["find", alike("- out")],
  ["difference", alike("of between in")],
  ["opinion", alike("of on about")],
  ["travel", alike("- around")],
  ["learn", alike("- about, in at")],
  ["study", alike("in at")],
  ["work", alike("in at")],
]);
/** `Tips to lose weight`, `tips for losing weight`, `the way of losing weight`. */
const beforeActions = alike("to for of in on at by -");
const beforeGerunds = alike("- by, - in, for of on about");
const ofTimes = alike("in on at during of within -");
const ofPlaces = alike("in on at of within");
const inLanguages = alike("in with using on");
const behindNouns = alike("of in - within, of about, about on, in on at, in into, to into, of from");
const behindRelationalNouns = alike("of for in on about to, of for from");

const relationalNouns = new Set(
  (
    "symptom cause reason formula recipe price cost salary rule requirement treatment cure definition word synonym name term " +
    "limit deadline benefit advantage disadvantage importance purpose function meaning answer solution key book movie example " +
    "password username fee fine tax effect"
  ).split(" "),
);

/** Languages and programs in which something is done. */
export const computing: ReadonlySet<string> = new Set(
  "python java javascript typescript ruby rust php sql css html excel bash swift kotlin perl matlab scala react django pandas numpy".split(
    " ",
  ),
);

const times = new Set(
  (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october " +
    "november december morning afternoon evening night noon midnight weekend week month year day summer winter spring autumn " +
    "fall christmas easter century decade today tomorrow"
  ).split(" "),
);

function isTime({ kind, lemma }: Token): boolean {
  return times.has(lemma) || (kind === "number" && /^(?:1\d|20)\d\ds?$/.test(lemma));
}

function isGerund({ lower, lemma }: Token): boolean {
  return lower.length > 4 && lower.endsWith("ing") && lemma !== lower;
}

function isOf(one: Between, other: Between, lemmas: ReadonlySet<string>): boolean {
  return lemmas.has(one.before.lemma) && lemmas.has(other.before.lemma);
}

function isNoun(one: Between, other: Between): boolean {
  return !one.isVerb && !other.isVerb;
}
