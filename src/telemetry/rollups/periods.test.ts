import { expect, it, test } from "vitest";
import { assertReaches, deleteAtOf, periods, readWindow, rowKey, startOf, stepFor, steps } from "./periods.ts";

test.each([
  ["90m", 90 * 60_000],
  ["1h", 3_600_000],
  ["30d", 30 * 86_400_000],
  ["90d", 90 * 86_400_000],
  ["91d", undefined],
  ["0h", undefined],
  ["-1h", undefined],
  ["1", undefined],
  ["1.5h", undefined],
  ["1h30m", undefined],
  ["10s", undefined],
  ["", undefined],
  ["9999999m", undefined],
])("a window of %j", (text, windowMs) => {
  expect(readWindow(text)).toBe(windowMs);
});

it("what a window may ask for is still kept at its beginning", () => {
  const now = Date.UTC(2026, 5, 3, 10, 11, 59, 999);
  for (const step of steps) {
    const { mostMs } = periods[step];
    expect(stepFor(mostMs)).toBe(step);
    expect(deleteAtOf(step, startOf(step, now - mostMs))).toBeGreaterThan(now);
  }
});

it("a step that does not reach back is refused with the one that does", () => {
  expect(() => assertReaches("minute", "24h", 86_400_000)).toThrowError(
    expect.objectContaining({ remedy: "Ask for step=hour, or for a shorter window." }),
  );
  expect(assertReaches("day", "1h", 3_600_000)).toBeUndefined();
});

it("rows of other periods, steps and processes have other keys", () => {
  const at = Date.UTC(2026, 0, 1);
  const keys = steps.flatMap((step) => [
    rowKey(step, at, "a"),
    rowKey(step, at, "b"),
    rowKey(step, at + 86_400_000, "a"),
  ]);
  expect(new Set(keys).size).toBe(keys.length);
});
