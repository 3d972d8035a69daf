import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LogHistogram } from "./log-histogram.ts";

const durations = fc.array(fc.double({ min: 0.01, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 200 });

function histogramOf(values: readonly number[]): LogHistogram {
  const histogram = new LogHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe("LogHistogram", () => {
  it("tells a quantile within nine per cent of the sorted durations", () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99, 1), (values, quantile) => {
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(quantile * sorted.length) - 1] as number;
        const told = histogramOf(values).quantile(quantile) as number;
        expect(Math.abs(told - exact) / exact).toBeLessThan(0.096);
      }),
    );
  });

  it("added to another is the histogram of all", () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const sum = histogramOf(some);
        sum.merge(histogramOf(others));
        expect(sum.filled()).toEqual(histogramOf([...some, ...others]).filled());
        expect(sum.count).toBe(some.length + others.length);
      }),
    );
  });

  it("has a bucket for everything, and no quantile of nothing", () => {
    const odd = histogramOf([0, -1, Number.NaN, 1e12]);
    expect(odd.count).toBe(4);
    expect(odd.quantile(1)).toBeGreaterThan(600_000);
    expect(new LogHistogram().quantile(0.5)).toBeUndefined();
  });
});
