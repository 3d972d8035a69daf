import { describe, expect, it } from "vitest";
import { parseJson } from "../core/strict-json.ts";
import { anthropicUsage } from "../protocols/anthropic-messages-usage.ts";
import { Prices, type TokenPrices } from "./prices.ts";

/** Sonnet 4.5, in dollars for a million tokens: input 3, written for five minutes 3.75, for an hour 6. */
const priceOf = (usage: object, overrides: Readonly<Record<string, TokenPrices>> = {}) =>
  new Prices(overrides).price(
    {
      protocol: "anthropic-messages",
      originId: "https://api.anthropic.com",
      model: "claude-sonnet-4-5",
      answeredBy: undefined,
      usage: anthropicUsage(parseJson(Buffer.from(JSON.stringify(usage)))),
    },
    Date.UTC(2026, 0, 1, 12),
  ).price?.usd;

const written = { input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 1_000 };
const split = (hour: number) => {
  return {
    ...written,
    cache_creation: { ephemeral_5m_input_tokens: 1_000 - hour, ephemeral_1h_input_tokens: hour },
  };
};

describe("tokens that are written for an hour", () => {
  it.each([
    [written, "0.00375"],
    [split(0), "0.00375"],
    [split(1_000), "0.006"],
    [split(400), "0.00465"],
    // More than there are cannot be.
    [split(4_000), "0.006"],
  ])("%j cost %s by the published prices", (usage, usd) => {
    expect(priceOf(usage)).toBe(usd);
  });

  it("have a price of their own, or that of other writes", () => {
    const own = { input: 1, output: 1, cacheWrite: 2 };
    expect(priceOf(split(400), { "claude-*": own })).toBe("0.002");
    expect(priceOf(split(400), { "claude-*": { ...own, cacheWriteHour: 4 } })).toBe("0.0028");
  });
});
