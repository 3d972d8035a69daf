import { entryId } from "../core/entry-id.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Batch } from "./embedding-batch.ts";
import type { Gathered } from "./embedding-batches.ts";

/** What became of a batch whose vectors are all there. It counts as a hit only when every one of them was stored. */
export function outcomeOf(batch: Pick<Batch, "principal" | "slots">, gathered: Gathered, now: number): Outcome {
  const { lifetime, asked, stored, reason } = gathered;
  if (lifetime !== undefined) {
    const times = { ageMs: Math.max(0, now - lifetime.createdAt), ttlMs: lifetime.staleAt - now };
    return {
      kind: "hit",
      layer: "embedding",
      entry: entryId(batch.principal.tenant, batch.slots[0] as string),
      ...times,
    };
  }
  if (asked === 0) return { kind: "coalesced", stored };
  return reason === "refresh" ? { kind: "refresh", stored } : { kind: "miss", reason, stored };
}
