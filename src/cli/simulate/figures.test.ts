import fc from "fast-check";
import { expect, test } from "vitest";
import { usdText } from "../../core/money.ts";
import { dollarText, durationText, wrongText } from "./figures-text.ts";
import { picodollarsIn } from "./money-text.ts";
import { QuantileSketch } from "./quantile-sketch.ts";
import { TimeBuckets } from "./time-buckets.ts";

const seed = 20_260_101;

test("an amount that was written is read as what it was", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (amount) => {
      expect(picodollarsIn(usdText(amount))).toBe(amount);
    }),
    { seed },
  );
});

test("quantiles are right to two percent, and sums exact", () => {
  const durations = fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
      const sketch = new QuantileSketch();
      for (const value of values) sketch.add(value);
      const sorted = values.toSorted((one, other) => one - other);
      const exact = sorted[Math.max(0, Math.ceil(share * values.length) - 1)] as number;
      const near = sketch.quantile(share);
      expect(Math.abs(near - exact)).toBeLessThanOrEqual(0.02 * exact + 0.011);
      expect(sketch.sum).toBe(values.reduce((sum, value) => sum + value, 0));
    }),
    { seed },
  );
});

test("a log of any length has a bounded number of spans, and every call is in one of them", () => {
  const buckets = new TimeBuckets();
  const calls = 5_000;
  for (let call = 0; call < calls; call++) buckets.add(call * call * 10, call % 4 === 0);
  const all = buckets.all();
  expect(all.length).toBeLessThanOrEqual(121);
  expect(all.reduce((sum, { calls }) => sum + calls, 0)).toBe(calls);
  expect(all.reduce((sum, { hits }) => sum + hits, 0)).toBe(calls / 4);
  expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted((one, other) => one - other));
});

test("figures are written in the unit that suits them", () => {
  expect([0, 0.8, 950, 61_000, 5_400_000, 9e8].map(durationText)).toEqual([
    "0 ms",
    "0.8 ms",
    "950 ms",
    "1.02 min",
    "1.5 h",
    "10.4 d",
  ]);
  expect(["0", "0.0001575", "12.34567", "12345.67", "-0.5"].map(dollarText)).toEqual([
    "$0",
    "$0.0001575",
    "$12.35",
    "$12346",
    "-$0.5",
  ]);
});

test("wrong hits are told with their bounds and with what nobody could compare", () => {
  expect(wrongText({ right: 0, wrong: 0, unknown: 0 })).toBe("");
  expect(wrongText({ right: 0, wrong: 0, unknown: 7 })).toBe("none of 7 could be compared");
  expect(wrongText({ right: 99, wrong: 1, unknown: 3 })).toBe("1 of 100 (0.177 % to 5.45 %), 3 not compared");
});
