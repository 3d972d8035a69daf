import type { KeyScope } from "./key-scope.ts";

/**
 * The contract of every store. A store keeps opaque bytes under opaque keys and knows nothing of models, prompts
 * or freshness. The tenant is an argument of every call, so that no driver can forget it.
 *
 * `MaybePromise` lets an in-process store answer at once: a hit in memory costs no turn of the event loop.
 * The suite that every driver passes is `storeContract` of `reprise/testing`.
 */

export type MaybePromise<T> = T | Promise<T>;

/** Which values go first when the store must make room: `low`, then `normal`; `high` goes last. */
export type EvictionPriority = "low" | "normal" | "high";

export interface WriteOptions {
  /** Milliseconds since the epoch after which the value may be forgotten and is never returned; `Infinity` for never. */
  readonly deleteAt: number;
  /** Default `normal`. */
  readonly priority?: EvictionPriority;
  /** Whose key it is sealed with at rest; default: that of the tenant it is stored under. Means nothing to a driver. */
  readonly owner?: KeyScope;
}

/** What became of a write. `declined`: the value is larger than the store takes. `overloaded`: dropped, the store is behind. */
export type WriteResult = "stored" | "declined" | "overloaded";

export interface StoreStats {
  readonly entries: number;
  readonly bytes: number;
  /** `Infinity` where the store has no bound of its own. */
  readonly capacityBytes: number;
  readonly evictions: number;
  /** Values that were found damaged or of an unknown format, and skipped. */
  readonly corrupt: number;
}

export interface Store {
  /** A short name for metrics and messages, such as `memory`. */
  readonly name: string;
  /**
   * The values of `keys` in their order, `undefined` for each that is absent or past its `deleteAt`; one round trip.
   * The bytes belong to the store: read them, never write to them.
   */
  get(tenant: string, keys: readonly string[]): MaybePromise<readonly (Uint8Array | undefined)[]>;
  /** Stores or replaces. A value acknowledged here is what the next `get` of this process returns. */
  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<WriteResult>;
  /** Stores only if nothing alive is there; returns what is there afterwards (the given bytes or the earlier ones). */
  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<Uint8Array>;
  /** Removes; returns whether something alive was there. */
  delete(tenant: string, key: string): MaybePromise<boolean>;
  stats(): MaybePromise<StoreStats>;
  /** Flushes what is pending and frees the resources. Calls after it throw. */
  close(): MaybePromise<void>;
}
