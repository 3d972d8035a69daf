import { isWithinSlips } from "./edit-distance.ts";
import { areLookAlikes } from "./look-alikes.ts";
import type { Token } from "./reading.ts";

/**
 * Whether one of two words is a slip of the other: exactly one of them is a known word, and one letter is wrong, left
 * out, added or swapped (two from eight letters on). A short word must be a common one, since every string of three or
 * four letters is near some word, and names are often short; two letters that changed places hardly ever make a name.
 */
export function isSlipOf(one: Token, other: Token): boolean {
  const pair = knownAndSlip(one, other);
  if (pair === undefined) return false;
  const [known, slip] = pair;
  const shorter = Math.min(known.lower.length, slip.lower.length);
  const longer = Math.max(known.lower.length, slip.lower.length);
  if (longer < 5) {
    const isSwap = shorter === longer && sorted(slip.lower) === sorted(known.lower);
    const isTooRare = known.kind === "word" && known.rarity > commonEnough && !(isSwap && longer === 4);
    if (isTooRare || shorter < 3 || (longer === 3 && !isSwap)) return false;
  }
  return isWithinSlips(known.lower, slip.lower, shorter >= 8 ? 2 : 1);
}

/** The same of words as short as two letters, which only a context that agrees can tell. */
export function isShortSlipOf(one: Token, other: Token): boolean {
  const pair = knownAndSlip(one, other);
  if (pair === undefined) return false;
  const [known, slip] = pair;
  return (
    known.lower.length > 2 &&
    known.kind === "word" &&
    known.rarity <= commonEnough &&
    isWithinSlips(known.lower, slip.lower, 1)
  );
}

/**
 * A word the lexicon knows (or a number in words) and one that it does not; what stands in capitals is no slip, and
 * neither is what looks like another name.
 */
function knownAndSlip(one: Token, other: Token): readonly [known: Token, slip: Token] | undefined {
  if (!isInLetters(one) || !isInLetters(other) || isKnown(one) === isKnown(other)) return undefined;
  const [known, slip] = isKnown(one) ? [one, other] : [other, one];
  if (slip.isName && slip.text === slip.text.toUpperCase()) return undefined;
  if (known.isName && slip.isName && areShortNames(known.lower, slip.lower)) return undefined;
  return known.kind === "word" && areLookAlikes(known, slip.lower) ? undefined : [known, slip];
}

/** Every short name has others a letter away (`Cohen`, `Coen`; `Penn`, `Benn`); letters that changed places make none. */
function areShortNames(one: string, other: string): boolean {
  return Math.max(one.length, other.length) <= 5 && sorted(one) !== sorted(other);
}

function isKnown({ kind, isKnown }: Token): boolean {
  return kind === "number" || isKnown;
}

function isInLetters({ kind, lower }: Token): boolean {
  return kind === "word" || (kind === "number" && /^[a-z]+$/.test(lower));
}

/** One word in half a million: about the twenty thousand commonest. */
const commonEnough = 0.6;

function sorted(word: string): string {
  return [...word].sort().join("");
}
