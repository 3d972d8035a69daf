import { LRUCache } from "lru-cache";
import type { Embedder } from "../core/embedder.ts";

/**
 * The cosine of the vectors of two texts, from 0 to 1; `embedder` must be one that answers at once. Vectors of single
 * words are kept, since the same words are laid beside each other again and again.
 */
export function likenessBy(embedder: Embedder): (one: string, other: string) => number {
  const words = new LRUCache<string, Float32Array>({ max: keptWords });
  const vectorOf = (text: string): Float32Array => {
    const known = words.get(text);
    if (known !== undefined) return known;
    const [vector] = embedder.embed([text]) as readonly [Float32Array];
    if (text.length <= longestWord && !text.includes(" ")) words.set(text, vector);
    return vector;
  };
  return (one, other) => {
    const [a, b] = [vectorOf(one), vectorOf(other)];
    let sum = 0;
    for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
    return Math.min(1, Math.max(0, sum));
  };
}

/** About a kilobyte each. */
const keptWords = 8192;
const longestWord = 24;
