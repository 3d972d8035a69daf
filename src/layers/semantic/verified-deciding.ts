import type { Random } from "../../core/clock.ts";
import type { Lexicon } from "../../core/lexicon.ts";
import type { SemanticCandidate } from "../../core/semantic.ts";
import { noAudit, withAudited } from "./boundary/audit.ts";
import { decide, observe } from "./boundary/boundary.ts";
import { evidenceFrom, labelsIn } from "./boundary/tier-evidence.ts";
import { readTierState, type TierState, writeTierState } from "./boundary/tier-state.ts";
import { type Deciding, isCertain, type Neighbour, reaches, type Verdict } from "./deciding.ts";
import { firstVeto } from "./guards/all.ts";
import type { Evidence } from "./learnt.ts";
import { align } from "./reading/align.ts";
import type { Reading } from "./reading/reading.ts";
import { isOneSlip } from "./scoring/features.ts";
import { isSameButSlip } from "./scoring/same-but-slip.ts";
import type { MeasuredScorer } from "./scoring/scorer-file.ts";

/**
 * The strategy `verified`: a learned scorer says how likely the stored answer is right, and a boundary that learns from
 * what became known of earlier ones serves only as far as the target for wrong hits allows.
 */

/** The tiers in which something is left to weigh. */
const weighedTiers = ["signature", "vector"] as const;
type WeighedTier = (typeof weighedTiers)[number];

export interface VerifiedParts {
  readonly lexicon: () => Lexicon;
  /** The scorer, and what was measured of it before; read when it is first needed. */
  readonly measured: () => MeasuredScorer;
  /** The share of hits that may be wrong. */
  readonly target: number;
  readonly random: Random;
}

export class VerifiedDeciding implements Deciding {
  readonly #parts: VerifiedParts;
  #known: Record<WeighedTier, TierState> | undefined;

  constructor(parts: VerifiedParts) {
    this.#parts = parts;
  }

  get #tiers(): Record<WeighedTier, TierState> {
    this.#known ??= { ...shippedTiers(this.#parts.measured()) };
    return this.#known;
  }

  weigh(asked: Reading, { read, tier, similarity }: Neighbour) {
    if (isCertain(tier)) return { veto: undefined, score: 1 };
    const { lexicon, measured } = this.#parts;
    const found = read();
    const pair = { asked, found, alignment: align(asked, found, lexicon()) };
    const veto = firstVeto(pair);
    if (veto !== undefined) return { veto };
    // Where the content is equal, or one slip away, there is nothing to be scored: what was measured of those speaks.
    const isSame = tier === "signature" || isOneSlip(pair) || isSameButSlip(pair);
    return { veto, score: isSame ? sameContent : measured().scorer(pair, similarity) };
  }

  decide(candidate: SemanticCandidate, { observations }: Evidence, threshold: number | undefined): Verdict {
    if (!reaches(candidate, threshold)) return unlike;
    if (isCertain(candidate.tier)) return { serve: true, bound: 1, audit: false };
    const { random, target } = this.#parts;
    const { serve, bound, audit } = decide({
      score: candidate.score,
      observations,
      ...this.#tiers[weighedTier(candidate)],
      target: { perHit: target, perSingleHit: singleHits * target },
      random,
    });
    return serve ? { serve, bound, audit } : { serve, reason: "threshold", bound, audit };
  }

  learn(candidate: SemanticCandidate, evidence: Evidence, right: boolean): Evidence {
    if (isCertain(candidate.tier)) return evidence;
    const tier = weighedTier(candidate);
    const { audit, evidence: pooled } = this.#tiers[tier];
    const learnt = observe(
      { observations: evidence.observations, evidence: pooled },
      { score: candidate.score, right },
    );
    this.#tiers[tier] = { evidence: learnt.evidence, audit };
    return { ...evidence, observations: learnt.observations };
  }

  audited(candidate: SemanticCandidate, right: boolean, bound: number): void {
    if (isCertain(candidate.tier)) return;
    const tier = weighedTier(candidate);
    const { audit, evidence } = this.#tiers[tier];
    this.#tiers[tier] = { evidence, audit: withAudited(audit, right, bound) };
  }

  states(): ReadonlyMap<string, Uint8Array> {
    return new Map(weighedTiers.map((tier) => [tier, writeTierState(this.#tiers[tier])]));
  }

  restore(name: string, state: Uint8Array): void {
    const tier = weighedTiers.find((one) => one === name);
    if (tier === undefined) return;
    const read = readTierState(state, this.#tiers[tier].evidence.shipped);
    if (read === undefined) return;
    const isUntaught = labelsIn(read.evidence.learnt) === 0 && read.audit.hits === 0;
    this.#tiers[tier] = isUntaught ? shippedTiers(this.#parts.measured())[tier] : read;
  }
}

const shipped = new WeakMap<MeasuredScorer, Record<WeighedTier, TierState>>();

/** As all begin: one and the same, since the curve of a state is computed once. */
function shippedTiers(measured: MeasuredScorer): Record<WeighedTier, TierState> {
  const known = shipped.get(measured);
  if (known !== undefined) return known;
  const { signature, vector } = measured.shipped;
  const tiers = {
    signature: { evidence: evidenceFrom(signature), audit: noAudit },
    vector: { evidence: evidenceFrom(vector), audit: noAudit },
  };
  shipped.set(measured, tiers);
  return tiers;
}

/** The score under which the evidence of equal content is kept. */
const sameContent = 0.999;

/** Most hits are nearly certain, so that a doubtful one may be wrong this many times as often as all together may. */
const singleHits = 3;

const unlike: Verdict = { serve: false, reason: "threshold", bound: 0, audit: false };

function weighedTier({ tier }: SemanticCandidate): WeighedTier {
  return tier === "signature" ? tier : "vector";
}
