import type { Lexicon } from "../../../core/lexicon.ts";
import type { Token } from "./reading.ts";
import { slipKindOf } from "./slip-kind.ts";

/**
 * Whether of two words that nobody knows, one slip apart, one is a slip of the other. Both could be names. Names are
 * spelled like words, so one whose letters are far stranger than the other's is a slip (`mutselidae`, `tdivex`), and so
 * are two letters in the wrong order, which hardly ever tell two names apart; two that differ as names do (`zorblax`,
 * `zorblux`) are two.
 */
export function isStrange(one: Token, other: Token, lexicon: Lexicon): boolean {
  const gap = Math.abs(lexicon.oddness(one.lower) - lexicon.oddness(other.lower));
  return gap >= leastGap(one.lower, other.lower) + (one.isName && other.isName ? forNames : 0);
}

/**
 * Whether a word that nobody knows is spelled like no word at all (`ldes`, `siim`), and so is a slip of the known one that
 * is one slip away, though that is short, or rare as names are.
 */
export function isStrangeBeside(one: Token, other: Token, lexicon: Lexicon): boolean {
  if (one.isKnown === other.isKnown) return false;
  const [known, slip] = one.isKnown ? [one, other] : [other, one];
  if (known.isName || slip.isName) return false;
  if (Math.min(known.lower.length, slip.lower.length) < shortestBeside) return false;
  const gap = lexicon.oddness(slip.lower) - lexicon.oddness(known.lower);
  return gap >= (slip.lower[0] === known.lower[0] ? leastBeside : leastBesideFirst);
}

const shortestBeside = 4;
/** In nats. Of rare words that differ in a letter one in twenty differs so much. */
const leastBeside = 4.5;
/** Names begin with whatever another language spells so (`Cheng`, `Zheng`). */
const leastBesideFirst = 6.5;

/** Shorter ones are mostly acronyms and codes. */
const shortest = 5;
const shortestSwapped = 4;

/**
 * How much stranger the slip must be, in nats. Measured on pairs of rare words one slip apart, of which these let pass
 * one in twenty-five: words differ mostly in their first letter, in their endings and in a single letter, hardly ever by
 * two letters that changed places; and of long words few have any other a slip away, least of all one with a letter more.
 */
function leastGap(one: string, other: string): number {
  const { kind, at } = one.length <= other.length ? slipKindOf(one, other) : slipKindOf(other, one);
  const shorter = Math.min(one.length, other.length);
  if (kind === "swapped" && shorter >= shortestSwapped) {
    if (shorter < shortest) return at === 0 ? 2 : 3;
    return at === 0 ? 2 : shorter > 5 ? 0 : 1;
  }
  if (shorter < shortest) return Number.POSITIVE_INFINITY;
  if (kind === "doubled" && at < shorter) return 0;
  const gaps = leastGaps[at === 0 ? "first" : placeFromEnd(shorter - at)];
  const [usual, ofEight, ofMore] = kind === "changed" ? gaps.changed : gaps.added;
  return shorter < 8 ? usual : shorter === 8 ? ofEight : ofMore;
}

function placeFromEnd(left: number): "inside" | "ending" | "last" {
  return left <= 1 ? "last" : left <= 3 ? "ending" : "inside";
}

type ByLength = readonly [usual: number, ofEightLetters: number, ofMore: number];

const leastGaps: Readonly<
  Record<"first" | ReturnType<typeof placeFromEnd>, { readonly changed: ByLength; readonly added: ByLength }>
> = {
  first: { changed: [5, 4, 2.5], added: [5, 3, 2.5] },
  inside: { changed: [3, 1.5, 0.5], added: [2.5, 2.5, 0] },
  ending: { changed: [4, 3.5, 2], added: [4, 2.5, 1] },
  last: { changed: [5, 4, 3.5], added: [5, 3.5, 3] },
};

/** Two spellings with a capital are more often two people. */
const forNames = 2;
