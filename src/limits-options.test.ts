import { describe, expect, it } from "vitest";
import { readSettings } from "./options.ts";

const read = (tenant: object) => readSettings({ limits: { tenant } });

describe("limits", () => {
  it("are as they are written, money as the shortest decimal, digits of the environment as numbers", () => {
    const reading = read({ requestsPerMinute: "60", usdPerDay: "5.00", cachedFree: "true" });
    expect(reading.ok && reading.settings.limits).toEqual({
      sync: 1_000,
      tenant: { requestsPerMinute: 60, usdPerDay: "5", cachedFree: true },
    });
  });

  it("can be shown as JSON", () => {
    const reading = read({ usdPerMonth: "0.5", tokensPerDay: 7 });
    expect(JSON.stringify(reading.ok && reading.settings.limits.tenant)).toBe('{"tokensPerDay":7,"usdPerMonth":"0.5"}');
  });

  it.each([
    ["usdPerDay", 5],
    ["usdPerDay", "5,00"],
    ["usdPerMonth", "-1"],
    ["requestsPerMinute", -1],
    ["tokensPerDay", "many"],
    ["concurrent", 1.5],
    ["cachedFree", "yes"],
    ["tokensPerHour", 5],
  ])("tell of %s: %j where it stands", (name, value) => {
    const reading = read({ [name]: value });
    expect(reading.ok === false && reading.mistakes.map(({ path }) => path)).toEqual([`limits.tenant.${name}`]);
  });
});
