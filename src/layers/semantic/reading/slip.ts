import { isWithinSlips } from "./edit-distance.ts";
import type { Token } from "./reading.ts";

/**
 * Whether one of two words is a slip of the other: exactly one of them is a known word, and one letter is wrong, left
 * out, added or swapped (two from eight letters on). A short word must be a common one, since every string of three or
 * four letters is near some word, and names are often short.
 */
export function isSlipOf(one: Token, other: Token): boolean {
  if (one.kind !== "word" || other.kind !== "word" || one.isKnown === other.isKnown) return false;
  const [known, slip] = one.isKnown ? [one, other] : [other, one];
  const shorter = Math.min(known.lower.length, slip.lower.length);
  const longer = Math.max(known.lower.length, slip.lower.length);
  if (slip.isName && slip.text === slip.text.toUpperCase()) return false;
  if (longer < 5) {
    const isSwap = shorter === longer && sorted(slip.lower) === sorted(known.lower);
    if (known.rarity > commonEnough || shorter < 3 || (longer === 3 && !isSwap)) return false;
  }
  return isWithinSlips(known.lower, slip.lower, shorter >= 8 ? 2 : 1);
}

/** About the three thousand commonest words. */
const commonEnough = 0.45;

function sorted(word: string): string {
  return [...word].sort().join("");
}
