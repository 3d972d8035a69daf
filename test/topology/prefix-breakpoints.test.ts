import { describe, expect, onTestFinished, test } from "vitest";
import { AnthropicCache } from "../../bench/prefix/providers/anthropic-cache.ts";
import { OpenAiMarkedCache } from "../../bench/prefix/providers/openai-cache.ts";
import type { RefusedCall, TakenCall } from "../../bench/prefix/providers/prompt-positions.ts";
import { type Cache, type CacheOptions, createCache } from "../../src/cache.ts";
import { ManualClock } from "../../src/core/clock.ts";
import { usdText } from "../../src/core/money.ts";
import type { TraceEvent } from "../../src/core/trace.ts";

/**
 * Prompts marked on their way to the emulated caches of providers, through the library. Prices worked out by hand from the
 * published ones of claude-sonnet-4-5, in picodollars a token: input 3,000,000, read 300,000, written 3,750,000.
 */

type Body = Readonly<Record<string, unknown>>;

interface Provider {
  take(body: Body, now: number): TakenCall | RefusedCall;
}

const rules = "A rule of the house. ".repeat(400);

async function setUp(provider: Provider, options: CacheOptions = {}) {
  const clock = new ManualClock();
  const events: TraceEvent[] = [];
  const bodies: Body[] = [];
  let refuses: readonly string[] = [];
  const fetch = async (_url: unknown, init?: RequestInit): Promise<Response> => {
    const body = JSON.parse(Buffer.from(init?.body as Uint8Array).toString("utf8")) as Body;
    bodies.push(body);
    const refused = refuses.find((field) => JSON.stringify(body).includes(`"${field}"`));
    if (refused !== undefined)
      return Response.json({ error: { message: `${refused}: extra inputs are not permitted` } }, { status: 400 });
    const taken = provider.take(body, clock.now());
    if ("refusal" in taken) return Response.json({ error: { message: taken.refusal } }, { status: 400 });
    taken.begin(clock.now());
    return Response.json(
      "system" in body
        ? {
            ...{ id: "msg", type: "message", role: "assistant", model: body["model"], stop_reason: "end_turn" },
            content: [{ type: "text", text: "So." }],
            usage: { ...taken.usage, output_tokens: 3 },
          }
        : {
            ...{ id: "c", object: "chat.completion", created: 1, model: body["model"] },
            choices: [{ index: 0, message: { role: "assistant", content: "So." }, finish_reason: "stop" }],
            usage: { ...taken.usage, completion_tokens: 3 },
          },
    );
  };
  const cache: Cache = await createCache({
    ...{ clock, fetch: fetch as typeof globalThis.fetch, onEvent: (event: TraceEvent) => events.push(event) },
    prefix: { breakpoints: true },
    ...options,
  });
  onTestFinished(() => cache.close());
  const send = (url: string, body: Body, headers: Readonly<Record<string, string>> = {}) =>
    cache.fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer a", "x-api-key": "a", ...headers },
      body: JSON.stringify(body),
    });
  return {
    ...{ clock, cache, bodies, events },
    refuse: (...fields: readonly string[]) => {
      refuses = fields;
    },
    savings: () => events.filter((event) => event.type === "saving").filter(({ by }) => by === "prefix"),
    ask: async (question: string, more: Body = {}, headers?: Readonly<Record<string, string>>) => {
      const body = { model: "claude-sonnet-4-5", max_tokens: 9, system: rules, messages: [user(question)], ...more };
      const response = await send("https://api.anthropic.com/v1/messages", body, headers);
      return { status: response.status, body: (await response.json()) as Body };
    },
    chat: async (url: string, question: string, more: Body = {}, headers?: Readonly<Record<string, string>>) => {
      const messages = [{ role: "system", content: rules }, user(question)];
      return (await send(url, { model: "gpt-5.6", messages, ...more }, headers)).status;
    },
  };
}

function user(content: string) {
  return { role: "user", content };
}

function isMarked(body: Body | undefined): boolean {
  return /cache_control|prompt_cache_(?:breakpoint|options)/.test(JSON.stringify(body));
}

const anthropic = () => new AnthropicCache(1_024);
const openAiUrl = "https://api.openai.com/v1/chat/completions";

