import { probabilityOf } from "./score-scale.ts";

/**
 * Logistic regression with one feature: P(right) = 1 / (1 + exp(-(intercept + slope * x))). The fit is the most
 * probable one under normal priors on both numbers (ridge), found by Newton's method, which for this model is
 * iteratively reweighted least squares: a system of two equations a step. A step that makes things worse is halved.
 * The inverse of the curvature at the end is the covariance of the two numbers. With a precision of zero a prior says
 * nothing; then samples that a threshold separates have no fit, and with a precision above zero they always do.
 */

/** How often it was right and wrong at one x; both may be fractions, as samples have weights. */
export interface LogisticSample {
  readonly x: number;
  readonly right: number;
  readonly wrong: number;
}

/** A normal prior: `precision` is one over its variance. */
export interface NormalPrior {
  readonly mean: number;
  readonly precision: number;
}

export interface LogisticFit {
  readonly intercept: number;
  readonly slope: number;
  readonly covariance: { readonly intercept: number; readonly slope: number; readonly both: number };
}

const mostSteps = 60;
const mostHalvings = 30;
const closeEnough = 1e-10;

/** `start`: where the search begins; close to the fit it takes fewer steps. Default: the means of the priors. */
export function fitLogistic(
  samples: readonly LogisticSample[],
  priors: { readonly intercept: NormalPrior; readonly slope: NormalPrior },
  start: Pick<LogisticFit, "intercept" | "slope"> = { intercept: priors.intercept.mean, slope: priors.slope.mean },
): LogisticFit {
  let { intercept, slope } = start;
  let loss = lossAt(samples, priors, intercept, slope);
  for (let step = 0; step < mostSteps; step++) {
    const { gradient, curvature } = slopesAt(samples, priors, intercept, slope);
    const { intercept: a, slope: b, both } = inverse(curvature);
    let byIntercept = a * gradient.intercept + both * gradient.slope;
    let bySlope = both * gradient.intercept + b * gradient.slope;
    let next = lossAt(samples, priors, intercept - byIntercept, slope - bySlope);
    for (let halving = 0; !(next <= loss) && halving < mostHalvings; halving++) {
      byIntercept /= 2;
      bySlope /= 2;
      next = lossAt(samples, priors, intercept - byIntercept, slope - bySlope);
    }
    if (!(next <= loss)) break;
    intercept -= byIntercept;
    slope -= bySlope;
    loss = next;
    if (Math.abs(byIntercept) + Math.abs(bySlope) < closeEnough) break;
  }
  return { intercept, slope, covariance: inverse(slopesAt(samples, priors, intercept, slope).curvature) };
}

export function fittedLogOdds(fit: LogisticFit, x: number): number {
  return fit.intercept + fit.slope * x;
}

/** The variance of the log-odds at x: how far the fit can be trusted there. */
export function fittedVariance({ covariance }: LogisticFit, x: number): number {
  return Math.max(0, covariance.intercept + 2 * x * covariance.both + x * x * covariance.slope);
}

type Priors = Parameters<typeof fitLogistic>[1];
interface Symmetric {
  readonly intercept: number;
  readonly slope: number;
  readonly both: number;
}

/** Minus the logarithm of the posterior, but for a constant. */
function lossAt(samples: readonly LogisticSample[], priors: Priors, intercept: number, slope: number): number {
  let loss =
    (priors.intercept.precision * (intercept - priors.intercept.mean) ** 2) / 2 +
    (priors.slope.precision * (slope - priors.slope.mean) ** 2) / 2;
  for (const { x, right, wrong } of samples) {
    const logOdds = intercept + slope * x;
    // log(1 + exp(v)) without overflow.
    const softened = Math.log1p(Math.exp(-Math.abs(logOdds)));
    loss += right * (softened + Math.max(0, -logOdds)) + wrong * (softened + Math.max(0, logOdds));
  }
  return loss;
}

function slopesAt(samples: readonly LogisticSample[], priors: Priors, intercept: number, slope: number) {
  const gradient = {
    intercept: priors.intercept.precision * (intercept - priors.intercept.mean),
    slope: priors.slope.precision * (slope - priors.slope.mean),
  };
  const curvature = { intercept: priors.intercept.precision, slope: priors.slope.precision, both: 0 };
  for (const { x, right, wrong } of samples) {
    const probability = probabilityOf(intercept + slope * x);
    const surplus = (right + wrong) * probability - right;
    const weight = (right + wrong) * probability * (1 - probability);
    gradient.intercept += surplus;
    gradient.slope += surplus * x;
    curvature.intercept += weight;
    curvature.both += weight * x;
    curvature.slope += weight * x * x;
  }
  return { gradient, curvature };
}

function inverse({ intercept, slope, both }: Symmetric): Symmetric {
  const determinant = intercept * slope - both * both;
  return { intercept: slope / determinant, slope: intercept / determinant, both: -both / determinant };
}
