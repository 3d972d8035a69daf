import { type Audit, noAudit, withAudited } from "../../layers/semantic/boundary/audit.ts";
import { decide, observe } from "../../layers/semantic/boundary/boundary.ts";
import { evidenceFrom, type ScoreCounts, type TierEvidence } from "../../layers/semantic/boundary/tier-evidence.ts";
import { type Cost, costOf, totalsOf } from "./trade-off.ts";

/**
 * What each target of the strategy `verified` would have cost and brought. Observations are gone through once more in the
 * order of time, each decided from what was learnt of those before it, and then learnt from. Pairs have no order, so they
 * are decided from what comes with the package alone. Which entry a record is of is not known, so what entries teach of
 * themselves is left out; the boundary of a gateway knows a little more.
 */

export interface Judged {
  /** `undefined`: never served. */
  readonly score: number | undefined;
  /** `normal`: the same text but for its form, which is served without asking how sure the scorer is. */
  readonly tier: "normal" | "signature" | "vector";
  readonly right: boolean;
  readonly at?: number | undefined;
}

export type Shipped = Readonly<Record<"signature" | "vector", ScoreCounts>>;

export interface TargetCost extends Cost {
  readonly target: number;
}

const targets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1];

/** Nothing is thinned out here, so chance decides nothing. */
const never = { fraction: () => 1 };

export function targetCosts(records: readonly Judged[], shipped: Shipped, learns: boolean): readonly TargetCost[] {
  const inTime = records.toSorted((one, other) => (one.at ?? 0) - (other.at ?? 0));
  const counts = targets.map((perHit) => ({ perHit, hits: 0, wrong: 0, audit: noAudit as Audit }));
  const evidence: Record<"signature" | "vector", TierEvidence> = {
    signature: evidenceFrom(shipped.signature),
    vector: evidenceFrom(shipped.vector),
  };
  for (const { score, right, tier } of inTime) {
    if (score === undefined) continue;
    for (const count of counts) {
      const { perHit, audit } = count;
      const verdict =
        tier === "normal"
          ? certain
          : decide({ score, observations: [], evidence: evidence[tier], audit, target: { perHit }, random: never });
      if (verdict.serve) {
        count.hits += 1;
        count.wrong += right ? 0 : 1;
      }
      if (learns && verdict !== certain && (verdict.serve || verdict.reason === "audit"))
        count.audit = withAudited(audit, right, verdict.bound);
    }
    if (learns && tier !== "normal")
      evidence[tier] = observe({ observations: [], evidence: evidence[tier] }, { score, right }).evidence;
  }
  const totals = totalsOf(records);
  return counts.map(({ perHit, hits, wrong }) => ({ target: perHit, ...costOf(hits, wrong, totals) }));
}

const certain = { serve: true, reason: "sure", bound: 1 } as const;
