import type { Bus } from "./bus.ts";
import type { Leases } from "./lease.ts";
import type { Store } from "./store.ts";

/**
 * What a store that several processes share may have besides: a bus between them, and leases by which they compute an
 * answer once. Both belong to the store and end with it.
 */
export interface SharedStore extends Store {
  readonly bus?: Bus;
  readonly leases?: Leases;
}
