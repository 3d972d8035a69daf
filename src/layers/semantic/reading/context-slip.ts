import type { Lexicon } from "../../../core/lexicon.ts";
import { isWithinSlips } from "./edit-distance.ts";
import { firstDifference } from "./look-alikes.ts";
import type { Reading, Token } from "./reading.ts";

/**
 * A slip of the pen that two words alone do not show, in texts that are the same word for word but for this one. It is
 * weighed as a noisy channel weighs (Kernighan, Church and Gale 1990): how likely a hand makes the one of the other,
 * against how likely both are meant.
 *
 * Of two words that nobody knows, both could be names. Names are spelled like words, so one whose letters are far
 * stranger than the other's is a slip (`mutselidae`, `tdivex`), and so are two letters in the wrong order, which hardly
 * ever tell two names apart; two that differ as names do (`zorblax`, `zorblux`) are two.
 *
 * A rare word, or none, that is never seen where it stands, where a common one is bound to stand, is that one mistyped
 * (`how lon is`, `what si the`). Two common words are two words, whatever stands around them.
 */
export function contextSlip(asked: Reading, found: Reading, lexicon: Lexicon): readonly [Token, Token] | undefined {
  const at = onlyDifference(asked.tokens, found.tokens);
  if (at === undefined) return undefined;
  const [one, other] = [asked.tokens[at] as Token, found.tokens[at] as Token];
  if (!isPlain(one) || !isPlain(other) || !isWithinSlips(one.lower, other.lower, 1)) return undefined;
  const isSlip =
    one.isKnown || other.isKnown
      ? isOutOfPlace(one, other, [asked.tokens[at - 1]?.lower ?? "", asked.tokens[at + 1]?.lower ?? ""], lexicon)
      : isStrange(one, other, lexicon);
  return isSlip ? [one, other] : undefined;
}

/** Where two texts of as many words differ, if in one alone. */
function onlyDifference(some: readonly Token[], others: readonly Token[]): number | undefined {
  if (some.length !== others.length || some.length < leastWords) return undefined;
  const at = some.findIndex((token, index) => token.lower !== others[index]?.lower);
  if (at < 0) return undefined;
  return some.every((token, index) => index <= at || token.lower === others[index]?.lower) ? at : undefined;
}

/** In fewer words there is no context. */
const leastWords = 3;

/** What stands in capitals is an acronym or a code. */
function isPlain({ kind, lower, text }: Token): boolean {
  return kind === "word" && /^[a-z]+$/.test(lower) && !/\p{Lu}/u.test(text.slice(1));
}

/** Shorter ones are mostly acronyms and codes. */
const shortestUnknown = 5;

function isStrange(one: Token, other: Token, lexicon: Lexicon): boolean {
  const shorter = Math.min(one.lower.length, other.lower.length);
  if (shorter < shortestUnknown) return false;
  const gap = Math.abs(lexicon.oddness(one.lower) - lexicon.oddness(other.lower));
  return gap >= leastGap(one.lower, other.lower) + (one.isName && other.isName ? forNames : 0);
}

/**
 * How much stranger the slip must be, in nats. Measured on pairs of rare words one slip apart, of which these let pass one
 * in thirty: words differ mostly in their endings and in a single letter, hardly ever by two letters that changed places;
 * and of long words few have any other a slip away.
 */
function leastGap(one: string, other: string): number {
  const at = firstDifference(one, other);
  const shorter = Math.min(one.length, other.length);
  if (one.length === other.length && one[at] === other[at + 1] && one[at + 1] === other[at]) {
    return at > 0 && shorter > shortestUnknown ? 0 : 1;
  }
  const longer = one.length > other.length ? one : other;
  if (longer.length > shorter && longer[at] === longer[at - 1]) return 1;
  if (at === 0) return 5;
  const toEnd = shorter - at;
  if (toEnd <= 1) return 4.5;
  const least = one.length === other.length ? 3.5 : 4;
  return toEnd <= lengthOfEnding ? least : Math.max(1, least - Math.max(0, shorter - 6) / 2);
}

/** Endings tell long words apart (`-ite`, `-ate`). */
const lengthOfEnding = 3;

/** Two spellings with a capital are more often two people. */
const forNames = 2;

/** Rarer than this (and no word of the twenty thousand commonest) is a slip, commoner than that what was meant. */
const rareWord = 0.6;
const commonWord = 0.45;
/** A letter alone is the name of something. */
const shortestSlip = 2;
/** How often the common word must have been seen beside one of its neighbours, or beside each of both. */
const oftenSeen = 8;
const seenOnBothSides = 3;
/** Questions have slips: what was seen so many times less often may be one. */
const seldom = 50;
/** And of all that stands beside them what share it must be. */
const leastShare = 0.05;

function isOutOfPlace(
  one: Token,
  other: Token,
  [before, behind]: readonly [string, string],
  lexicon: Lexicon,
): boolean {
  const [meant, slip] = one.rarity < other.rarity ? [one, other] : [other, one];
  if (meant.rarity > commonWord || slip.rarity < rareWord || slip.lower.length < shortestSlip) return false;
  const [first, second] = [lexicon.timesSeen(before, meant.lower), lexicon.timesSeen(meant.lower, behind)];
  if (lexicon.timesSeen(before, slip.lower) * seldom > first) return false;
  if (lexicon.timesSeen(slip.lower, behind) * seldom > second) return false;
  const shareFirst = first / Math.max(1, lexicon.timesSeen(before, "*"));
  const shareSecond = second / Math.max(1, lexicon.timesSeen("*", behind));
  if (Math.min(first, second) >= seenOnBothSides) return shareFirst + shareSecond >= leastShare;
  return (first >= oftenSeen && shareFirst >= leastShare) || (second >= oftenSeen && shareSecond >= leastShare);
}
