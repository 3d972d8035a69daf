import { expect, test } from "vitest";
import { dollarsText, durationText, shareText } from "./figures.ts";

test.each([
  ["0", "$0.00"],
  ["0.00015", "$0.00015"],
  ["0.000000000007", "$0.000000000007"],
  ["0.0108456", "$0.0108"],
  ["0.5", "$0.50"],
  ["0.9999", "$1.00"],
  ["12.3456", "$12.35"],
  ["-1234.5", "-$1,234.50"],
])("%s dollars are %s", (usd, text) => {
  expect(dollarsText(usd)).toBe(text);
});

test.each([
  [0, "0"],
  [0.0367, "0.0367 ms"],
  [850, "850 ms"],
  [61_000, "1.02 min"],
  [5_400_000, "1.5 h"],
  [200_000_000, "2.31 d"],
  [-30_000, "-30 s"],
])("%d milliseconds are %s", (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text);
});

test("a share has three digits, and of nothing there is none", () => {
  expect([shareText(1, 3), shareText(0, 3), shareText(0, 0)]).toEqual(["33.3 %", "0 %", ""]);
});
