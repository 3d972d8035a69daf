import { describe, expect, it } from "vitest";
import { dayMs, earlierDays, endOfWindow, startOfDay } from "./limit-windows.ts";

const at = (text: string): number => Date.parse(text);

describe("windows of limits (T1)", () => {
  it.each([
    ["a year's end", "2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z"],
    ["the end of February in a leap year", "2028-02-29T23:59:59.999Z", "2028-03-01T00:00:00Z"],
    ["the end of February in another", "2027-02-28T23:59:59.999Z", "2027-03-01T00:00:00Z"],
    ["the second in which 32 bits overflow", "2038-01-31T23:59:59.999Z", "2038-02-01T00:00:00Z"],
  ])("end together at %s, and the next ones begin there", (_, last, next) => {
    for (const window of ["minute", "day", "month"] as const) {
      expect(endOfWindow(window, at(last))).toBe(at(next));
      expect(endOfWindow(window, at(next))).toBeGreaterThan(at(next));
    }
    expect(earlierDays(startOfDay(at(next)))).toEqual([]);
  });

  it("are as long on the days on which summer time begins and ends as on all others", () => {
    for (const day of ["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01"]) {
      const noon = at(`${day}T12:00:00Z`);
      expect(endOfWindow("day", noon) - startOfDay(noon)).toBe(dayMs);
    }
  });

  it("of a month are all days of it, each once, in every month of four years", () => {
    for (let day = at("2025-12-01"); day < at("2030-01-01"); day += dayMs) {
      const days = earlierDays(day);
      expect(days).toHaveLength(new Date(day).getUTCDate() - 1);
      expect([...days, day].every((one, index) => index === 0 || one - (days[index - 1] as number) === dayMs)).toBe(
        true,
      );
      expect(endOfWindow("month", day)).toBeGreaterThan(day);
    }
  });
});
