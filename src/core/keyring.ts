import type { KeyObject } from "node:crypto";
import type { KeyScope } from "./key-scope.ts";
import type { MaybePromise } from "./store.ts";

/**
 * The contract of the keys that values at rest are sealed with. Each tenant has a data key of its own, and each user for
 * whom something is kept has one beside it. They are drawn at random and kept wrapped; whoever destroys the wrapped key has
 * destroyed all that was sealed with it, wherever copies of that lie.
 */

/** A data key as it is used; it stays in memory for some seconds. */
export interface DataKey {
  /** `keyIdBytes` bytes that stand before what is sealed with it; they tell nothing of whose it is. */
  readonly id: Uint8Array;
  /** 32 bytes, made ready once: a cipher takes three times as long to begin with bare bytes. */
  readonly secret: KeyObject;
}

export const keyIdBytes = 28;

/** What became of a destroyed key, for whoever has to account for it. */
export interface Destroyed {
  /** How many wrapped keys were there and are gone. Those of the users of a tenant need none of their own: they are wrapped by its key. */
  readonly keys: number;
  /** Whether the store has also cleared the places in its own files where they stood. */
  readonly isErased: boolean;
  /** What was done, and what may hold copies that nobody here can reach: journals, backups, replicas. Plain sentences. */
  readonly notes: readonly string[];
  /** How long other processes may still have the key in memory, in milliseconds. */
  readonly withinMs: number;
}

export interface Keyring {
  /** The present key of the scope; made when there is none. Rejects with `StoreUnavailableError` when the store cannot be asked. */
  keyFor(scope: KeyScope): MaybePromise<DataKey>;
  /** The key with this id; `undefined` when it is not there (any more). Rejects as `keyFor` does. */
  find(id: Uint8Array): MaybePromise<DataKey | undefined>;
  /** Whether the scope has a key; makes none. */
  has(scope: KeyScope): Promise<boolean>;
  /**
   * Destroys all keys of the scope, with those of its users where it is a tenant's. Resolves when the store has them no
   * more; other processes have forgotten them `withinMs` later. What is sealed afterwards gets a new key.
   */
  destroy(scope: KeyScope): Promise<Destroyed>;
}
