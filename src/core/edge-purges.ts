import type { MaybePromise } from "./store.ts";

/**
 * How caches in front of the gateway are told to forget. Asked after the store has taken an invalidation, so that what
 * they fetch next is what counts by then.
 */

export interface EdgePurge {
  /** Labels exactly as answers carry them in `Surrogate-Key` and `Cache-Tag`. */
  readonly tags?: readonly string[];
  /** Paths from the root with their query, such as `/v1/answers/opening-hours`; the adapter knows the host. */
  readonly urls?: readonly string[];
  /** Whatever came from this gateway. */
  readonly all?: boolean;
}

export interface EdgePurges {
  /** Resolves when the wish cannot get lost any more; the caches may follow later. */
  purge(what: EdgePurge): MaybePromise<void>;
}

/** Where no cache in front is configured. */
export const noEdgePurges: EdgePurges = { purge: () => {} };