describe("prompts marked on their way to the provider", () => {
  test("the second prompt that begins alike is marked, and what the third reads is booked net", async () => {
    const { ask, bodies, cache, savings } = await setUp(anthropic());
    for (const question of ["How?", "Why?", "When?"]) expect((await ask(question)).status).toBe(200);
    expect(bodies.map(isMarked)).toEqual([false, true, true]);
    const [wrote, read] = savings().map(({ cost }) => cost.price?.picodollars as number);
    const written = (await ask("Who?")).body["usage"] as Readonly<Record<string, number>>;
    const tokens = written["cache_read_input_tokens"] as number;
    expect(tokens).toBeGreaterThan(2_000);
    expect(wrote).toBe(-tokens * 750_000);
    expect(read).toBe(tokens * 2_700_000);
    // Three calls were marked: one wrote and two read.
    const { saved, spent } = cache.stats();
    expect(saved.prefix).toMatchObject({ answers: 3, usd: usdText(tokens * (2 * 2_700_000 - 750_000)) });
    expect(spent.tokens).toMatchObject({ cachedInputTokens: 2 * tokens, cacheWriteTokens: tokens });
  });

  test("stored answers and their keys are those of unmarked prompts", async () => {
    const { ask, bodies } = await setUp(anthropic());
    const first = await ask("How?");
    await ask("Why?");
    await ask("Why?");
    expect(await ask("How?")).toEqual(first);
    expect(bodies.map(isMarked)).toEqual([false, true]);
  });

  test("marks of the client stand, also too many of them", async () => {
    const { ask, bodies } = await setUp(anthropic());
    const mark = { cache_control: { type: "ephemeral" } };
    const own = [{ type: "text", text: rules, cache_control: { type: "ephemeral", ttl: "1h" } }];
    for (const question of ["How?", "Why?"]) await ask(question, { system: own });
    expect(bodies.map(({ system }) => system)).toEqual([own, own]);
    const five = ["a", "b", "c", "d", "e"].map((text) => ({ type: "text", text, ...mark }));
    const messages = [{ role: "user", content: five }];
    expect((await ask("", { messages })).status).toBe(400);
    expect(bodies.at(-1)?.["messages"]).toEqual(messages);
  });

  test("lifetimes of the client in an order that the provider refuses are refused as they would be, at once", async () => {
    const { ask, bodies } = await setUp(anthropic());
    const text = (ttl: string) => ({ type: "text", text: rules, cache_control: { type: "ephemeral", ttl } });
    const own = { system: [text("5m")], messages: [{ role: "user", content: [text("1h")] }] };
    const { status, body } = await ask("", own);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain("ttl 1h must not come after ttl 5m");
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatchObject(own);
  });

  test("the one mark for the whole request is the client's, too", async () => {
    const { ask, bodies } = await setUp(anthropic());
    for (const question of ["How?", "Why?", "When?"])
      expect((await ask(question, { cache_control: { type: "ephemeral" } })).status).toBe(200);
    expect(bodies.map(({ system }) => system)).toEqual([rules, rules, rules]);
  });

  test.each([
    ["more from the cache than there was", { input_tokens: 5, cache_read_input_tokens: 9e11, output_tokens: 1 }],
    ["less than nothing", { input_tokens: -5, cache_read_input_tokens: -9, cache_creation_input_tokens: -1 }],
    ["words", { input_tokens: "many", cache_read_input_tokens: "some", output_tokens: 1 }],
    [
      "more for an hour than was written",
      {
        input_tokens: 5,
        output_tokens: 1,
        cache_creation_input_tokens: 7,
        cache_creation: { ephemeral_1h_input_tokens: 1e11 },
      },
    ],
    ["nothing", null],
  ])("usage that tells nonsense (%s): answers go out, marks go on, and no money is made up", async (_, usage) => {
    const provider = anthropic();
    const taking: Provider = {
      take(body, now) {
        const taken = provider.take(body, now);
        return "refusal" in taken ? taken : { ...taken, usage: usage as TakenCall["usage"] };
      },
    };
    const { ask, bodies, cache } = await setUp(taking);
    for (const question of ["How?", "Why?", "When?"]) expect((await ask(question)).status).toBe(200);
    expect(bodies.slice(1).some(isMarked)).toBe(true);
    const usd = Number(cache.stats().saved.prefix.usd);
    expect(Number.isFinite(usd)).toBe(true);
    expect(Math.abs(usd)).toBeLessThan(0.001);
  });

  test("one that asks for other layers, or passes the cache by, is not marked", async () => {
    const { ask, bodies } = await setUp(anthropic());
    await ask("How?");
    await ask("Why?", {}, { "x-ai-cache-layers": "exact" });
    await ask("When?", {}, { "cache-control": "no-store" });
    expect(bodies.map(isMarked)).toEqual([false, false, false]);
  });

  test("nobody hears by it what another tenant asks", async () => {
    const { ask, bodies } = await setUp(anthropic());
    await ask("How?");
    await ask("Why?", {}, { "x-api-key": "b", authorization: "Bearer b" });
    expect(bodies.map(isMarked)).toEqual([false, false]);
    await ask("Why?");
    expect(isMarked(bodies.at(-1))).toBe(true);
  });

  test("an origin that refuses the mark is asked without, and not marked again for this model", async () => {
    const { ask, bodies, refuse } = await setUp(anthropic());
    await ask("How?");
    refuse("cache_control");
    expect((await ask("Why?")).status).toBe(200);
    expect((await ask("When?")).status).toBe(200);
    expect(bodies.map(isMarked)).toEqual([false, true, false, false]);
  });

  test("one that refuses the wish for usage and the marks is asked without either", async () => {
    const { chat, bodies, refuse } = await setUp(new OpenAiMarkedCache());
    await chat(openAiUrl, "How?");
    refuse("prompt_cache_options", "stream_options");
    expect(await chat(openAiUrl, "Why?", { stream: true })).toBe(200);
    expect(bodies.slice(1).map((body) => ["stream_options" in body, isMarked(body)])).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ]);
    expect(await chat(openAiUrl, "When?", { stream: true })).toBe(200);
    expect(bodies).toHaveLength(5);
    expect(["stream_options" in (bodies[4] as Body), isMarked(bodies[4])]).toEqual([false, false]);
  });

  test("what is refused for another reason is refused without marks, too, and marks are still sent", async () => {
    const { chat, bodies, refuse } = await setUp(new OpenAiMarkedCache());
    await chat(openAiUrl, "How?");
    refuse("temperature");
    expect(await chat(openAiUrl, "Why?", { temperature: 9 })).toBe(400);
    expect(await chat(openAiUrl, "When?")).toBe(200);
    expect(bodies.map(isMarked)).toEqual([false, true, false, true]);
  });

  test("it is off unless it is asked for", async () => {
    const { ask, bodies } = await setUp(anthropic(), { prefix: {} });
    for (const question of ["How?", "Why?", "When?"]) await ask(question);
    expect(bodies.map(isMarked)).toEqual([false, false, false]);
  });

  test("since GPT-5.6: explicit mode under one key, and paid writes only of what comes again", async () => {
    const { chat, bodies, savings } = await setUp(new OpenAiMarkedCache());
    for (const question of ["How?", "Why?", "When?"]) expect(await chat(openAiUrl, question)).toBe(200);
    expect(bodies.map((body) => body["prompt_cache_options"])).toEqual([
      undefined,
      { mode: "explicit" },
      { mode: "explicit" },
    ]);
    const keys = bodies.map((body) => body["prompt_cache_key"]);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[\w-]{20,64}$/);
    const [wrote = 0, read = 0] = savings().map(({ cost }) => cost.price?.picodollars);
    expect(wrote).toBeLessThan(0);
    expect(wrote + read).toBeGreaterThan(0);
  });

  test("before GPT-5.6 only a key is sent, of each tenant its own, and nothing is booked for it", async () => {
    const { chat, bodies, savings } = await setUp(new OpenAiMarkedCache());
    for (const question of ["How?", "Why?"]) await chat(openAiUrl, question, { model: "gpt-4o" });
    await chat(openAiUrl, "When?", { model: "gpt-4o" }, { authorization: "Bearer b" });
    await chat(openAiUrl, "Who?", { model: "gpt-4o", prompt_cache_key: "mine" });
    expect(bodies.map(isMarked)).toEqual([false, false, false, false]);
    const [one, same, other, own] = bodies.map((body) => body["prompt_cache_key"]);
    expect(one).toBe(same);
    expect(other).not.toBe(one);
    expect([typeof one, own]).toEqual(["string", "mine"]);
    expect(savings()).toEqual([]);
  });

  test("what comes again every twenty minutes is kept for an hour, and booked at its higher price", async () => {
    const { ask, bodies, clock, savings } = await setUp(anthropic());
    for (const question of ["How?", "Why?", "When?", "Who?"]) {
      expect((await ask(question)).status).toBe(200);
      clock.advance(20 * 60_000);
    }
    const hour = { type: "ephemeral", ttl: "1h" };
    expect(bodies.map(isMarked)).toEqual([false, false, true, true]);
    expect(bodies[2]?.["system"]).toEqual([{ type: "text", text: rules, cache_control: hour }]);
    const [wrote = 0, read = 0] = savings().map(({ cost }) => cost.price?.picodollars);
    // Written at 6,000,000 in place of 3,000,000, read at 300,000.
    expect(wrote / read).toBeCloseTo(-3_000_000 / 2_700_000, 9);
  });

  test.each([
    [true, "24h", "gpt-5.1"],
    [true, undefined, "gpt-4o"],
    [false, undefined, "gpt-5.1"],
  ])("retention for a day: asked for %s, sent %s for %s", async (longRetention, sent, model) => {
    const { chat, bodies } = await setUp(new OpenAiMarkedCache(), { prefix: { breakpoints: true, longRetention } });
    await chat(openAiUrl, "How?", { model });
    await chat(openAiUrl, "Why?", { model, prompt_cache_retention: "in_memory" });
    expect(bodies.map((body) => body["prompt_cache_retention"])).toEqual([sent, "in_memory"]);
  });

  test("rules that the operator knows better hold", async () => {
    const dear = { "claude-*": { longLifetime: 0, lifetime: "30m" } } as const;
    const { ask, bodies, clock } = await setUp(anthropic(), { prefix: { breakpoints: true, rules: dear } });
    await ask("How?");
    clock.advance(20 * 60_000);
    await ask("Why?");
    expect(bodies.map(isMarked)).toEqual([false, true]);
    expect(JSON.stringify(bodies)).not.toContain('"1h"');
  });

  test("a server that only speaks like OpenAI's is sent nothing of it", async () => {
    const { chat, bodies } = await setUp(new OpenAiMarkedCache());
    for (const question of ["How?", "Why?"]) await chat("https://llm.example.org/v1/chat/completions", question);
    await chat("http://api.openai.com/v1/chat/completions", "When?");
    expect(bodies.map((body) => isMarked(body) || "prompt_cache_key" in body)).toEqual([false, false, false]);
  });
});
