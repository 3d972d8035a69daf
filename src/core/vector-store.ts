import type { KeyScope } from "./key-scope.ts";
import type { Sealer } from "./sealer.ts";
import type { MaybePromise } from "./store.ts";

/**
 * The contract of a store of vectors. It knows nothing of prompts: a note is opaque bytes that come back with a match.
 * What is compared with what is said by the space alone: a tenant never sees another's vectors, and vectors of
 * different models or dimensions never meet. The suite that every driver passes is `vectorStoreContract`.
 */

/** Where vectors may be compared with one another. */
export interface VectorSpace {
  readonly tenant: string;
  /** Opaque: the context in which the texts were asked. */
  readonly partition: string;
  /** The name of the embedder. */
  readonly model: string;
  readonly dimensions: number;
}

export interface VectorItem {
  /** Unique within the tenant's partition; a second item with the same id takes the place of the first. */
  readonly id: string;
  /** Of unit length, with as many numbers as the space has dimensions, all finite. */
  readonly vector: Float32Array;
  readonly note: Uint8Array;
  /** Milliseconds since the epoch after which it is never returned; `Infinity` for never. */
  readonly deleteAt: number;
  /** Whose key it is sealed with, where vectors are; default: that of the tenant. Means nothing to a driver that seals nothing. */
  readonly owner?: KeyScope;
  /** Digests of those whose it is, of up to 64 letters, digits, `-` and `_`, for `delete`; default: nobody's. */
  readonly marks?: readonly string[];
}

export interface VectorMatch {
  readonly id: string;
  /** Cosine in 32-bit arithmetic, from -1 to 1. */
  readonly similarity: number;
  readonly note: Uint8Array;
}

export interface VectorStats {
  readonly vectors: number;
  readonly bytes: number;
}

export interface DeletedVectors {
  readonly tenant: string;
  readonly partition?: string;
  /** Only these; all without. */
  readonly ids?: readonly string[];
  /** Only what bears one of these marks, and what an earlier version stored, which bears none; not with `ids`. */
  readonly marks?: readonly string[];
}

export interface VectorStore {
  /** A short name for metrics and messages, such as `embedded`. */
  readonly name: string;
  /** What was acknowledged here is found by the next `nearest` of this process. */
  put(space: VectorSpace, item: VectorItem): MaybePromise<"stored" | "declined" | "overloaded">;
  /** The `count` nearest that are alive, best first. */
  nearest(space: VectorSpace, vector: Float32Array, count: number): MaybePromise<readonly VectorMatch[]>;
  /** Removes from every model of the partition, or of the whole tenant where none is given. */
  delete(where: DeletedVectors): MaybePromise<void>;
  stats(): MaybePromise<VectorStats>;
  /** Those who have vectors here. Absent where a server keeps their names as digests alone. */
  tenants?(): MaybePromise<readonly string[]>;
  /** From now on what is kept beyond this process is sealed. Absent where numbers have to lie open to be compared. */
  sealWith?(sealer: Sealer): void;
  close(): MaybePromise<void>;
}
