import type { Clock } from "../../../core/clock.ts";
import type { Store } from "../../../core/store.ts";

/** What routes need to look at what is stored. */
export interface EntriesParts {
  /** All tiers. */
  readonly store: Store;
  /** The store that holds everything, without copies. */
  readonly truth: Store;
  readonly clock: Clock;
}
