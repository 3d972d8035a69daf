import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationMs, durationText } from "./duration.ts";

describe("durationMs", () => {
  it.each([
    ["250ms", 250],
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h", 3_600_000],
    ["7d", 604_800_000],
    ["2w", 1_209_600_000],
    ["1h30m", 5_400_000],
    ["1m5ms", 60_005],
    ["1.5h", 5_400_000],
    [" 10S ", 10_000],
    ["0", 0],
    ["0s", 0],
    [0, 0],
    [1_500, 1_500],
  ])("reads %j as %d milliseconds", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each(["", "10", "h", "-1h", "1 h", "1h 30m", "1y", "1h,", "1e3s", ".5h", "1.h", "١h", `${"9".repeat(400)}d`])(
    "turns %j down",
    (text) => {
      expect(durationMs(text)).toBeUndefined();
    },
  );

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("turns the number %d down", (number) => {
    expect(durationMs(number)).toBeUndefined();
  });

  it("adds up the parts", () => {
    const part = fc.tuple(fc.nat(1_000), fc.constantFrom("ms", "s", "m", "h", "d", "w"));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const whole = durationMs(parts.map(([amount, unit]) => `${amount}${unit}`).join(""));
        expect(whole).toBe(parts.reduce((sum, [amount, unit]) => sum + (durationMs(`${amount}${unit}`) ?? NaN), 0));
      }),
      { seed: 1 },
    );
  });

  it("takes no longer for a long text that is none", () => {
    expect(durationMs(`${"1".repeat(100_000)}x`)).toBeUndefined();
  });
});

describe("durationText", () => {
  it.each([
    [3_600_000, "1h"],
    [5_400_000, "90m"],
    [604_800_000, "1w"],
    [1_500, "1500ms"],
    [0, "0ms"],
  ])("writes %d milliseconds as %j", (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it("writes what durationMs reads", () => {
    fc.assert(fc.property(fc.nat(10_000_000_000), (ms) => durationMs(durationText(ms)) === ms));
  });
});
