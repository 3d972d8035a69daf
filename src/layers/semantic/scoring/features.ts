import { leftoverMass } from "../guards/leftover.ts";
import { unmatched } from "../guards/unmatched.ts";
import type { Pair, Reading, Token } from "../reading/reading.ts";
import { residueOf, type WordLikeness } from "./counterparts.ts";

/**
 * What the scorer looks at: how much of two texts agrees and in which way, and what is left over. Every feature is the
 * same whichever text was asked and whichever was found. The guards have spoken before, so what comes here has no
 * difference that one of them knows.
 */

export const featureNames = [
  "similarity",
  "staticSimilarity",
  "shareEqual",
  "shareSpelling",
  "shareLemma",
  "shareSynonym",
  "unmatchedFewer",
  "unmatchedMore",
  "massFewer",
  "massMore",
  "leftover",
  "rarestUnmatched",
  "lengthRatio",
  "trigrams",
  "wordOrder",
  "stopDifference",
  "sameOpening",
  "sameEnding",
  "sameSignature",
  "oneSlip",
  "residueFewer",
  "residueMore",
  "residueMost",
  "residueShare",
  "residueNearness",
  "replaced",
  "contentLength",
] as const;
export type FeatureName = (typeof featureNames)[number];

/** What the built-in vectors say. */
export interface Likeness {
  /** The cosine of the two texts. */
  readonly texts: number;
  /** How near any two words are. */
  readonly words: WordLikeness;
}

/** In the order of `featureNames`. The built-in cosine stands in for a `similarity` that was not needed to find the text. */
export function featuresOf(pair: Pair, similarity: number | undefined, { texts, words }: Likeness): Float64Array {
  const { asked, found, alignment } = pair;
  const { matched } = alignment;
  const left = unmatched(pair);
  const all = Math.max(1, matched.length + (left.askedOnly.length + left.foundOnly.length) / 2);
  const share = (by: string) => matched.filter((match) => match.by === by).length / all;
  const [fewer, more] = sorted(left.askedOnly.length, left.foundOnly.length);
  const [massFewer, massMore] = sorted(mass(left.askedOnly), mass(left.foundOnly));
  const [shorter, longer] = sorted(asked.content.length, found.content.length);
  const residue = residueOf(pair, words);
  const rarest = Math.max(0, ...[...left.askedOnly, ...left.foundOnly].map(({ rarity }) => rarity));
  return Float64Array.of(
    similarity ?? texts,
    texts,
    share("equal"),
    share("spelling"),
    share("lemma"),
    share("synonym"),
    fewer,
    more,
    massFewer,
    massMore,
    leftoverMass(pair),
    rarest,
    longer === 0 ? 1 : shorter / longer,
    trigramOverlap(asked.normal, found.normal),
    commonOrder(asked, found),
    Math.min(10, stopDifference(asked, found)),
    asked.tokens[0]?.lemma === found.tokens[0]?.lemma ? 1 : 0,
    asked.content.at(-1)?.lemma === found.content.at(-1)?.lemma ? 1 : 0,
    asked.signature !== undefined && asked.signature === found.signature ? 1 : 0,
    isOneSlip(pair) ? 1 : 0,
    residue.fewer,
    residue.more,
    residue.most,
    residue.share,
    residue.nearness,
    residue.isReplaced ? 1 : 0,
    Math.min(20, shorter),
  );
}

function sorted(one: number, other: number): readonly [number, number] {
  return one <= other ? [one, other] : [other, one];
}

function mass(tokens: readonly Token[]): number {
  return tokens.reduce((sum, { rarity }) => sum + rarity, 0);
}

/** Trigrams of letters in both, of those in either. */
function trigramOverlap(one: string, other: string): number {
  const [a, b] = [trigrams(one), trigrams(other)];
  let common = 0;
  for (const gram of a) if (b.has(gram)) common++;
  const either = a.size + b.size - common;
  return either === 0 ? 1 : common / either;
}

/** Of long texts the beginning. */
const longest = 400;

function trigrams(text: string): Set<string> {
  const padded = ` ${text.slice(0, longest)} `;
  const grams = new Set<string>();
  for (let at = 0; at + 3 <= padded.length; at++) grams.add(padded.slice(at, at + 3));
  return grams;
}

/** The longest common sequence of content, of the longer content. */
function commonOrder({ content: one }: Reading, { content: other }: Reading): number {
  const a = one.slice(0, 60).map(({ lemma }) => lemma);
  const b = other.slice(0, 60).map(({ lemma }) => lemma);
  let row = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const next = [0];
    for (let at = 1; at <= b.length; at++)
      next.push(word === b[at - 1] ? (row[at - 1] as number) + 1 : Math.max(row[at] as number, next[at - 1] as number));
    row = next;
  }
  return (row[b.length] as number) / Math.max(1, a.length, b.length);
}

/** Whether the two are word for word the same but for one word that is a slip of the other's. */
export function isOneSlip({ asked, found, alignment }: Pair): boolean {
  if (asked.tokens.length !== found.tokens.length) return false;
  let slips = 0;
  for (const [at, token] of asked.tokens.entries()) {
    const other = found.tokens[at] as Token;
    if (token.lower === other.lower) continue;
    const isSlip =
      token.spelled === other.spelled ||
      alignment.matched.some((match) => match.by === "spelling" && match.asked === token && match.found === other);
    if (!isSlip || ++slips > 1) return false;
  }
  return slips === 1;
}

/** How many words without content stand in one text only. */
function stopDifference(asked: Reading, found: Reading): number {
  const counts = new Map<string, number>();
  for (const { isStop, lemma } of asked.tokens) if (isStop) counts.set(lemma, (counts.get(lemma) ?? 0) + 1);
  for (const { isStop, lemma } of found.tokens) if (isStop) counts.set(lemma, (counts.get(lemma) ?? 0) - 1);
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}
