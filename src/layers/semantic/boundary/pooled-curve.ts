import { reliableProbability } from "./confidence.ts";
import { fitLogistic, fittedVariance, type LogisticSample } from "./logistic-fit.ts";
import { binCount, middleOf, placeOf, probabilityOf } from "./score-scale.ts";
import { type TierEvidence, weighedCounts } from "./tier-evidence.ts";
import { wilsonBounds } from "./wilson.ts";

/**
 * How often a score is right, from the labels of all entries. A scorer that is too sure of itself follows no single
 * line, so one is fitted at each bin to the labels near it, those farther away counting less (local likelihood: R.
 * Tibshirani and T. Hastie, Journal of the American Statistical Association 82, 1987; tricube weights). A weak prior
 * holds it where labels are few. What can be relied on is Wilson's lower bound for as many labels as the variance of the
 * fit amounts to: the usual bound on log-odds is useless where nothing was ever wrong, as there the fit is at infinity.
 * Between the middles of two bins values lie on a line; beyond the outermost they stay, for nothing is known there.
 */

export interface PooledCurve {
  /** Log-odds of being right, as estimated. */
  logOddsAt(score: number): number;
  /** The probability of being right that can be relied on. */
  reliableAt(score: number): number;
}

/** Bins on either side that count; in log-odds, half as many. */
const reach = 4;
/** A scorer is supposed to mean what it says, until labels say otherwise. */
const slopePrior = { mean: 1, precision: 1 };
/** The ridge: enough to keep the fit finite. */
const interceptPrior = { mean: 0, precision: 0.01 };

const curves = new WeakMap<TierEvidence, PooledCurve>();

/** Each point of it is computed once for each state of the evidence, when it is first asked for. */
export function pooledCurve(evidence: TierEvidence): PooledCurve {
  const known = curves.get(evidence);
  if (known !== undefined) return known;
  const points: Point[] = [];
  const counts = weighedCounts(evidence);
  const at = (bin: number): Point => {
    points[bin] ??= pointAt(counts, bin);
    return points[bin];
  };
  const curve: PooledCurve = {
    logOddsAt: (score) => between(at, placeOf(score), "logOdds"),
    reliableAt: (score) => between(at, placeOf(score), "reliable"),
  };
  curves.set(evidence, curve);
  return curve;
}

type Counts = ReturnType<typeof weighedCounts>;

interface Point {
  readonly logOdds: number;
  readonly reliable: number;
}

function pointAt(counts: Counts, bin: number): Point {
  const samples = samplesNear(counts, bin);
  const start = { intercept: averageLogOdds(samples), slope: slopePrior.mean };
  const fit = fitLogistic(samples, { intercept: interceptPrior, slope: slopePrior }, start);
  const probability = probabilityOf(fit.intercept);
  const labels = 1 / (fittedVariance(fit, 0) * probability * (1 - probability));
  // Counts beyond what numbers can tell apart leave no variance: nothing is relied on then.
  if (!Number.isFinite(labels)) return { logOdds: fit.intercept, reliable: 0 };
  const reliable = reliableProbability((deviations) => wilsonBounds(probability * labels, labels, deviations).lower);
  return { logOdds: fit.intercept, reliable };
}

function averageLogOdds(samples: readonly LogisticSample[]): number {
  let right = 0.5;
  let wrong = 0.5;
  for (const sample of samples) {
    right += sample.right;
    wrong += sample.wrong;
  }
  return Math.log(right / wrong);
}

/** Labels of the bins around this one; x is the distance from its middle. */
function samplesNear(counts: Counts, bin: number): readonly LogisticSample[] {
  const samples: LogisticSample[] = [];
  for (let other = Math.max(0, bin - reach); other <= Math.min(binCount - 1, bin + reach); other++) {
    const { right, wrong } = counts[other] ?? { right: 0, wrong: 0 };
    if (right + wrong === 0) continue;
    const weight = (1 - (Math.abs(other - bin) / (reach + 1)) ** 3) ** 3;
    samples.push({ x: middleOf(other) - middleOf(bin), right: right * weight, wrong: wrong * weight });
  }
  return samples;
}

function between(at: (bin: number) => Point, place: number, value: keyof Point): number {
  const bin = Math.floor(place);
  const share = place - bin;
  return share === 0 ? at(bin)[value] : at(bin)[value] * (1 - share) + at(bin + 1)[value] * share;
}
