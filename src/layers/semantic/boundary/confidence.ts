import { normalQuantile } from "./normal-quantile.ts";

/**
 * From an estimate to a promise. An estimate of P(right) is wrong by more than z deviations with probability epsilon, so
 * (1 - epsilon) times its lower bound at z is a probability that can be relied on (L. G. Schroeder et al., "vCache:
 * Verified Semantic Prompt Caching", arXiv 2502.03771). Any epsilon is allowed, so the best of them is taken. They are
 * spread evenly on a logarithmic scale: on an even one the second smallest is 0.02, and then nothing is ever sure to
 * 0.99 before it is sure beyond any doubt.
 */

export interface Doubt {
  readonly epsilon: number;
  /** The quantile of the normal distribution at 1 - epsilon. */
  readonly deviations: number;
}

const smallest = 1e-5;
const largest = 0.3;
const steps = 40;

export function doubtOf(epsilon: number): Doubt {
  return { epsilon, deviations: normalQuantile(1 - epsilon) };
}

const doubts: readonly Doubt[] = Array.from({ length: steps + 1 }, (_, step) =>
  doubtOf(smallest * (largest / smallest) ** (step / steps)),
);

/** The highest probability that can be relied on, given the lower bound of the estimate at so many deviations. */
export function reliableProbability(
  lowerBoundAt: (deviations: number) => number,
  considered: readonly Doubt[] = doubts,
): number {
  let best = 0;
  for (const { epsilon, deviations } of considered) best = Math.max(best, (1 - epsilon) * lowerBoundAt(deviations));
  return best;
}

/**
 * How often something may be served that is right with this probability at least, so that of all requests no more than
 * `mostWrong` get a wrong answer. 1 or more: always.
 */
export function servableShare(probability: number, mostWrong: number): number {
  return mostWrong / (1 - probability);
}
