import { InvalidOptionError } from "./errors.ts";
import type { EvictionPriority, MaybePromise, Store } from "./store.ts";

/**
 * The contract of a store whose content can be walked through, for exports, listings and repairs; never for answering a
 * call. Drivers that cannot (Memcached has no such command) do not have it.
 */

export interface StoredItem {
  readonly tenant: string;
  readonly key: string;
  readonly value: Uint8Array;
  readonly deleteAt: number;
  readonly priority: EvictionPriority;
}

export interface ListingQuery {
  /** Only what belongs to this tenant; all tenants without it. */
  readonly tenant?: string;
  /** Where the page before ended; from the beginning without it. */
  readonly cursor?: string;
  /** About as many items as a page may have; at least 1. */
  readonly limit: number;
  /** What came last comes first, where the store keeps an order. A cursor belongs to the order it was given in. */
  readonly newestFirst?: boolean;
}

export interface ListingPage {
  readonly items: readonly StoredItem[];
  /** `undefined` behind the last page. A page may be empty and still have a next one. */
  readonly cursor: string | undefined;
  /** Whether it came as `newestFirst` asks. */
  readonly isNewestFirst?: boolean;
}

export interface ListableStore extends Store {
  /**
   * One page of what is alive. What is there from the first page to the last comes at least once; what is written or
   * removed meanwhile may come or not, and with the newest first neither need what is replaced.
   */
  list(query: ListingQuery): MaybePromise<ListingPage>;
}

/** What a store says of a cursor that is not one of its own. */
export function foreignCursor(): InvalidOptionError {
  return new InvalidOptionError("cursor", {
    message: "The cursor is not one of this store's listings.",
    rule: "must be the cursor of the page before",
    remedy: "Pass the cursor of the page before, or none for the first page.",
  });
}

export function isListable(store: Store): store is ListableStore {
  return typeof (store as Partial<ListableStore>).list === "function";
}
