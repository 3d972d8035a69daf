import type { SemanticCandidate, SemanticTier } from "../../core/semantic.ts";
import type { GuardName } from "./guards/guard.ts";
import type { Evidence } from "./learnt.ts";
import type { Reading } from "./reading/reading.ts";

/** How it is decided whether a stored question asks the same: one for each strategy. */

export type Verdict = {
  /** How likely its answer is right, at least. */
  readonly bound: number;
  /** Whether it is one of those to be checked against a fresh answer. */
  readonly audit: boolean;
} & ({ readonly serve: true } | { readonly serve: false; readonly reason: "threshold" | "blocked" });

/** A stored question as it was found. */
export interface Neighbour {
  /** What its text says; asked for only where there is something to weigh. */
  readonly read: () => Reading;
  readonly tier: SemanticTier;
  readonly similarity: number | undefined;
}

export interface Deciding {
  /** Guards, then the scorer. */
  weigh(
    asked: Reading,
    found: Neighbour,
  ): { readonly veto: GuardName } | { readonly veto: undefined; readonly score: number };
  /** `threshold`: the similarity that the caller demands. */
  decide(candidate: SemanticCandidate, evidence: Evidence, threshold: number | undefined): Verdict;
  /** Takes in whether the candidate's answer was right, for all that look like it; returns what is now known of the entry. */
  learn(candidate: SemanticCandidate, evidence: Evidence, right: boolean): Evidence;
  /** One that was served with this bound was checked against a fresh answer. */
  audited(candidate: SemanticCandidate, right: boolean, bound: number): void;
  /** What is to outlive the process, by name. */
  states(): ReadonlyMap<string, Uint8Array>;
  /** Goes on where `states` of an earlier process ended; what is no such state changes nothing. */
  restore(name: string, state: Uint8Array): void;
}

/** Texts that are the same, or that a judge has found to ask the same: there is nothing left to weigh. */
export function isCertain(tier: SemanticTier): boolean {
  return tier === "normal" || tier === "judged";
}

/** A caller's threshold speaks of similarity; what needed no vector is as like as its tier says. */
export function reaches({ tier, similarity }: SemanticCandidate, threshold: number | undefined): boolean {
  if (threshold === undefined) return true;
  return (similarity ?? (tier === "normal" ? 1 : 0.99)) >= threshold;
}
