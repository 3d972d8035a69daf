import { weightOf } from "../guards/leftover.ts";
import { unmatched } from "../guards/unmatched.ts";
import { areLooseSynonyms } from "../reading/loose-synonyms.ts";
import type { Pair, Reading, Token } from "../reading/reading.ts";

/**
 * A soft alignment of what the strict one leaves over: each word without a counterpart is laid beside the word of the
 * other text that is nearest in sense, and what that one does not cover remains. "Get rid of mould" and "remove mould"
 * leave little; "boiling point" and "melting point" leave a whole word, however near the two texts are as a whole.
 */
export interface Residue {
  /** What remains on the side where less does, and where more does: sums of weights. */
  readonly fewer: number;
  readonly more: number;
  /** The most that remains of one word. */
  readonly most: number;
  /** What remains, of all that both texts say. */
  readonly share: number;
  /** How near the farthest word of content is to the nearest of the other text; 1 where nothing is left over. */
  readonly nearness: number;
  /** Whether the two are the same word for word but for words that stand in each other's place. */
  readonly isReplaced: boolean;
}

/** How near two words are in sense, from 0 to 1. */
export type WordLikeness = (one: string, other: string) => number;

export function residueOf(pair: Pair, likeness: WordLikeness): Residue {
  const { asked, found } = pair;
  const { askedOnly, foundOnly } = unmatched(pair);
  const one = side(askedOnly, foundOnly, found, likeness);
  const other = side(foundOnly, askedOnly, asked, likeness);
  const all = totalOf(asked) + totalOf(found);
  return {
    fewer: Math.min(one.sum, other.sum),
    more: Math.max(one.sum, other.sum),
    most: Math.max(one.most, other.most),
    share: all === 0 ? 0 : (one.sum + other.sum) / all,
    nearness: Math.min(one.nearness, other.nearness),
    isReplaced: isReplaced(pair, askedOnly, foundOnly),
  };
}

/** With more words left over no soft alignment could make good, and the comparison of all with all is spared. */
const mostCompared = 12;
/** What weighs less is a manner of speaking. */
const light = 0.1;
/** What another sense of a word may leave open. */
const looseNearness = 0.8;
/** A word that already has its counterpart covers another one only half. */
const takenShare = 0.5;

function side(own: readonly Token[], others: readonly Token[], other: Reading, likeness: WordLikeness) {
  let [sum, most, nearness] = [0, 0, 1];
  const isCompared = own.length <= mostCompared && others.length <= mostCompared;
  for (const token of own) {
    const weight = weightOf(token);
    if (weight === 0) continue;
    let best = 0;
    if (isCompared) {
      for (const each of others) best = Math.max(best, nearnessOf(token, each, likeness));
      for (const each of other.content)
        if (best < takenShare) best = Math.max(best, takenShare * nearnessOf(token, each, likeness));
    }
    const left = weight * (1 - best);
    sum += left;
    most = Math.max(most, left);
    if (weight >= light) nearness = Math.min(nearness, best);
  }
  return { sum, most, nearness };
}

function nearnessOf(one: Token, other: Token, likeness: WordLikeness): number {
  if (one.kind !== "word" || other.kind !== "word") return 0;
  if (areLooseSynonyms(one.lemma, other.lemma)) return looseNearness;
  return likeness(one.lemma, other.lemma);
}

function totalOf({ content }: Reading): number {
  return content.reduce((sum, token) => sum + (token.kind === "word" ? weightOf(token) : 1), 0);
}

function isReplaced({ asked, found }: Pair, askedOnly: readonly Token[], foundOnly: readonly Token[]): boolean {
  if (asked.tokens.length !== found.tokens.length || askedOnly.length === 0) return false;
  const [own, others] = [new Set(askedOnly), new Set(foundOnly)];
  return asked.tokens.every((token, at) => {
    const other = found.tokens[at] as Token;
    return token.lemma === other.lemma || (own.has(token) && others.has(other));
  });
}
