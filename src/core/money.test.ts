import { describe, expect, it } from "vitest";
import { picodollarsOf, usdText } from "./money.ts";

describe("usdText", () => {
  it.each([
    [0, "0"],
    [1, "0.000000000001"],
    [157_500_000, "0.0001575"],
    [1_000_000_000_000, "1"],
    [12_340_000_000_000n, "12.34"],
    [9_007_199_254_740_991, "9007.199254740991"],
    [123_456_789_012_345_678_901_234_567_890n, "123456789012345678.90123456789"],
    [-1_500_000_000_000n, "-1.5"],
    [-1, "-0.000000000001"],
  ])("writes %s as %s, without exponent", (picodollars, text) => {
    expect(usdText(picodollars)).toBe(text);
  });
});

describe("picodollarsOf", () => {
  it.each([
    ["0", 0n],
    ["5.00", 5_000_000_000_000n],
    ["0.000000000001", 1n],
    ["12.34", 12_340_000_000_000n],
  ])("reads %s", (text, picodollars) => {
    expect(picodollarsOf(text)).toBe(picodollars);
  });

  it.each(["", ".5", "5.", "-1", "+1", "1,5", "1e3", " 1", "0.0000000000001", "NaN"])("refuses %j", (text) => {
    expect(picodollarsOf(text)).toBeUndefined();
  });
});
