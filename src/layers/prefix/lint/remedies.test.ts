import { expect, test } from "vitest";
import { textBreak } from "./break-cause.ts";
import { isDayOnly, remedies, remedyFor } from "./remedies.ts";

function remedyOf(one: string, other: string): string {
  const { cause, dates } = textBreak(`Stock of ${one}: all is well.`, `Stock of ${other}: all is well.`, false);
  return remedyFor(cause as "date", isDayOnly(dates));
}

test("rounding to the day is advised where there is a time of day, and not of days", () => {
  for (const [one, other] of [
    ["2026-07-01", "2026-07-02"],
    ["1 July 2026", "2 July 2026"],
    ["Monday", "Tuesday"],
    ["20260701", "20260702"],
  ] as const)
    expect(remedyOf(one, other)).toBe(
      "Move the date behind everything that stays the same, best into the last message.",
    );
  for (const [one, other] of [
    ["2026-07-01 12:30", "2026-07-01 12:31"],
    ["2026-07-01T12:30:05Z", "2026-07-02T08:00:00Z"],
    ["1782910000", "1782910777"],
    ["July 1, 9 am", "July 1, 8 am"],
  ] as const)
    expect(remedyOf(one, other)).toBe(remedies.date);
});
