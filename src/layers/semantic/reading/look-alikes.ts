import { isWithinSlips } from "./edit-distance.ts";

/**
 * Whether a string that is not known, and would pass for a slip of a known word, is as likely a term or a name that the
 * lexicon lacks: those of one field differ by a vowel (`ethane`, `ethyne`; `Wang`, `Weng`), by one more (`Rostov`,
 * `Rostova`), or by how they begin (`lisinopril`, `fosinopril`). Of a word that everybody uses it is a slip, and so is a
 * vowel that stands beside the other on the keyboard.
 */
export function areLookAlikes(known: Known, slip: string): boolean {
  const { lower, rarity, isName } = known;
  if (isName && rarity >= someName && lower.slice(0, -1) === slip && namesEndWith.has(lower.slice(-1))) return true;
  const isTerm = rarity >= ofOneField;
  if (!isTerm && (rarity < rareName || Math.max(lower.length, slip.length) > shortName)) return false;
  const at = firstDifference(lower, slip);
  if (at === 0) return isTerm && (!isWithinSlips(lower, slip, 1) || isOtherBeginning(lower, slip));
  if (slip.length === lower.length + 1) return at === lower.length && namesEndIn.has(slip.charAt(at));
  if (slip.length !== lower.length || slip.length > longestAlike || slip.length - at > lengthOfEnding) return false;
  if (lower.slice(at + 1) !== slip.slice(at + 1)) return false;
  if (rarity >= ofScience) return true;
  const letters = lower.charAt(at) + slip.charAt(at);
  return /^[aeiouy]+$/.test(letters) && !sideBySide.has(letters);
}

interface Known {
  readonly lower: string;
  readonly rarity: number;
  /** Written with a capital. */
  readonly isName?: boolean;
}

/** From here on words are terms of a field, and names. */
const ofOneField = 0.57;
/** The rarest are told apart by any letter of their ending (`Canidae`, `Caninae`). */
const ofScience = 0.75;
/** With a capital even commoner words are names (`Lucas`, `Luca`). */
const someName = 0.45;
/** A short name is seldom as rare. */
const rareName = 0.5;
const shortName = 5;
/** In longer words another vowel is how they are misspelt. */
const longestAlike = 8;
const lengthOfEnding = 4;
const namesEndIn = new Set("aio");
const namesEndWith = new Set("aions");
const sideBySide = new Set("io oi iu ui uy yu".split(" "));

/** Short names begin with another letter for nearly the same sound (`Cheng`, `Zheng`). */
function isOtherBeginning(one: string, other: string): boolean {
  if (one.length !== other.length || one.length > shortName || one.slice(1) !== other.slice(1)) return false;
  return /^[cgjkqsxz]+$/.test(one.charAt(0) + other.charAt(0));
}

/** The place of the first letter that differs. */
export function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}
