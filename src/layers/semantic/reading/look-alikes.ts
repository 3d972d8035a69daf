import { isWithinSlips } from "./edit-distance.ts";

/**
 * Whether a string that is not known, and would pass for a slip of a known word, is as likely a term or a name that the
 * lexicon lacks: those of one field differ by a vowel (`ethane`, `ethyne`; `Wang`, `Weng`), by one more (`Rostov`,
 * `Rostova`), or by how they begin (`lisinopril`, `fosinopril`). Of a word that everybody uses it is a slip, and so is a
 * vowel that stands beside the other on the keyboard.
 */
export function areLookAlikes(known: { readonly lower: string; readonly rarity: number }, slip: string): boolean {
  const { lower, rarity } = known;
  const isTerm = rarity >= ofOneField;
  if (!isTerm && (rarity < rareName || Math.max(lower.length, slip.length) > shortName)) return false;
  const at = firstDifference(lower, slip);
  if (at === 0) return isTerm && !isWithinSlips(lower, slip, 1);
  if (slip.length === lower.length + 1) return at === lower.length && namesEndIn.has(slip.charAt(at));
  if (slip.length !== lower.length || slip.length > longestAlike || slip.length - at > lengthOfEnding) return false;
  if (lower.slice(at + 1) !== slip.slice(at + 1)) return false;
  const letters = lower.charAt(at) + slip.charAt(at);
  return /^[aeiouy]+$/.test(letters) && !sideBySide.has(letters);
}

/** From here on words are terms of a field, and names. */
const ofOneField = 0.57;
/** A short name is seldom as rare. */
const rareName = 0.5;
const shortName = 5;
/** In longer words another vowel is how they are misspelt. */
const longestAlike = 8;
const lengthOfEnding = 4;
const namesEndIn = new Set("aio");
const sideBySide = new Set("io oi iu ui uy yu".split(" "));

/** The place of the first letter that differs. */
export function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  return at;
}
