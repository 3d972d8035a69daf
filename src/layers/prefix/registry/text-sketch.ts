import { wordHash } from "../lint/word-signature.ts";

/**
 * A small part of the words of a text, by which the share of words that two texts have in common is told without reading
 * them again: the smallest hashes of its words. Of the smallest ones of two texts together those that both have are as
 * large a part as of all their words (bottom-k sketches; Broder, On the resemblance and containment of documents, 1997).
 * Of texts with fewer different words than that it is exact.
 */
export type TextSketch = Uint32Array;

const size = 128;

export function sketchOf(text: string): TextSketch {
  const hashes = new Set<number>();
  for (const [word] of text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)) hashes.add(wordHash(word));
  return Uint32Array.from(hashes).sort().slice(0, size);
}

/** Of all words of two texts, about the part that both have; from 0 to 1. */
export function resemblance(one: TextSketch, other: TextSketch): number {
  let [left, right, both, all] = [0, 0, 0, 0];
  for (; all < size && left < one.length && right < other.length; all++) {
    const [ours, theirs] = [one[left] as number, other[right] as number];
    if (ours === theirs) both++;
    if (ours <= theirs) left++;
    if (theirs <= ours) right++;
  }
  all = Math.min(size, all + one.length - left + other.length - right);
  return all === 0 ? 1 : both / all;
}
