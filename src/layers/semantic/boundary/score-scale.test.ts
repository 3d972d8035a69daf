import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binCount, binOf, logOddsOf, middleOf, placeOf, probabilityOf } from "./score-scale.ts";

const bins = Array.from({ length: binCount }, (_, bin) => bin);

describe("the scale of scores", () => {
  it("has the middle of each bin in that bin and nowhere else", () => {
    expect(bins.map((bin) => binOf(probabilityOf(middleOf(bin))))).toEqual(bins);
    for (const bin of bins) expect(placeOf(probabilityOf(middleOf(bin)))).toBeCloseTo(bin, 6);
  });

  it("counts what lies beyond as the outermost bin", () => {
    expect([0, -1, Number.NaN, 1e-300].map(binOf)).toEqual([0, 0, 0, 0]);
    expect([1, 2, 1 - 1e-16].map(binOf)).toEqual([binCount - 1, binCount - 1, binCount - 1]);
  });

  it("keeps the order of scores", () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(score, score, (one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        expect(logOddsOf(low)).toBeLessThanOrEqual(logOddsOf(high));
        expect(binOf(low)).toBeLessThanOrEqual(binOf(high));
        expect(placeOf(low)).toBeLessThanOrEqual(placeOf(high));
      }),
    );
  });

  it("leads back from log-odds to the score", () => {
    for (const score of [0.001, 0.3, 0.5, 0.92, 0.999]) expect(probabilityOf(logOddsOf(score))).toBeCloseTo(score, 12);
  });
});
