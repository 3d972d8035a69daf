import { describe, expect, test } from "vitest";
import { usdText } from "../../src/core/money.ts";
import { Gate } from "../../src/testing/gate.ts";
import type { ReceivedCall } from "../../src/testing/received-call.ts";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { setUp, until } from "./cache-harness.ts";

/**
 * Two days of one workload. The figures are worked out here by hand from the published unit prices, in US dollars for
 * a million tokens, as they stood when the test was written:
 *
 *                 input   from cache   output
 *   gpt-4o-mini   0.15    0.075        0.60
 *   gpt-4o        2.50    1.25         10.00
 *   o3-mini       1.10    0.55         4.40
 *   house-one     2.00    0.50         7.00     (an override, with 3.00 for what is written to the cache)
 */

const hour = 3_600_000;

interface Tokens {
  readonly input: number;
  readonly cached?: number;
  readonly written?: number;
  readonly output: number;
  readonly reasoning?: number;
}

const tokensOf: Readonly<Record<string, Tokens>> = {
  "gpt-4o-mini": { input: 1_237, cached: 1_024, output: 311 },
  "gpt-4o": { input: 853, output: 97 },
  "o3-mini": { input: 419, output: 1_733, reasoning: 1_600 },
  "house-one": { input: 2_003, cached: 700, written: 300, output: 59 },
  "scripted-small": { input: 31, output: 17 },
};

/** Picodollars: dollars for a million tokens times a million are picodollars for one. */
const costOf = {
  "gpt-4o-mini": 213 * 150_000 + 1_024 * 75_000 + 311 * 600_000,
  "gpt-4o": 853 * 2_500_000 + 97 * 10_000_000,
  "o3-mini": 419 * 1_100_000 + 1_733 * 4_400_000,
  "house-one": 1_003 * 2_000_000 + 700 * 500_000 + 300 * 3_000_000 + 59 * 7_000_000,
} as const;

function usageOf({ input, cached = 0, written = 0, output, reasoning = 0 }: Tokens): Record<string, unknown> {
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
    completion_tokens_details: { reasoning_tokens: reasoning },
  };
}

/** Answers with the token counts of the model that is asked. */
const metered = ({ json }: ReceivedCall): PlannedReply => ({
  usage: usageOf(tokensOf[(json as { model: string }).model] as Tokens),
});

const prices = { "house-*": { input: 2, cacheRead: 0.5, cacheWrite: 3, output: 7 } };
const policy = { ttl: "20h", staleWhileRevalidate: "8h", staleIfError: "2d" };

