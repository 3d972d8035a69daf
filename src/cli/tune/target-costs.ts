import { type Audit, noAudit, withAudited } from "../../layers/semantic/boundary/audit.ts";
import { decide, observe } from "../../layers/semantic/boundary/boundary.ts";
import { evidenceFrom, type ScoreCounts, type TierEvidence } from "../../layers/semantic/boundary/tier-evidence.ts";
import type { LabelledObservation } from "./labelled-record.ts";
import { type Cost, costOf, totalsOf } from "./trade-off.ts";

/**
 * What each target of the strategy `verified` would have cost and brought: the observations are gone through once more in
 * the order of time, each decided from what was learnt of those before it, and then learnt from. Which entry one is of is
 * not known, so what entries teach of themselves is left out; the boundary of a gateway knows a little more.
 */

export interface TargetCost extends Cost {
  readonly target: number;
}

const targets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1];

/** Nothing is thinned out here, so chance decides nothing. */
const never = { fraction: () => 1 };

/** `undefined` unless all observations have a score. */
export function targetCosts(
  observations: readonly LabelledObservation[],
  shipped: Readonly<Record<"signature" | "vector", ScoreCounts>>,
): readonly TargetCost[] | undefined {
  const scored = observations.flatMap(({ score, ...rest }) => (score === undefined ? [] : [{ ...rest, score }]));
  if (scored.length < observations.length) return undefined;
  const inTime = scored.toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0));
  const totals = totalsOf(observations);
  const counts = targets.map((perHit) => ({ perHit, hits: 0, wrong: 0, audit: noAudit as Audit }));
  const evidence: Record<"signature" | "vector", TierEvidence> = {
    signature: evidenceFrom(shipped.signature),
    vector: evidenceFrom(shipped.vector),
  };
  for (const { score, right, tier } of inTime) {
    for (const count of counts) {
      const { perHit, audit } = count;
      const question = { score, observations: [], evidence: evidence[tier], audit, target: { perHit }, random: never };
      const { serve, reason, bound } = decide(question);
      if (serve) {
        count.hits += 1;
        count.wrong += right ? 0 : 1;
      }
      if (serve || reason === "audit") count.audit = withAudited(audit, right, bound);
    }
    evidence[tier] = observe({ observations: [], evidence: evidence[tier] }, { score, right }).evidence;
  }
  return counts.map(({ perHit, hits, wrong }) => ({ target: perHit, ...costOf(hits, wrong, totals) }));
}
