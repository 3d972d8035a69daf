import type { Embedder } from "../core/embedder.ts";

/** The cosine of the vectors of two texts, from 0 to 1; `embedder` must be one that answers at once. */
export function likenessBy(embedder: Embedder): (one: string, other: string) => number {
  return (one, other) => {
    const [a, b] = embedder.embed([one, other]) as readonly Float32Array[];
    let sum = 0;
    for (let at = 0; at < (a as Float32Array).length; at++) sum += (a?.[at] as number) * (b?.[at] as number);
    return Math.min(1, Math.max(0, sum));
  };
}
