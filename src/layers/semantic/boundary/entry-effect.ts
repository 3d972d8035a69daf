import type { Observations } from "./observations.ts";
import type { TierEvidence } from "./tier-evidence.ts";

/**
 * How much more or less often than others with its score one entry is wrong, from its own labels. Entries differ: the
 * log-odds of each are shifted by an amount of its own, which is normal around 0 with a variance that the labels of all
 * entries tell (empirical Bayes). The shift of this entry, given its labels, is integrated over numerically. The most
 * probable shift alone would not do: near certainty a right label hardly moves it, and yet it rules out that the entry
 * is one of those that are often wrong. An entry without labels is like all others, and each label takes it farther.
 *
 * Log-odds averaged over entries are flatter than those of one entry by sqrt(1 + c2 * variance) (S. L. Zeger, K.-Y. Liang
 * and P. S. Albert, Biometrics 44, 1988).
 */

const flattening = (16 * Math.sqrt(3)) / (15 * Math.PI);
/** What is integrated over: four deviations on either side. */
const nodes = Array.from({ length: 33 }, (_, node) => {
  const z = node / 4 - 4;
  return { z, density: Math.exp((-z * z) / 2) };
});

/** Before labels tell: between the quarter of all entries at either end lie odds of about one to eight. */
const usualVariance = 2.25;
/** How much labels must weigh to count as much as that. */
const usualWeight = 0.5;
const varianceBounds = { least: 0.25, most: 6 };

/**
 * The variance between entries: a sum of products of surprises over pairs of labels of the same entry, divided by its
 * value for a variance of one.
 */
export function varianceBetween({ kinship }: TierEvidence): number {
  const estimate = (kinship.products + usualWeight * usualVariance) / (kinship.weight + usualWeight);
  return Math.min(varianceBounds.most, Math.max(varianceBounds.least, estimate));
}

/**
 * By how much its own labels multiply the probability that the entry is wrong; 1 without labels.
 * `logOddsAt` is the curve of all entries.
 */
export function wrongnessOf(
  observations: Observations,
  score: number,
  logOddsAt: (score: number) => number,
  variance: number,
): number {
  if (observations.length === 0) return 1;
  const deviation = Math.sqrt(variance);
  const steepness = Math.sqrt(1 + flattening * flattening * variance);
  // Odds of being wrong; a shift divides all of them alike, so that the loop within has no exponential.
  const oddsAt = (at: number) => Math.exp(-logOddsAt(at) * steepness);
  const here = oddsAt(score);
  const labels = observations.map((label) => ({ odds: oddsAt(label.score), right: label.right }));
  let prior = 0;
  let priorWrong = 0;
  let posterior = 0;
  let posteriorWrong = 0;
  for (const { z, density } of nodes) {
    const shift = Math.exp(-z * deviation);
    let likelihood = density;
    for (const { odds, right } of labels) {
      const shifted = odds * shift;
      likelihood *= (right ? 1 : shifted) / (1 + shifted);
    }
    const wrong = (here * shift) / (1 + here * shift);
    prior += density;
    priorWrong += density * wrong;
    posterior += likelihood;
    posteriorWrong += likelihood * wrong;
  }
  // What is as good as impossible under every shift tells nothing in numbers; then the entry is not trusted.
  if (!(posterior > 0)) return Number.POSITIVE_INFINITY;
  return posteriorWrong / posterior / (priorWrong / prior);
}
