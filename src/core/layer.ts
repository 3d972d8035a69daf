import type { Call } from "./call.ts";
import type { LayerName } from "./directives.ts";
import type { Entry } from "./entry.ts";
import type { Generation } from "./generations.ts";
import type { MissReason, StoreRefusal } from "./outcome-reasons.ts";
import type { Recording } from "./recording.ts";
import type { MaybePromise } from "./store.ts";

/** The contract of a layer that answers. A layer returns values; only the pipeline decides, counts and replies. */

/** As much of a call as a look-up needs; `wrap` makes one without a protocol, that asks no model. */
export type Keyed = Pick<Call, "key" | "principal" | "directives" | "policy" | "variants"> &
  Partial<Pick<Call, "facts" | "originId" | "keyId" | "personal" | "sharing">>;

export interface FoundEntry {
  readonly entry: Entry;
  /** Opaque id, to show and to purge by. */
  readonly id: string;
}

export type Lookup =
  | { readonly kind: "hit"; readonly found: FoundEntry }
  | { readonly kind: "stale"; readonly found: FoundEntry; readonly why: "swr" | "max_stale" }
  | {
      readonly kind: "miss";
      readonly reason: MissReason;
      /** Where the answer would be stored. */
      readonly slot: string;
      /** May answer if the origin fails. */
      readonly reserve: FoundEntry | undefined;
    };

/** What must be known before the origin is called, so that a purge during the call wins. */
export interface RecordTicket {
  readonly createdAt: number;
  readonly generations: readonly Generation[];
}

export type RecordResult =
  | { readonly kind: "stored"; readonly id: string; readonly bytes: number }
  | { readonly kind: "refused"; readonly reason: StoreRefusal }
  | { readonly kind: "failed"; readonly result: "declined" | "overloaded" | "failed" };

/**
 * `memory`: only what this process has at hand, for when the store is too slow to be waited for. `latest`: no copy in
 * memory counts, for one who is about to compute what another process may have computed a moment ago.
 */
export type Source = "store" | "memory" | "latest";

export interface AnswerLayer {
  readonly name: LayerName;
  /** Default source: the store. */
  lookup(call: Keyed, source?: Source): MaybePromise<Lookup>;
  prepare(call: Keyed, source?: Source): Promise<RecordTicket>;
  /** Whether none of these generations was replaced by an invalidation, as far as the store, or this process, can tell. */
  areCurrent(call: Keyed, generations: readonly Generation[]): Promise<boolean>;
  record(
    call: Keyed,
    slot: string,
    ticket: RecordTicket,
    recording: Recording,
    protocol: string,
    /** What of the question is kept with the answer, to be shown. */
    question?: string,
  ): MaybePromise<RecordResult>;
}
