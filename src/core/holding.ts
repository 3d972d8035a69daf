import type { Store } from "./store.ts";

/**
 * A small capability beside the `Store` contract, for values that are needed with every look-up: a store in memory lets
 * its caller hold on to where they stand. Whoever holds them sees whether they are still there and the same without
 * looking for each of them again.
 */
export interface Holding {
  /** What `get` answered when the holding was made. */
  readonly values: readonly Uint8Array[];
  /**
   * Whether `get` would give `values` now, at once, and the same objects. It counts as a read, so
   * that what is held is not taken for unwanted when the store makes room.
   *
   * @param storedAfter Milliseconds since the epoch; what the store got at this moment or earlier does not count.
   */
  isCurrent(storedAfter?: number): boolean;
}

interface HoldingStore extends Store {
  /** `undefined` unless all of `keys` are here, and for good. */
  hold(tenant: string, keys: readonly string[]): Holding | undefined;
}

/** Holds `keys` where the store can, and has them. */
export function holdIn(store: Store, tenant: string, keys: readonly string[]): Holding | undefined {
  return (store as Partial<HoldingStore>).hold?.(tenant, keys);
}
