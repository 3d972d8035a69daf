import type { Embedder } from "../../core/embedder.ts";
import type { Lexicon } from "../../core/lexicon.ts";
import type { Deciding } from "../../layers/semantic/deciding.ts";
import { readText } from "../../layers/semantic/reading/read-text.ts";
import type { LabelledPair } from "./labelled-record.ts";
import type { Judged } from "./target-costs.ts";
import type { Likeness } from "./trade-off.ts";

/** How like two texts are, as a gateway would find them. */

export interface Weighed {
  /** For the strategy `threshold`; `undefined` for what is never served. */
  readonly likeness: number | undefined;
  /** For the strategy `verified`; `undefined` for what is never served. */
  readonly score: number | undefined;
  readonly tier: Judged["tier"];
}

/** May take several pairs at once. */
export type PairScorer = (pairs: readonly LabelledPair[]) => Promise<readonly Weighed[]>;

export type ScoredPair = Judged & Likeness;

/** What needed no vector to be found counts as so like. */
const likeByTier = { normal: 1, signature: 0.99 };

/** Texts that are the same but for their form, else by vectors and scorer, unless a guard vetoes. */
export function pairScorer(embedder: Embedder, lexicon: Lexicon, deciding: Pick<Deciding, "weigh">): PairScorer {
  return async (pairs) => {
    const vectors = await embedder.embed(pairs.flatMap(({ a, b }) => [a, b]));
    return pairs.map(({ a, b }, index) => {
      const asked = readText(a, lexicon);
      const found = readText(b, lexicon);
      const isSameContent = asked.signature !== undefined && asked.signature === found.signature;
      const tier = asked.normal === found.normal ? "normal" : isSameContent ? "signature" : "vector";
      const similarity = tier === "vector" ? cosine(vectors[2 * index], vectors[2 * index + 1]) : undefined;
      const weighed = deciding.weigh(asked, { read: () => found, tier, similarity });
      if (weighed.veto !== undefined) return { likeness: undefined, score: undefined, tier };
      return { likeness: tier === "vector" ? similarity : likeByTier[tier], score: weighed.score, tier };
    });
  };
}

/** Pairs that are scored at once. */
const batch = 256;

export async function scorePairs(
  pairs: readonly LabelledPair[],
  scorer: PairScorer,
  onProgress: (done: number) => void,
): Promise<readonly ScoredPair[]> {
  const scored: ScoredPair[] = [];
  for (let start = 0; start < pairs.length; start += batch) {
    const group = pairs.slice(start, start + batch);
    for (const [index, weighed] of (await scorer(group)).entries())
      scored.push({ ...weighed, right: group[index]?.right ?? false });
    onProgress(scored.length);
  }
  return scored;
}

function cosine(one: Float32Array | undefined, other: Float32Array | undefined): number {
  if (one === undefined || other === undefined || one.length !== other.length)
    throw new RangeError("The embedder returned too few vectors, or of different lengths");
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}
