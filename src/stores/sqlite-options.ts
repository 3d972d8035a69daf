import type { Clock } from "../core/clock.ts";
import type { Cleared, KeyRows } from "../core/key-rows.ts";
import type { ScrubbableStore } from "../core/scrub.ts";
import type { MaybePromise, WriteOptions, WriteResult } from "../core/store.ts";
import type { ListableStore, ListingPage, ListingQuery } from "../core/store-listing.ts";
import type { StoredEntry, StoreWithExpiry } from "./store-with-expiry.ts";

/** What a `sqlite` store is made with, and what it can do. */

export interface SqliteOptions {
  /** Made when it is missing, readable by its owner only. The file in it is `cache.db`. */
  readonly directory: string;
  /** Bound of the file. It never shrinks; room that is freed is used again. Default 1 GiB. */
  readonly maxBytes?: number;
  /** A larger value is declined. Default: an eighth of `maxBytes`. */
  readonly maxEntryBytes?: number;
  /** Writes not committed yet; beyond it a `set` is `overloaded`. Default 32 MiB. */
  readonly maxPendingBytes?: number;
  readonly clock?: Clock;
  /** Hears of damage, of other formats in the file and of writes that fail. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
}

export interface SqliteStore extends StoreWithExpiry, ListableStore, ScrubbableStore {
  /** In a file of their own, `keys.db`. */
  keyRows(): KeyRows;
  get(tenant: string, keys: readonly string[]): readonly (Uint8Array | undefined)[];
  getEntries(tenant: string, keys: readonly string[]): readonly (StoredEntry | undefined)[];
  /** Acknowledged before it is committed, except what has priority `high`: that is in the file, for all processes, when this resolves. */
  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<WriteResult>;
  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<Uint8Array>;
  delete(tenant: string, key: string): Promise<boolean>;
  list(query: ListingQuery): Promise<ListingPage>;
  /** Writes the file afresh. Rejects while it cannot be written. */
  scrub(): Promise<Cleared>;
  close(): Promise<void>;
  /** Resolves when everything set before is committed; rejects while the file cannot be written. */
  flush(): Promise<void>;
}