describe("savings: two days of one workload with prices", () => {
  test("the ledger equals a hand computation to the last picodollar", async () => {
    const { origin, clock, cache, read, eventsOf } = await setUp({ prices, policy });
    origin.plan(metered);
    const models = Object.keys(tokensOf);
    const ask = (model: string, stream = false) => read({ model, ...(stream ? { stream } : {}) });

    // The first day: each model is asked once and answered from the cache three times, once of them as a stream.
    for (const model of models) expect((await ask(model)).outcome).toBe("MISS");
    for (const model of models) {
      expect((await ask(model)).outcome).toBe("HIT");
      expect((await ask(model)).outcome).toBe("HIT");
      const hit = await ask(model, true);
      expect(hit.outcome).toBe("HIT");
      const cost = (costOf as Readonly<Record<string, number>>)[model];
      expect(hit.headers.get("x-ai-cache-saved-usd")).toBe(cost === undefined ? null : usdText(cost));
    }
    // Six ask for the same at once: one origin call, five who share it.
    const gate = new Gate();
    origin.plan((call) => ({ ...metered(call), holds: [{ at: "headers", gate }] }));
    const together = Array.from({ length: 6 }, () => read({ model: "gpt-4o", seed: 7 }));
    await until(() => eventsOf("flight-join").length === 5, "five followers");
    gate.release();
    expect((await Promise.all(together)).map(({ outcome }) => outcome).sort()).toEqual([
      ...Array<string>(5).fill("COALESCED"),
      "MISS",
    ]);
    // A call that no layer may answer, and an origin that fails: neither saves nor, as far as is told, costs anything.
    origin.plan(metered);
    expect((await read({ model: "gpt-4o" }, { headers: { "x-ai-cache": "off" } })).outcome).toBe("BYPASS");
    origin.plan({ status: 500 });
    expect((await read({ model: "gpt-4o", seed: 8 })).status).toBe(500);

    // The second day, first past the ttl: stale answers, each with one refresh behind it.
    origin.plan(metered);
    clock.advance(24 * hour);
    const before = origin.callCount;
    for (const model of ["gpt-4o-mini", "o3-mini"]) expect((await ask(model)).outcome).toBe("STALE");
    await until(() => origin.callCount === before + 2 && eventsOf("spending").length === 8, "two refreshes");
    await until(() => eventsOf("entry-write").length === 8, "the refreshed answers are written");
    expect((await ask("o3-mini")).outcome).toBe("HIT");
    // Past that, with an origin that fails: what is kept in reserve.
    clock.advance(10 * hour);
    origin.plan({ status: 503 });
    const reserve = await ask("house-one");
    expect([reserve.outcome, reserve.headers.get("x-ai-cache-saved-usd")]).toEqual([
      "STALE",
      usdText(costOf["house-one"]),
    ]);
    // A wish for a new answer costs one; what came before it saves nothing more.
    clock.advance(1_000);
    origin.plan(metered);
    expect((await read({ model: "gpt-4o-mini" }, { headers: { "cache-control": "no-cache" } })).outcome).toBe(
      "REFRESH",
    );

    const stats = cache.stats();
    const { "gpt-4o-mini": mini, "gpt-4o": large, "o3-mini": reasoning, "house-one": house } = costOf;
    expect(stats.spent).toMatchObject({
      answers: 5 + 1 + 2 + 1,
      unpriced: 1,
      usd: usdText(3 * mini + 2 * large + 2 * reasoning + house),
    });
    expect(stats.saved.exact).toMatchObject({
      answers: 15 + 2 + 1 + 1,
      unpriced: 3,
      usd: usdText(4 * mini + 3 * large + 5 * reasoning + 4 * house),
    });
    expect(stats.saved.coalescing).toEqual({
      answers: 5,
      unpriced: 0,
      tokens: {
        inputTokens: 5 * 853,
        cachedInputTokens: 0,
        cacheWriteTokens: 0,
        outputTokens: 5 * 97,
        reasoningTokens: 0,
      },
      usd: usdText(5 * large),
    });
    expect(stats.savedInAll.usd).toBe(usdText(4 * mini + 8 * large + 5 * reasoning + 4 * house));
    expect(stats.saved.exact.tokens).toEqual({
      inputTokens: 4 * 1_237 + 3 * 853 + 5 * 419 + 4 * 2_003 + 3 * 31,
      cachedInputTokens: 4 * 1_024 + 4 * 700,
      cacheWriteTokens: 4 * 300,
      outputTokens: 4 * 311 + 3 * 97 + 5 * 1_733 + 4 * 59 + 3 * 17,
      reasoningTokens: 5 * 1_600,
    });
    expect(stats.requests).toMatchObject({ hit: 16, stale: 3, coalesced: 5, refresh: 1, bypass: 1 });
    expect(stats.priceSources).toEqual({
      override: 1 + 4,
      [Object.keys(stats.priceSources).find((name) => name.startsWith("genai-prices ")) as string]: 7 + 12 + 5,
    });
  });

  test("a follower who leaves before the end saves nothing, and one of a broken answer neither", async () => {
    const { origin, cache, ask, read, eventsOf } = await setUp({ prices, policy });
    const gate = new Gate();
    origin.plan({ usage: usageOf(tokensOf["gpt-4o"] as Tokens), holds: [{ at: "headers", gate }] });
    const leaving = new AbortController();
    const leader = read({ model: "gpt-4o" });
    const follower = ask({ model: "gpt-4o" }, { signal: leaving.signal });
    await until(() => eventsOf("flight-join").length === 1, "the follower");
    leaving.abort();
    await expect(follower).rejects.toThrow();
    gate.release();
    expect((await leader).outcome).toBe("MISS");

    const second = new Gate();
    origin.plan({ holds: [{ at: "headers", gate: second }], cut: { afterChunks: 2, how: "fin" } });
    const both = [1, 2].map(() => read({ model: "gpt-4o", stream: true, seed: 3 }));
    await until(() => eventsOf("flight-join").length === 2, "the second follower");
    second.release();
    await Promise.all(both);
    expect(cache.stats().saved.coalescing.answers).toBe(0);
    expect(cache.stats().spent).toMatchObject({ answers: 2, unpriced: 1, usd: usdText(costOf["gpt-4o"]) });
  });
});
