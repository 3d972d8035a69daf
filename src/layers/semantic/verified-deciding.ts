import type { Random } from "../../core/clock.ts";
import type { Lexicon } from "../../core/lexicon.ts";
import type { SemanticCandidate } from "../../core/semantic.ts";
import { type Audit, noAudit, withAudited } from "./boundary/audit.ts";
import { decide, observe } from "./boundary/boundary.ts";
import { evidenceFrom, type TierEvidence } from "./boundary/tier-evidence.ts";
import { type Deciding, isCertain, type Neighbour, reaches, type Verdict } from "./deciding.ts";
import { firstVeto } from "./guards/all.ts";
import type { Evidence } from "./learnt.ts";
import { align } from "./reading/align.ts";
import { readText } from "./reading/read-text.ts";
import type { Reading } from "./reading/reading.ts";
import type { MeasuredScorer } from "./scoring/scorer-file.ts";

/**
 * The strategy `verified`: a learned scorer says how likely the stored answer is right, and a boundary that learns from
 * what became known of earlier ones serves only as far as the target for wrong hits allows.
 */

/** The tiers in which something is left to weigh. */
type WeighedTier = "signature" | "vector";

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
  #learnt: Record<WeighedTier, TierEvidence> | undefined;
  #audit: Audit = noAudit;

  constructor(parts: VerifiedParts) {
    this.#parts = parts;
  }

  get #evidence(): Record<WeighedTier, TierEvidence> {
    if (this.#learnt === undefined) {
      const { signature, vector } = this.#parts.measured().shipped;
      this.#learnt = { signature: evidenceFrom(signature), vector: evidenceFrom(vector) };
    }
    return this.#learnt;
  }

  weigh(asked: Reading, { text, tier, similarity }: Neighbour) {
    if (isCertain(tier)) return { veto: undefined, score: 1 };
    const { lexicon, measured } = this.#parts;
    const found = readText(text, lexicon());
    const pair = { asked, found, alignment: align(asked, found, lexicon()) };
    const veto = firstVeto(pair);
    if (veto !== undefined) return { veto };
    // Of equal content in equal order there is nothing to be scored: the tier's own evidence speaks.
    return { veto, score: tier === "signature" ? sameContent : measured().scorer(pair, similarity) };
  }

  decide(candidate: SemanticCandidate, { observations }: Evidence, threshold: number | undefined): Verdict {
    if (!reaches(candidate, threshold)) return unlike;
    if (isCertain(candidate.tier)) return { serve: true, bound: 1, audit: false };
    const { random, target } = this.#parts;
    const { serve, bound, audit } = decide({
      score: candidate.score,
      observations,
      evidence: this.#evidence[weighedTier(candidate)],
      audit: this.#audit,
      target: { perHit: target },
      random,
    });
    return serve ? { serve, bound, audit } : unlike;
  }

  learn(candidate: SemanticCandidate, evidence: Evidence, right: boolean): Evidence {
    if (isCertain(candidate.tier)) return evidence;
    const tier = weighedTier(candidate);
    const learnt = observe(
      { observations: evidence.observations, evidence: this.#evidence[tier] },
      { score: candidate.score, right },
    );
    this.#evidence[tier] = learnt.evidence;
    return { ...evidence, observations: learnt.observations };
  }

  audited(right: boolean, bound: number): void {
    this.#audit = withAudited(this.#audit, right, bound);
  }
}

/** The score under which the evidence of the tier `signature` is kept. */
const sameContent = 0.999;

const unlike: Verdict = { serve: false, reason: "threshold" };

function weighedTier({ tier }: SemanticCandidate): WeighedTier {
  return tier === "signature" ? tier : "vector";
}
