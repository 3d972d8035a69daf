import type { Random } from "../../../core/clock.ts";
import { type Audit, shareToAudit, tightening } from "./audit.ts";
import { servableShare } from "./confidence.ts";
import { varianceBetween, wrongnessOf } from "./entry-effect.ts";
import { type Observation, type Observations, withObservation } from "./observations.ts";
import { pooledCurve } from "./pooled-curve.ts";
import { probabilityOf } from "./score-scale.ts";
import { type TierEvidence, withLabel } from "./tier-evidence.ts";

/**
 * Whether a stored answer may be served, given how sure the scorer is. The idea is that of vCache (L. G. Schroeder et
 * al., arXiv 2502.03771): learn how often a score is right, and serve only as far as a bound on wrong answers allows.
 * There each entry learns alone, and the bound holds for all requests together; so new entries serve nothing, and of few
 * hits many may be wrong. Here:
 *
 * - all entries of a tier are learnt from together, beginning with what was measured before (`pooled-curve.ts`);
 * - an entry's own labels move it away from the others (`entry-effect.ts`);
 * - the probability that can be relied on must reach 1 less the share of wrong hits that is allowed, and 0.9 in any case:
 *   nothing doubtful is served at random;
 * - a second bound, on wrong answers among all requests, thins out hits by chance where it is the stricter one;
 * - audited hits tighten the first bound when they show more wrong ones than it allows (`audit.ts`).
 */

export interface Target {
  /** The share of hits that may be wrong, above 0 and below 1. */
  readonly perHit: number;
  /**
   * The share that may be wrong of hits as doubtful as one hit; default `perHit`. It may be above `perHit` where most hits
   * are far surer: audits see to it that all together keep to `perHit`.
   */
  readonly perSingleHit?: number;
  /** The share of all requests that may be answered wrongly. Default: as many as of hits, which thins nothing out. */
  readonly perRequest?: number;
}

export interface Question {
  readonly score: number;
  /** Of the entry. */
  readonly observations: Observations;
  /** Of the tier. */
  readonly evidence: TierEvidence;
  readonly audit: Audit;
  readonly target: Target;
  readonly random: Pick<Random, "fraction">;
}

/**
 * - `sure`: served.
 * - `doubtful`: the bound does not reach the target.
 * - `audit`: it would, had audits not shown too many wrong hits.
 * - `chance`: thinned out to keep the share of all requests.
 */
export type BoundaryReason = "sure" | "doubtful" | "audit" | "chance";

export interface Verdict {
  readonly serve: boolean;
  /** The probability of being right that can be relied on. */
  readonly bound: number;
  readonly reason: BoundaryReason;
  /**
   * Whether this one is to be checked against a fresh answer, and the result told to `observe` and `withAudited`. A random
   * share of hits is; and of what was not served for `audit`, as otherwise nothing would be served and nothing learnt any
   * more.
   */
  readonly audit: boolean;
}

/** Below this nothing is served, whatever is allowed. */
const leastBound = 0.9;

export function decide({ score, observations, evidence, audit, target, random }: Question): Verdict {
  const { perHit, perSingleHit = perHit, perRequest = perSingleHit } = target;
  const bound = reliableBound(score, observations, evidence);
  const verdict = (reason: BoundaryReason): Verdict => ({
    serve: reason === "sure",
    bound,
    reason,
    audit: (reason === "sure" || reason === "audit") && random.fraction() < shareToAudit(audit, perHit),
  });
  if (!(bound >= Math.max(leastBound, 1 - perSingleHit))) return verdict("doubtful");
  if (bound < 1 - perSingleHit * tightening(audit, perHit)) return verdict("audit");
  const share = servableShare(bound, perRequest);
  return verdict(share >= 1 || random.fraction() < share ? "sure" : "chance");
}

/** What is known of a tier and of one of its entries. */
export interface Learnt {
  readonly observations: Observations;
  readonly evidence: TierEvidence;
}

/** What is known with one label more. */
export function observe({ observations, evidence }: Learnt, observation: Observation): Learnt {
  const { logOddsAt } = pooledCurve(evidence);
  const probability = probabilityOf(logOddsAt(observation.score));
  const surprise = (observation.right ? 1 : 0) - probability;
  const spread = probability * (1 - probability);
  let { products, weight } = evidence.kinship;
  for (const { score, right } of observations) {
    const other = probabilityOf(logOddsAt(score));
    products += 2 * surprise * ((right ? 1 : 0) - other);
    weight += 2 * spread * other * (1 - other);
  }
  return {
    observations: withObservation(observations, observation),
    evidence: withLabel(evidence, observation.score, observation.right, { products, weight }),
  };
}

function reliableBound(score: number, observations: Observations, evidence: TierEvidence): number {
  const { reliableAt, logOddsAt } = pooledCurve(evidence);
  const wrongness = wrongnessOf(observations, score, logOddsAt, varianceBetween(evidence));
  return Math.max(0, 1 - (1 - reliableAt(score)) * wrongness);
}
