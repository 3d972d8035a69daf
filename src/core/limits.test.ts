import { describe, expect, it } from "vitest";
import { isBounded, limitsText, readLimits } from "./limits.ts";

const written = {
  requestsPerMinute: 60,
  tokensPerMinute: 10_000,
  tokensPerDay: 1_000_000,
  usdPerDay: "5",
  usdPerMonth: "100.5",
  concurrent: 8,
  cachedFree: true,
};

describe("readLimits", () => {
  it("reads what people write, money in whole picodollars", () => {
    expect(readLimits({ usdPerDay: "5.00", tokensPerMinute: 7 })).toEqual({
      ok: true,
      limits: { usdPerDay: 5_000_000_000_000n, tokensPerMinute: 7 },
    });
  });

  it("reads back what limitsText writes", () => {
    const reading = readLimits(written);
    expect(reading.ok && limitsText(reading.limits)).toEqual(written);
  });

  it.each([
    [{ requestsPerMinute: -1 }, "requestsPerMinute"],
    [{ tokensPerDay: 1.5 }, "tokensPerDay"],
    [{ tokensPerMinute: "100" }, "tokensPerMinute"],
    [{ concurrent: Number.POSITIVE_INFINITY }, "concurrent"],
    [{ usdPerDay: 5 }, "usdPerDay"],
    [{ usdPerDay: "-5.00" }, "usdPerDay"],
    [{ usdPerMonth: "5 USD" }, "usdPerMonth"],
    [{ usdPerMonth: "1e3" }, "usdPerMonth"],
    [{ usdPerMonth: "0.0000000000001" }, "usdPerMonth"],
    [{ cachedFree: "yes" }, "cachedFree"],
    [{ requestPerMinute: 5 }, "requestPerMinute"],
    [{ __proto__: null, constructor: 5 }, "constructor"],
    [[], "limits"],
    ["60", "limits"],
  ])("refuses %o, naming the field", (input, name) => {
    expect(readLimits(input)).toMatchObject({ ok: false, name });
  });
});

describe("isBounded", () => {
  it("is false where only the meaning of cached answers is said", () => {
    expect(isBounded({ cachedFree: true })).toBe(false);
    expect(isBounded({ usdPerDay: 0n })).toBe(true);
  });
});
