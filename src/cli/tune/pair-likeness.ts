import type { Embedder } from "../../core/embedder.ts";
import type { Lexicon } from "../../core/lexicon.ts";
import { firstVeto } from "../../layers/semantic/guards/all.ts";
import { align } from "../../layers/semantic/reading/align.ts";
import { readText } from "../../layers/semantic/reading/read-text.ts";
import type { LabelledPair } from "./labelled-record.ts";
import type { Likeness } from "./trade-off.ts";

/** How like two texts are, as a gateway with the strategy `threshold` would find them. */

/** `undefined` for what is never served. May take several pairs at once. */
export type PairScorer = (pairs: readonly LabelledPair[]) => Promise<readonly (number | undefined)[]>;

/** What needed no vector to be found counts as so like. */
const likeBySignature = 0.99;

/** Texts that are the same but for their form, else the cosine of their vectors, unless a guard vetoes. */
export function pairScorer(embedder: Embedder, lexicon: Lexicon): PairScorer {
  return async (pairs) => {
    const vectors = await embedder.embed(pairs.flatMap(({ a, b }) => [a, b]));
    return pairs.map(({ a, b }, index) => {
      const asked = readText(a, lexicon);
      const found = readText(b, lexicon);
      if (asked.normal === found.normal) return 1;
      if (firstVeto({ asked, found, alignment: align(asked, found, lexicon) }) !== undefined) return undefined;
      if (asked.signature !== undefined && asked.signature === found.signature) return likeBySignature;
      return cosine(vectors[2 * index], vectors[2 * index + 1]);
    });
  };
}

/** Pairs that are scored at once. */
const batch = 256;

export async function scorePairs(
  pairs: readonly LabelledPair[],
  scorer: PairScorer,
  onProgress: (done: number) => void,
): Promise<readonly Likeness[]> {
  const scored: Likeness[] = [];
  for (let start = 0; start < pairs.length; start += batch) {
    const group = pairs.slice(start, start + batch);
    const likeness = await scorer(group);
    scored.push(...group.map(({ right }, index) => ({ likeness: likeness[index], right })));
    onProgress(scored.length);
  }
  return scored;
}

function cosine(one: Float32Array | undefined, other: Float32Array | undefined): number {
  if (one === undefined || other === undefined || one.length !== other.length)
    throw new RangeError("The embedder returned too few vectors, or of different lengths");
  return one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
}
