import { RepriseError } from "../../../core/errors.ts";
import { binCount } from "./score-scale.ts";
import type { ScoreCounts } from "./tier-evidence.ts";
import { countsIn } from "./tier-state.ts";

/**
 * The file of what was measured before: how often each bin of scores was right and wrong, by tier.
 *
 *   { "format": 1, "tiers": { "signature": { "right": [...], "wrong": [...] }, "vector": { ... } } }
 *
 * Each list has a number for each of the 32 bins of `score-scale.ts`, the lowest scores first.
 */

export type ShippedCounts = Readonly<Record<"signature" | "vector", ScoreCounts>>;

const remedy = "Install the package anew, or make the file again.";

/** Throws `RepriseError` with code `boundary_evidence` for what is no such file. */
export function readShippedCounts(text: string): ShippedCounts {
  let value: { readonly format?: unknown; readonly tiers?: Readonly<Record<string, unknown>> } | null;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RepriseError("boundary_evidence", { message: "The evidence of the boundary is no JSON", remedy, cause });
  }
  if (value?.format !== 1)
    throw new RepriseError("boundary_evidence", {
      message: `The evidence of the boundary has format ${String(value?.format)}, and this version reads format 1`,
      remedy,
    });
  return { signature: countsOf("signature", value.tiers), vector: countsOf("vector", value.tiers) };
}

function countsOf(tier: string, tiers: Readonly<Record<string, unknown>> | undefined): ScoreCounts {
  const counts = countsIn(tiers?.[tier]);
  if (counts !== undefined) return counts;
  throw new RepriseError("boundary_evidence", {
    message: `The evidence of the boundary has not ${binCount} counts of right and of wrong for the tier ${tier}`,
    remedy,
  });
}
