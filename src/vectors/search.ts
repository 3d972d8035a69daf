/**
 * The nearest vectors of an index, exactly. The scan lists the best by scores that are off by a known uncertainty
 * (codes.ts). The list is gone through best first, each with the true 32-bit vector, until the worst of the `count`
 * best so far is better than the next score could be at most: nothing that comes later can be among them (the stopping
 * rule of Fagin, Lotem and Naor, "Optimal aggregation algorithms for middleware", 2003). A dozen true vectors are
 * read as a rule. A list that ends too soon is asked for again, longer; past `mostListed` near ties its end stands.
 *
 * What the index has and the true vectors have not is removed, and the rest searched again.
 */

import { isPromise } from "../core/maybe-promise.ts";
import type { MaybePromise } from "../core/store.ts";
import type { VectorMatch } from "../core/vector-store.ts";
import { encodeQuery, uncertainty } from "./codes.ts";
import { mostListed } from "./scan-memory.ts";
import type { Scanner, ScanResult } from "./scanner.ts";
import type { VectorIndex } from "./vector-index.ts";

export interface TrueVector {
  readonly vector: Float32Array;
  readonly note: Uint8Array;
  /** Whose it is; only of what is in memory alone. */
  readonly marks?: readonly string[] | undefined;
}

export interface SearchOptions {
  readonly index: VectorIndex;
  readonly scanner: Scanner;
  readonly vector: Float32Array;
  readonly count: number;
  /** The true vector of an id; `undefined` when it is gone. */
  readonly read: (id: string) => TrueVector | undefined;
  /** Takes an id that is gone out of the index. */
  readonly remove: (id: string) => void;
}

/** Long enough for nearly all look-ups. */
const usuallyListed = 64;
const mostRounds = 4;

/** `undefined` when so much of the index is gone that it should be read anew. */
export function search(options: SearchOptions): MaybePromise<readonly VectorMatch[] | undefined> {
  const { index, count } = options;
  if (index.size === 0 || count < 1) return [];
  const query = encodeQuery(options.vector);
  const most = Math.min(mostListed, Math.max(usuallyListed, 4 * count));
  return round(options, query, most, 1);
}

function round(
  options: SearchOptions,
  query: ReturnType<typeof encodeQuery>,
  most: number,
  number: number,
): MaybePromise<readonly VectorMatch[] | undefined> {
  const { index, scanner } = options;
  const rank = (found: ScanResult) => {
    const ranking = rankFound(options, found, query.scale, most);
    for (const id of ranking.gone) options.remove(id);
    if (ranking.isProven || (most === mostListed && ranking.gone.length === 0)) return ranking.matches;
    if (number === mostRounds) return undefined;
    return round(options, query, ranking.gone.length > 0 ? most : mostListed, number + 1);
  };
  const scanned = scanner.scan(index, query.codes, most);
  if (!isPromise(scanned)) return rank(scanned);
  index.pin();
  return scanned.then(rank).finally(() => index.unpin());
}

interface Ranking {
  readonly matches: readonly VectorMatch[];
  /** Nothing that is not among the matches can be nearer. */
  readonly isProven: boolean;
  readonly gone: readonly string[];
}

function rankFound(
  { index, vector, count, read }: SearchOptions,
  { slots, scores }: ScanResult,
  scale: number,
  most: number,
): Ranking {
  const matches: VectorMatch[] = [];
  const gone: string[] = [];
  const margin = uncertainty(index.largestStep);
  const square = dotOf(vector, vector);
  for (const [at, slot] of slots.entries()) {
    const worst = matches.length === count ? (matches.at(-1) as VectorMatch).similarity : Number.NEGATIVE_INFINITY;
    if (worst > (scores[at] as number) * scale + margin) return { matches, isProven: true, gone };
    const id = index.idAt(slot);
    if (id === undefined) continue;
    const found = read(id);
    if (found === undefined) gone.push(id);
    else insert(matches, { id, similarity: cosineOf(vector, square, found.vector), note: found.note }, count);
  }
  return { matches, isProven: slots.length < most, gone };
}

function insert(matches: VectorMatch[], match: VectorMatch, count: number): void {
  let at = matches.length;
  while (at > 0 && isNearer(match, matches[at - 1] as VectorMatch)) at -= 1;
  if (at === count) return;
  matches.splice(at, 0, match);
  if (matches.length > count) matches.pop();
}

function isNearer(one: VectorMatch, other: VectorMatch): boolean {
  return one.similarity === other.similarity ? one.id < other.id : one.similarity > other.similarity;
}

/** `square`: that of `one`, which is compared with many. */
function cosineOf(one: Float32Array, square: number, other: Float32Array): number {
  let dot = 0;
  let otherSquare = 0;
  for (let at = 0; at < one.length; at += 1) {
    const value = other[at] as number;
    dot += (one[at] as number) * value;
    otherSquare += value * value;
  }
  return Math.min(1, Math.max(-1, Math.fround(dot / Math.sqrt(square * otherSquare))));
}

function dotOf(one: Float32Array, other: Float32Array): number {
  let dot = 0;
  for (let at = 0; at < one.length; at += 1) dot += (one[at] as number) * (other[at] as number);
  return dot;
}
