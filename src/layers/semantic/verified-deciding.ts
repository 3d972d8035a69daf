import type { Random } from "../../core/clock.ts";
import type { Lexicon } from "../../core/lexicon.ts";
import type { SemanticCandidate } from "../../core/semantic.ts";
import { type Audit, noAudit, withAudited } from "./boundary/audit.ts";
import { decide, observe } from "./boundary/boundary.ts";
import { evidenceFrom, type ScoreCounts, type TierEvidence } from "./boundary/tier-evidence.ts";
import { type Deciding, isCertain, type Neighbour, reaches, type Verdict } from "./deciding.ts";
import { firstVeto } from "./guards/all.ts";
import type { Evidence } from "./learnt.ts";
import { align } from "./reading/align.ts";
import { readText } from "./reading/read-text.ts";
import type { Reading } from "./reading/reading.ts";
import type { Scorer } from "./scoring/scorer.ts";

/**
 * The strategy `verified`: a learned scorer says how likely the stored answer is right, and a boundary that learns from
 * what became known of earlier ones serves only as far as the target for wrong hits allows.
 */

/** The tiers in which something is left to weigh. */
type WeighedTier = "signature" | "vector";

export interface VerifiedParts {
  readonly lexicon: () => Lexicon;
  readonly scorer: Scorer;
  /** What was measured before, by tier. */
  readonly shipped: Readonly<Record<WeighedTier, ScoreCounts>>;
  /** The share of hits that may be wrong. */
  readonly target: number;
  readonly random: Random;
}

export class VerifiedDeciding implements Deciding {
  readonly #parts: VerifiedParts;
  readonly #evidence: Record<WeighedTier, TierEvidence>;
  #audit: Audit = noAudit;

  constructor(parts: VerifiedParts) {
    this.#parts = parts;
    this.#evidence = { signature: evidenceFrom(parts.shipped.signature), vector: evidenceFrom(parts.shipped.vector) };
  }

  weigh(asked: Reading, { text, tier, similarity }: Neighbour) {
    if (isCertain(tier)) return { veto: undefined, score: 1 };
    const { lexicon, scorer } = this.#parts;
    const found = readText(text, lexicon());
    const pair = { asked, found, alignment: align(asked, found, lexicon()) };
    const veto = firstVeto(pair);
    return veto === undefined ? { veto, score: scorer(pair, similarity) } : { veto };
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

const unlike: Verdict = { serve: false, reason: "threshold" };

function weighedTier({ tier }: SemanticCandidate): WeighedTier {
  return tier === "signature" ? tier : "vector";
}
