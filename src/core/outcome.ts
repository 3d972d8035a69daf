import type { LayerName } from "./directives.ts";
import type { BypassReason, MissReason, StoreRefusal } from "./outcome-reasons.ts";

/** How a call was answered. Every call has exactly one outcome. */
export type Outcome =
  | {
      readonly kind: "hit";
      readonly layer: LayerName;
      readonly entry: string;
      readonly ageMs: number;
      readonly ttlMs: number;
      /** Of the question that was asked to the one that was answered, from 0 to 1; semantic layer only. */
      readonly similarity?: number;
    }
  | {
      readonly kind: "stale";
      readonly layer: LayerName;
      readonly entry: string;
      readonly ageMs: number;
      /** Negative: how long ago it ceased to be fresh. */
      readonly ttlMs: number;
      /** `swr`: being refreshed meanwhile. `sie`: the origin fails. `max_stale`: the caller accepts it. */
      readonly why: "swr" | "sie" | "max_stale";
    }
  | { readonly kind: "miss"; readonly reason: MissReason; readonly stored: Stored }
  | { readonly kind: "refresh"; readonly stored: Stored }
  | { readonly kind: "coalesced"; readonly stored: Stored }
  | { readonly kind: "bypass"; readonly reason: BypassReason }
  | { readonly kind: "error"; readonly code: string };

/** What became of the origin's answer; `pending` while a stream still runs. */
export type Stored =
  | { readonly state: "stored"; readonly entry: string }
  | { readonly state: "refused"; readonly reason: StoreRefusal }
  | { readonly state: "pending" };

export const pendingStored: Stored = { state: "pending" };
