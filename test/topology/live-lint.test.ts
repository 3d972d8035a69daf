import { describe, expect, onTestFinished, test } from "vitest";
import { type CacheOptions, createCache } from "../../src/cache.ts";
import { ManualClock } from "../../src/core/clock.ts";

/** The lint over calls as they come, through the library; the provider's answers are made here. */

type Headers = Readonly<Record<string, string>>;

const secret = "The vault opens at nine.";
const rules = "A rule of the house. ".repeat(400);

async function setUp(prefix: CacheOptions["prefix"] = { lint: "full" }) {
  const clock = new ManualClock();
  let cachedTokens = 0;
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const length = Buffer.from((init?.body ?? "") as Uint8Array).length;
    return Response.json({
      ...{ id: "c", object: "chat.completion", created: 1, model: "gpt-4o" },
      choices: [{ index: 0, message: { role: "assistant", content: "So." }, finish_reason: "stop" }],
      usage: {
        ...{ prompt_tokens: Math.ceil(length / 4), completion_tokens: 3 },
        prompt_tokens_details: { cached_tokens: cachedTokens },
      },
    });
  };
  const cache = await createCache({
    ...{ clock, fetch: fetch as typeof globalThis.fetch, prefix: prefix ?? {} },
  });
  onTestFinished(() => cache.close());
  const ask = async (system: string, question: string, headers: Headers = {}, more: object = {}) => {
    const messages = [
      { role: "system", content: system },
      { role: "user", content: question },
    ];
    const response = await cache.fetch("https://api.openai.com/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer a", ...headers },
      body: JSON.stringify({ model: "gpt-4o", messages, ...more }),
    });
    await response.text();
    clock.advance(60_000);
  };
  return {
    ...{ cache, clock, ask },
    cached: (tokens: number) => {
      cachedTokens = tokens;
    },
    /** A date at the top, other each time. */
    askDated: async (count: number, headers?: Headers) => {
      for (let turn = 0; turn < count; turn++)
        await ask(`Now: 2026-11-27 10:${10 + turn}:00. ${secret} ${rules}`, `${turn}?`, headers);
    },
  };
}

describe("the lint of live calls", () => {
  test("names the section, the byte, the cause, what is lost a day and the remedy", async () => {
    const { cache, askDated } = await setUp();
    await askDated(20);
    const { findings, calls, heard, lostTokens, inputTokens, mode } = cache.lint();
    expect([mode, calls, heard]).toEqual(["full", 20, 20]);
    expect(findings).toHaveLength(1);
    const [found] = findings;
    expect(found).toMatchObject({ cause: "date", section: "messages[0]", calls: 19, ofCalls: 20, model: "gpt-4o" });
    // From 10:19 to 10:20 the tens of minutes are the first that differ.
    expect(found?.byte).toBe('{"content":"Now: 2026-11-27 10:'.length);
    // Whole numbers are shown, once each.
    expect(found?.example).toMatchObject({
      context: expect.stringMatching(/Now: 2026-11-27 10:$/),
      before: "19",
      after: "20",
    });
    expect(lostTokens / inputTokens).toBeGreaterThan(0.9);
    // 19 minutes of calls: some 76 times as much a day, at 1.25 dollars for a million that were not read from the cache.
    expect(found?.lostTokensPerDay).toBeCloseTo((lostTokens * 24 * 60) / 19, -4);
    expect(Number(found?.lostUsdPerDay)).toBeCloseTo(((found?.lostTokensPerDay ?? 0) * 1.25) / 1e6, 2);
    expect(found?.remedy).toContain("date or time");
  });

  test("by default tells the places and no word of any prompt", async () => {
    const { cache, askDated } = await setUp({});
    await askDated(5);
    const told = cache.lint();
    expect(told.findings).toMatchObject([{ cause: "date", section: "messages[0]", byte: 32 }]);
    expect(JSON.stringify(told)).not.toMatch(/vault|rule of the house|Now:/);
  });

  test("remembers nothing where it is off", async () => {
    const { cache, askDated } = await setUp({ lint: "off" });
    await askDated(5);
    expect(cache.lint()).toMatchObject({ mode: "off", calls: 0, heard: 0, findings: [] });
  });

  test.each([
    ["a call of which nothing may be kept", { "cache-control": "no-store" }],
    ["one that leaves out the layer", { "x-ai-cache-layers": "exact" }],
  ])("%s is not heard of", async (_, headers) => {
    const { cache, askDated } = await setUp();
    await askDated(5, headers);
    expect(cache.lint()).toMatchObject({ calls: 0, heard: 0 });
  });

  test("hits are not heard of: their prompts went nowhere", async () => {
    const { cache, ask } = await setUp();
    for (let turn = 0; turn < 4; turn++) await ask(rules, "How?");
    expect(cache.lint().calls).toBe(1);
  });

  test("nothing is lost where the provider says that it read it", async () => {
    const { cache, askDated, cached } = await setUp();
    cached(2_000);
    await askDated(8);
    expect(cache.lint().findings).toEqual([]);
  });

  test("it is of prompts as they are sent: what the gateway repairs on the way breaks nothing", async () => {
    const tools = ["look", "find"].map((name) => ({ type: "function", function: { name, description: rules } }));
    const found = [];
    for (const sortTools of [false, true]) {
      const { cache, ask } = await setUp({ lint: "full", sortTools });
      for (let turn = 0; turn < 6; turn++)
        await ask(rules, `${turn}?`, {}, { tools: turn % 2 === 0 ? tools : tools.toReversed() });
      found.push(cache.lint().findings.map(({ cause }) => cause));
    }
    expect(found).toEqual([["tool-order"], []]);
  });

  test("tenants are apart, and what is told of one is gone with it", async () => {
    const { cache, askDated } = await setUp();
    await askDated(4);
    await askDated(4, { authorization: "Bearer b" });
    const { findings } = cache.lint();
    const tenants = findings.map(({ tenant }) => tenant);
    expect(new Set(tenants).size).toBe(2);
    expect(findings.map(({ calls }) => calls)).toEqual([3, 3]);
    await cache.invalidate({ tenant: tenants[0] as string, all: true });
    expect(cache.lint().findings.map(({ tenant }) => tenant)).toEqual([tenants[1]]);
    await cache.invalidate({ all: true });
    expect(cache.lint()).toMatchObject({ calls: 0, findings: [] });
  });

  test("a day later it begins anew", async () => {
    const { cache, askDated, clock } = await setUp();
    await askDated(4);
    clock.advance(24 * 3_600_000);
    expect(cache.lint()).toMatchObject({ calls: 0, heard: 0, findings: [] });
  });

  test("of very many calls at once it looks at some, and reckons the others in", async () => {
    const { cache, ask, clock } = await setUp();
    // The clock stands while they come.
    const one = (turn: number) => `Now: 2026-11-27 10:${10 + (turn % 50)}:${10 + Math.floor(turn / 50)}. ${rules}`;
    const { advance } = clock;
    clock.advance = () => {};
    for (let turn = 0; turn < 60; turn++) await ask(one(turn), `${turn}?`);
    clock.advance = advance.bind(clock);
    const { calls, heard, inputTokens, lostTokens } = cache.lint();
    expect([calls, heard]).toEqual([60, 20]);
    expect(inputTokens).toBeGreaterThan(60 * 2_000);
    expect(lostTokens / inputTokens).toBeGreaterThan(0.9);
  });
});
