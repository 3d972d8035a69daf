import type { Token } from "./reading.ts";
import { questionWords, requestVerbs } from "./request-words.ts";

/**
 * Brings the words of one question into the order in which most people ask it. English lets four things stand in two
 * places without a change of sense: the circumstances (`In Vim, how do I ...`), a phrase put in between commas, a
 * preposition with its question word (`in which year`, `which year ... in`), and the negation of the first verb (`why
 * won't it start`, `why will it not start`). Whatever could be read in another way stays where it is.
 */

/** A word, and what stands before it in punctuation. */
export interface Placed {
  readonly token: Token;
  readonly apart: string;
}

export function inUsualOrder(words: readonly Placed[]): readonly Placed[] {
  if (words.length < shortest) return words;
  return withMannerLast(withNegationFirst(withPrepositionLast(withCircumstanceLast(withInsertedLast(words)))));
}

const shortest = 4;

/** `What is, in Chile, the tax on wine` as `What is the tax on wine in Chile`. */
function withInsertedLast(words: readonly Placed[]): readonly Placed[] {
  const [start, end, ...more] = breaksIn(words);
  if (start === undefined || end === undefined || more.length > 0 || start > latestInsertion) return words;
  const inserted = words.slice(start, end);
  const isPhrase = circumstances.has(spelled(inserted[0])) && inserted.length <= longestPhrase;
  const first = spelled(words[0]);
  if (!isPhrase || !isComma(words[start]) || !isComma(words[end])) return words;
  if (!(questionWords.has(first) || openingVerbs.has(first)) || coordinators.has(spelled(words[end]))) return words;
  if (inserted.some((word) => openingVerbs.has(spelled(word)))) return words;
  return [...words.slice(0, start), ...words.slice(end), ...inserted];
}

/** Further behind, a phrase between commas belongs to the word before it. */
const latestInsertion = 3;
const longestPhrase = 7;

/** `In Vim, how do I delete a line?` as `How do I delete a line in Vim?`: what stands before the question goes behind it. */
function withCircumstanceLast(words: readonly Placed[]): readonly Placed[] {
  const first = spelled(words[0]);
  const [at, ...more] = breaksIn(words);
  if (at === undefined) return withBareCircumstanceLast(words);
  if (!(circumstances.has(first) || first === "to" || first === "when")) return words;
  if (more.length > 0 || !isComma(words[at])) return words;
  const question = spelled(words[at]);
  if (first === "when" && openingVerbs.has(spelled(words[1]))) return words;
  const isAsked = questionWords.has(question) || openingVerbs.has(question) || requestVerbs.has(question);
  return isAsked ? [...words.slice(at), ...words.slice(0, at)] : words;
}

/** Without a comma, only where a question word and its verb follow a few words of place or means. */
function withBareCircumstanceLast(words: readonly Placed[]): readonly Placed[] {
  if (!bareCircumstances.has(spelled(words[0]))) return words;
  const at = words.findIndex((word) => questionWords.has(spelled(word)));
  const [question, next] = [spelled(words[at]), spelled(words[at + 1])];
  if (at < 2 || at > longestBare || !opens.has(question)) return words;
  if (!openingVerbs.has(next) && !(question === "how" && next === "to")) return words;
  if (words.slice(0, at).some((word) => openingVerbs.has(spelled(word)))) return words;
  return [...words.slice(at), ...words.slice(0, at)];
}

const longestBare = 4;
const opens = new Set("how what where why who".split(" "));
const bareCircumstances = new Set("in on at with under within inside using".split(" "));
const circumstances = new Set("in on at for with after before during if while within under inside on using".split(" "));
const openingVerbs = new Set("is are was were do does did can could should would will has have had".split(" "));
const coordinators = new Set("and or but nor".split(" "));

/** `In which year did it end` as `which year did it end in`. */
function withPrepositionLast(words: readonly Placed[]): readonly Placed[] {
  const [first, second] = words;
  if (first === undefined || !governing.has(spelled(first)) || !governed.has(spelled(second))) return words;
  return breaksIn(words).length > 0 ? words : [...words.slice(1), first];
}

const governing = new Set("in on at to for with from by of about".split(" "));
const governed = new Set("which what whom whose".split(" "));

/** `Why will it not start` as `why will not it start`, which is what `why won't it start` is read as. */
function withNegationFirst(words: readonly Placed[]): readonly Placed[] {
  const all = words.map(spelled);
  const verb = negatable.has(all[0] ?? "") ? 1 : 0;
  const at = all.indexOf("not");
  const isNear = openingVerbs.has(all[verb] ?? "") && at > verb + 1 && at <= verb + farthestNegation;
  if (!isNear || at === all.length - 1 || at !== all.lastIndexOf("not") || breaksIn(words).length > 0) return words;
  const between = all.slice(verb + 1, at);
  if (all[at + 1] === "to" || between.some((word) => openingVerbs.has(word) || bindsNegation.has(word))) return words;
  const negation = words[at] as Placed;
  return [...words.slice(0, verb + 1), negation, ...words.slice(verb + 1, at), ...words.slice(at + 1)];
}

const farthestNegation = 7;
/** `how do I not` asks for a way not to. */
const negatable = new Set("why what who where when which".split(" "));
/** Behind these `not` belongs to another clause, or says something else than before them. */
const bindsNegation = new Set(
  (
    "to and or but nor that which who whom whose if when while because than as whether all every each both everyone everybody " +
    "always often many most some few several usually generally necessarily only also just"
  ).split(" "),
);

/** `How do I quickly pick a lock` as `how do I pick a lock quickly`. */
function withMannerLast(words: readonly Placed[]): readonly Placed[] {
  const all = words.map(spelled);
  const at = all.findIndex((word) => isManner(word));
  const isSingle = at > 0 && at < all.length - 1 && !all.some((word, index) => index !== at && isManner(word));
  if (!isSingle || !doers.has(all[at - 1] ?? "") || breaksIn(words).length > 0) return words;
  if (!(questionWords.has(all[0] ?? "") || openingVerbs.has(all[0] ?? ""))) return words;
  if (all.some((word, index) => word === "not" || bindsManner.has(word) || (index > at && doers.has(word))))
    return words;
  return [...words.slice(0, at), ...words.slice(at + 1), words[at] as Placed];
}

function isManner(word: string): boolean {
  return word.length > 5 && word.endsWith("ly") && !noManner.has(word);
}

const doers = new Set("i you we one they he she it to".split(" "));
/** A second clause, or a second verb, that the word could speak of. */
const bindsManner = new Set("and or but if when while because than that which who whom until before after".split(" "));
const noManner = new Set(
  (
    "really actually hardly barely nearly merely simply mainly mostly partly early daily weekly monthly yearly hourly " +
    "likely lonely lovely friendly family supply multiply italy assembly anomaly monopoly butterfly elderly"
  ).split(" "),
);

function spelled(word: Placed | undefined): string {
  return word?.token.spelled ?? "";
}

/** Where punctuation stands before a word, the first left out. */
function breaksIn(words: readonly Placed[]): readonly number[] {
  return words.flatMap(({ apart }, index) => (index > 0 && /[^\s'"-]/.test(apart) ? [index] : []));
}

function isComma(word: Placed | undefined): boolean {
  return word?.apart.trim() === ",";
}
