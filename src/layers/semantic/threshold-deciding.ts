import type { Lexicon } from "../../core/lexicon.ts";
import type { SemanticCandidate } from "../../core/semantic.ts";
import { type Deciding, isCertain, type Neighbour, reaches, type Verdict } from "./deciding.ts";
import { firstVeto } from "./guards/all.ts";
import type { Evidence } from "./learnt.ts";
import { align } from "./reading/align.ts";
import type { Reading } from "./reading/reading.ts";

/** The strategy `threshold`: whatever is as like as that is served, unless a guard vetoes. Nothing is learnt. */
export class ThresholdDeciding implements Deciding {
  readonly #lexicon: () => Lexicon;
  readonly #threshold: number;

  constructor(lexicon: () => Lexicon, threshold: number) {
    this.#lexicon = lexicon;
    this.#threshold = threshold;
  }

  weigh(asked: Reading, { read, tier, similarity }: Neighbour) {
    if (isCertain(tier)) return { veto: undefined, score: 1 };
    const found = read();
    const veto = firstVeto({ asked, found, alignment: align(asked, found, this.#lexicon()) });
    return veto === undefined ? { veto, score: similarity ?? 1 } : { veto };
  }

  decide(candidate: SemanticCandidate, _evidence: Evidence, threshold: number | undefined): Verdict {
    const known = { bound: candidate.score, audit: false };
    return reaches(candidate, Math.max(this.#threshold, threshold ?? 0))
      ? { serve: true, ...known }
      : { serve: false, reason: "threshold", ...known };
  }

  learn(_candidate: SemanticCandidate, evidence: Evidence): Evidence {
    return evidence;
  }

  audited(): void {}

  states(): ReadonlyMap<string, Uint8Array> {
    return new Map();
  }

  restore(): void {}
}
