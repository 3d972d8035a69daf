import type { Lexicon } from "../../../core/lexicon.ts";
import { areLookAlikes } from "./look-alikes.ts";
import type { Token } from "./reading.ts";
import { slipKindOf } from "./slip-kind.ts";

/**
 * Whether of two words one slip apart, at least one of them known, one is the other mistyped: it does not fit between
 * its neighbours, where the other fits well (`how lon is`, `what si the`). It is weighed as a noisy channel weighs
 * (Kernighan, Church and Gale 1990): how likely either word is between its two neighbours, which is read off how often
 * pairs of words were seen in questions, and how likely a hand makes the one of the other.
 *
 * The second decides. A word changed by chance into another stands as badly in its place as a slip does, so that the
 * sentence alone cannot say that nobody meant it. But chance seldom swaps two letters or leaves one out, and hands often
 * do; of a letter that is another or one too many, the sentence would have to be sure beyond measure. Two common words
 * are two words, whatever stands around them.
 */
export function isOutOfPlace(
  one: Token,
  other: Token,
  [before, behind]: readonly [string, string],
  lexicon: Lexicon,
): boolean {
  const fits = (word: Token) => fitBetween(before, word, behind, lexicon);
  const difference = fits(one) - fits(other);
  const [meant, slip] = difference > 0 ? [one, other] : [other, one];
  const odds = Math.abs(difference);
  if (meant.rarity > commonWord || slip.lower.length < shortestSlip) return false;
  if (!slip.isKnown) return odds >= unknownOdds && !areLookAlikes(meant, slip.lower);
  if (slip.isName || meant.isName) return false;
  if (slip.isStop || meant.isStop) return slip.rarity >= rareWord && odds >= grammarOdds;
  const { kind, at } = slipKindOf(meant.lower, slip.lower);
  const least = odds - (at === 0 ? forFirst : 0);
  if (kind === "swapped") return slip.rarity >= uncommonWord && least >= swappedOdds;
  return kind === "left out" && slip.rarity >= rareWord && slip.rarity < rareAsName && least >= leftOutOdds;
}

/** A letter alone is the name of something. */
const shortestSlip = 2;
/** What was meant is no rarer than this, */
const commonWord = 0.5;
/** and the slip no commoner. Rarer words than the last are names and terms, which stand where nothing was seen. */
const uncommonWord = 0.5;
const rareWord = 0.6;
const rareAsName = 0.69;

/** How much likelier the word must be that was meant, as a natural logarithm. Measured; see the model's card. */
const unknownOdds = 6;
const grammarOdds = 8;
const swappedOdds = 4;
const leftOutOdds = 4;
/** The first letter is seldom the wrong one. */
const forFirst = 2;

/**
 * The logarithm of how likely a word stands between two others, but for what is the same of all words: its share behind
 * the one times its share before the other, over its share of all words (Bayes, the two taken to be independent). Where
 * a pair was not seen, the share of all words speaks for it.
 */
function fitBetween(before: string, { lower, rarity }: Token, behind: string, lexicon: Lexicon): number {
  const share = rarity >= 1 ? unknownShare : commonestShare * 10 ** (-rarity / rarityOfTen);
  const seen = (times: number) => Math.log(times + assumed * share);
  return seen(lexicon.timesSeen(before, lower)) + seen(lexicon.timesSeen(lower, behind)) - Math.log(share);
}

/** As many words are assumed behind every word as if they had been drawn from all. */
const assumed = 20;
const unknownShare = 1e-8;
/** The share of the commonest word, and how much rarity makes a word ten times as seldom. */
const commonestShare = 0.095;
const rarityOfTen = 0.127;
