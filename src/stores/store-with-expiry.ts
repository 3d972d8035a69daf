/**
 * A small capability beside the `Store` contract: a store that can say when a value dies and since when it has been
 * there. `tiered` needs both: a value promoted into a faster tier must die when its source dies, and a copy must be
 * looked at again some time after it was made. A store without it works in every tier, only less well.
 */

import { chain } from "../core/maybe-promise.ts";
import type { EvictionPriority, MaybePromise, Store } from "../core/store.ts";

/** Belongs to the store: read it at once and never write to it, the next call may change it. */
export interface StoredEntry {
  readonly value: Uint8Array;
  /** Milliseconds since the epoch; `undefined` where the store cannot tell. */
  readonly deleteAt: number | undefined;
  /** When this store got it, in milliseconds since the epoch; `undefined` where the store cannot tell. */
  readonly storedAt: number | undefined;
  readonly priority: EvictionPriority;
}

export interface StoreWithExpiry extends Store {
  /** As `get`, with what the store knows of each value. */
  getEntries(tenant: string, keys: readonly string[]): MaybePromise<readonly (StoredEntry | undefined)[]>;
}

function hasExpiry(store: Store): store is StoreWithExpiry {
  return typeof (store as Partial<StoreWithExpiry>).getEntries === "function";
}

/** The entries of any store, as far as it can tell. */
export function entriesOf(
  store: Store,
  tenant: string,
  keys: readonly string[],
): MaybePromise<readonly (StoredEntry | undefined)[]> {
  if (hasExpiry(store)) return store.getEntries(tenant, keys);
  return chain(store.get(tenant, keys), (values) => values.map(entryOf));
}

function entryOf(value: Uint8Array | undefined): StoredEntry | undefined {
  return value === undefined ? undefined : { value, deleteAt: undefined, storedAt: undefined, priority: "normal" };
}
