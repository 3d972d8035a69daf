import type { Cleared } from "./key-rows.ts";
import type { MaybePromise, Store } from "./store.ts";

/**
 * A small capability beside the `Store` contract: to see to it that the bytes of what was removed, or has died, are gone
 * from the files of the store as well. It may take long and hold up writes; it is for erasures, never for a call.
 */
export interface ScrubbableStore extends Store {
  scrub(): MaybePromise<Cleared>;
}

export function isScrubbable(store: object): store is Pick<ScrubbableStore, "scrub"> {
  return typeof (store as Partial<ScrubbableStore>).scrub === "function";
}
