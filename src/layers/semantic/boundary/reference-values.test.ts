import { describe, expect, it } from "vitest";
import { doubtOf, reliableProbability, servableShare } from "./confidence.ts";
import { fitLogistic, fittedVariance } from "./logistic-fit.ts";
import { probabilityOf } from "./score-scale.ts";

/**
 * The published method, put together from the parts that the boundary is made of: one curve an entry, fitted to the
 * similarities themselves without a prior and with a wrong label at 0 and a right one at 1, and an even grid of
 * epsilons. Its values were measured elsewhere; parts that meet them compute what the paper means.
 */

const noPrior = { intercept: { mean: 0, precision: 0 }, slope: { mean: 0, precision: 0 } };
const evenDoubts = Array.from({ length: 50 }, (_, step) => doubtOf(1e-6 + (step / 49) * (1 - 2e-6)));

type Label = readonly [similarity: number, right: 0 | 1];

function thresholdOf(labels: readonly Label[]) {
  const all: readonly Label[] = [[0, 0], [1, 1], ...labels];
  const fit = fitLogistic(
    all.map(([x, right]) => ({ x, right, wrong: 1 - right })),
    noPrior,
  );
  const middle = -fit.intercept / fit.slope;
  return { middle, slope: fit.slope, variance: fittedVariance(fit, middle) / fit.slope ** 2 };
}

interface Threshold {
  readonly middle: number;
  readonly slope: number;
  readonly variance: number;
}

function reliableAt({ middle, slope, variance }: Threshold, similarity: number, doubts?: typeof evenDoubts): number {
  return reliableProbability((deviations) => {
    const cautious = Math.min(1, Math.max(0, middle + deviations * Math.sqrt(variance)));
    return probabilityOf(slope * (similarity - cautious));
  }, doubts);
}

function exploringAt(threshold: Threshold, similarity: number, mostWrong: number): number {
  return 1 - servableShare(reliableAt(threshold, similarity, evenDoubts), mostWrong);
}

const six: readonly Label[] = [[0.8, 0], [0.85, 0], [0.9, 1], [0.92, 0], [0.95, 1], [0.97, 1]]; // biome-ignore format: a table
const twelve: readonly Label[] = [
  ...[0.8, 0.82, 0.85, 0.86, 0.88, 0.91].map((similarity): Label => [similarity, 0]),
  ...[0.9, 0.92, 0.93, 0.95, 0.96, 0.97].map((similarity): Label => [similarity, 1]),
];
const fourRight = { middle: 0.446, slope: 37.5, variance: 0.03544 };
const sixMixed = { middle: 0.906, slope: 48.1, variance: 0.00067 };
const twelveMixed = { middle: 0.903, slope: 108.14, variance: 0.00012453 };

describe("the fit of labels that no threshold separates", () => {
  it.each([
    { labels: six, ...sixMixed },
    { labels: twelve, ...twelveMixed },
  ])("$labels.length labels: $middle, slope $slope", ({ labels, middle, slope, variance }) => {
    const fitted = thresholdOf(labels);
    expect(fitted.middle).toBeCloseTo(middle, 3);
    expect(Math.abs(fitted.slope - slope)).toBeLessThan(0.05);
    expect(Math.abs(fitted.variance / variance - 1)).toBeLessThan(0.01);
  });
});

describe("how often to explore, by threshold, similarity and bound", () => {
  it.each([
    { threshold: fourRight, mostWrong: 0.01, expected: [0.866, 0.777, 0.613, 0.55] },
    { threshold: fourRight, mostWrong: 0.02, expected: [0.732, 0.554, 0.225, 0.1] },
    { threshold: fourRight, mostWrong: 0.05, expected: [0.33, -0.11, -0.94, -1.25] },
    { threshold: sixMixed, mostWrong: 0.02, expected: [0.979, 0.969, 0.925, 0.844] },
    { threshold: twelveMixed, mostWrong: 0.01, expected: [0.99, 0.977, 0.65, -0.05] },
    { threshold: twelveMixed, mostWrong: 0.02, expected: [0.98, 0.955, 0.3, -1.1] },
  ])("$threshold.middle, $mostWrong wrong: $expected", ({ threshold, mostWrong, expected }) => {
    const found = [0.85, 0.92, 0.97, 0.999].map((similarity) => exploringAt(threshold, similarity, mostWrong));
    for (const [index, value] of found.entries()) expect(Math.abs(value - (expected[index] ?? 0))).toBeLessThan(0.01);
  });

  it("28 right labels: by half at 0.85, never at 0.92", () => {
    const threshold = { middle: 0.341, slope: 45.3, variance: 0.00803 };
    expect(exploringAt(threshold, 0.85, 0.01)).toBeCloseTo(0.51, 2);
    expect(exploringAt(threshold, 0.92, 0.01)).toBeLessThan(0);
  });
});

describe("the even grid of epsilons", () => {
  const eightRight = { middle: 0.446, slope: 37.5, variance: 0.019371 };

  it("serves an entry with eight right labels every other time at most, where a logarithmic one always does", () => {
    expect(servableShare(reliableAt(eightRight, 0.97, evenDoubts), 0.01)).toBeCloseTo(0.49, 2);
    expect(servableShare(reliableAt(eightRight, 0.97), 0.01)).toBeGreaterThan(1);
  });
});
