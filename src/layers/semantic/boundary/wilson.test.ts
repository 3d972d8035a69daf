import { describe, expect, it } from "vitest";
import { doubtOf, reliableProbability, servableShare } from "./confidence.ts";
import { normalQuantile } from "./normal-quantile.ts";
import { wilsonBounds } from "./wilson.ts";

describe("quantiles of the normal distribution", () => {
  it.each([
    [0.5, 0],
    [0.975, 1.959964],
    [0.995, 2.575829],
    [0.1, -1.281552],
    [1 - 1e-5, 4.264891],
  ])("at %d: %d", (probability, z) => {
    expect(normalQuantile(probability)).toBeCloseTo(z, 6);
  });
});

describe("bounds of a share", () => {
  // Worked out by hand from the formula in the paper.
  it.each([
    { part: 0, whole: 100, lower: 0, upper: 0.036995 },
    { part: 1, whole: 10, lower: 0.017876, upper: 0.404151 },
    { part: 50, whole: 100, lower: 0.403832, upper: 0.596168 },
    { part: 100, whole: 100, lower: 0.963005, upper: 1 },
  ])("$part of $whole: $lower to $upper", ({ part, whole, lower, upper }) => {
    const bounds = wilsonBounds(part, whole);
    expect(bounds.lower).toBeCloseTo(lower, 5);
    expect(bounds.upper).toBeCloseTo(upper, 5);
  });

  it("are all there is when nothing was seen", () => {
    expect(wilsonBounds(0, 0)).toEqual({ lower: 0, upper: 1 });
  });
});

describe("the probability that can be relied on", () => {
  it("is the best of all doubts, each at its price", () => {
    const doubts = [doubtOf(0.01), doubtOf(0.1)];
    expect(reliableProbability(() => 0.9, doubts)).toBeCloseTo(0.891, 9);
    expect(reliableProbability((deviations) => 1 - deviations / 4, doubts)).toBeCloseTo(0.9 * (1 - 1.281552 / 4), 6);
  });

  it("comes close to certainty where nothing is in doubt", () => {
    expect(reliableProbability(() => 1)).toBeGreaterThan(0.9999);
  });

  it("says how often it may be served", () => {
    expect(servableShare(0.98, 0.01)).toBeCloseTo(0.5, 9);
    expect(servableShare(0.999, 0.01)).toBeGreaterThan(1);
  });
});
