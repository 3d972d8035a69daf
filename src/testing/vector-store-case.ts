/** A case of the vector store contract, and the few things all cases use. */

import type { ManualClock } from "../core/clock.ts";
import type { VectorItem, VectorMatch, VectorSpace, VectorStore } from "../core/vector-store.ts";

export interface VectorStoreUnderTest {
  readonly store: VectorStore;
  /** The clock the store was given. For a server with its own time, start it at the real time. */
  readonly clock: ManualClock;
  /** Opens a second store over the same data, as another process would; absent where nothing is shared. */
  readonly another?: () => Promise<VectorStore>;
  /** Closes the store and opens another one on the same data; absent for stores that keep nothing. */
  readonly reopen?: () => Promise<VectorStore>;
  /** Frees what `make` allocated beside the store, such as a folder. */
  readonly dispose?: () => Promise<void>;
}

/** What a driver may lack: `exact`, the order of a brute-force search; `manual-clock`, as the server has its own time. */
export type VectorStoreCapability = "exact" | "manual-clock";

export interface VectorStoreCase {
  readonly name: string;
  readonly needs?: VectorStoreCapability;
  readonly check: (subject: VectorStoreUnderTest) => Promise<void>;
}

export const hour = 3_600_000;
export const space: VectorSpace = { tenant: "tenant", partition: "partition", model: "model", dimensions: 24 };
export const forEver = Number.POSITIVE_INFINITY;

/** A vector of unit length that follows from its seed alone (mulberry32); different seeds are nearly at right angles. */
export function vectorOf(seed: number, dimensions = space.dimensions): Float32Array {
  let state = (seed + 1) * 0x9e37_79b9;
  const numbers = Array.from({ length: dimensions }, () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000 - 0.5;
  });
  return unit(numbers);
}

/** Near `vector`: the smaller `distance`, the nearer. */
export function near(vector: Float32Array, distance: number, seed: number): Float32Array {
  const other = vectorOf(seed, vector.length);
  return unit([...vector].map((number, at) => number + distance * (other[at] as number)));
}

function unit(numbers: readonly number[]): Float32Array {
  const length = Math.sqrt(numbers.reduce((sum, number) => sum + number * number, 0));
  return Float32Array.from(numbers, (number) => number / length);
}

export function cosine(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, number, at) => sum + number * (other[at] as number), 0);
}

export function itemOf(id: string, vector: Float32Array, deleteAt = forEver): VectorItem {
  return { id, vector, note: new TextEncoder().encode(`note of ${id}`), deleteAt };
}

export async function put(store: VectorStore, where: VectorSpace, item: VectorItem): Promise<void> {
  const result = await store.put(where, item);
  if (result !== "stored") throw new Error(`put of ${item.id} was ${result}`);
}

/** The ids that are nearest, best first. */
export async function idsNear(
  store: VectorStore,
  where: VectorSpace,
  vector: Float32Array,
  count = 8,
): Promise<string[]> {
  return (await store.nearest(where, vector, count)).map(({ id }: VectorMatch) => id);
}
