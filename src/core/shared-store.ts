import type { Bus } from "./bus.ts";
import type { KeyRows } from "./key-rows.ts";
import type { Leases } from "./lease.ts";
import type { Store } from "./store.ts";

/**
 * What a store that several processes share may have besides: a bus between them, and leases by which they compute an
 * answer once. Both belong to the store and end with it.
 */
export interface SharedStore extends Store {
  readonly bus?: Bus;
  readonly leases?: Leases;
  /** A place for wrapped keys that can be cleared. It ends with the store. */
  keyRows?(): KeyRows;
  /** False: nothing was ever kept in that place. Asking makes none. */
  hasKeyRows?(): boolean;
  /**
   * Calls `changed` when the connection to a server has ended: the one that answers next may be another, or started
   * again, and have forgotten the last writes. Returns what ends it.
   */
  onInterrupted?(changed: () => void): () => void;
}
