import { describe, expect, onTestFinished, test } from "vitest";
import { GeminiContents } from "../../bench/prefix/providers/gemini-contents.ts";
import { type Cache, type CacheOptions, createCache } from "../../src/cache.ts";
import { ManualClock } from "../../src/core/clock.ts";
import type { TraceEvent } from "../../src/core/trace.ts";
import { eventually } from "../e2e/eventually.ts";

/** Beginnings of prompts that the emulated Gemini API keeps under a name, through the library. */

type Body = Readonly<Record<string, unknown>>;
const minute = 60_000;
const rules = "A rule of the house. ".repeat(400);
const head = {
  systemInstruction: { parts: [{ text: rules }] },
  tools: [{ functionDeclarations: [{ name: "look", parameters: { type: "OBJECT", properties: {} } }] }],
  tool_config: { functionCallingConfig: { mode: "AUTO" } },
};
const user = (text: string) => ({ role: "user", parts: [{ text }] });

async function setUp(provider = new GeminiContents(1_024), options: CacheOptions = {}) {
  const clock = new ManualClock();
  const events: TraceEvent[] = [];
  const asked: { readonly method: string; readonly path: string; readonly body: Body; readonly owner: string }[] = [];
  let fails: (method: string, path: string) => number | undefined = () => undefined;
  const fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { pathname } = new URL(String(url));
    const text = Buffer.from((init?.body as Uint8Array | undefined) ?? []).toString("utf8");
    const body = text === "" ? {} : (JSON.parse(text) as Body);
    const owner = new Headers(init?.headers).get("x-goog-api-key") ?? "";
    const method = init?.method ?? "GET";
    asked.push({ method, path: pathname, body, owner });
    const status = fails(method, pathname);
    if (status !== undefined) return Response.json({ error: { code: status, message: "no" } }, { status });
    const answer = provider.handle(method, pathname, owner, body, clock.now());
    return Response.json(answer.body, { status: answer.status });
  };
  const cache: Cache = await createCache({
    ...{ clock, fetch: fetch as typeof globalThis.fetch, onEvent: (event: TraceEvent) => events.push(event) },
    prefix: { breakpoints: true },
    ...options,
  });
  onTestFinished(() => cache.close());
  const ask = async (question: string, more: Body = {}, key = "a", headers: Readonly<Record<string, string>> = {}) => {
    const response = await cache.fetch(
      "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent",
      {
        method: "POST",
        headers: { "content-type": "application/json", "x-goog-api-key": key, ...headers },
        body: JSON.stringify({ ...head, contents: [user(question)], ...more }),
      },
    );
    await response.text();
    return response.status;
  };
  const of = (method: string, part: string) => asked.filter((one) => one.method === method && one.path.includes(part));
  return {
    ...{ clock, cache, asked, provider, ask },
    fail: (how: typeof fails) => {
      fails = how;
    },
    generated: () => of("POST", ":generateContent"),
    created: () => of("POST", "cachedContents"),
    extended: () => of("PATCH", "cachedContents"),
    deleted: () => of("DELETE", "cachedContents"),
    spent: () =>
      events
        .filter((event) => event.type === "spending")
        .filter(({ overhead }) => overhead === "keeping")
        .reduce((sum, { cost }) => sum + (cost.usage?.inputTokens ?? 0), 0),
    /** Calls every half minute until one beginning is kept. */
    warmUp: async (key = "a") => {
      for (let turn = 0; turn < 12; turn++) {
        await ask(`${turn} of ${key}?`, {}, key);
        clock.advance(minute / 2);
      }
      await eventually("something is kept", () => provider.alive(clock.now()).length > 0);
    },
  };
}

const isNamed = ({ body }: { readonly body: Body }): boolean => typeof body["cachedContent"] === "string";

describe("beginnings that Gemini keeps under a name", () => {
  test("are made once that pays, named in place of what they hold, and the model reads the same", async () => {
    const { warmUp, ask, provider, created, generated } = await setUp();
    await warmUp();
    expect(await ask("How?")).toBe(200);
    expect(created()).toHaveLength(1);
    expect(created()[0]?.body).toMatchObject({
      model: "models/gemini-2.5-flash",
      systemInstruction: head.systemInstruction,
      tools: head.tools,
      toolConfig: head.tool_config,
    });
    const last = generated().at(-1)?.body;
    expect(Object.keys(last ?? {}).sort()).toEqual(["cachedContent", "contents"]);
    expect(last?.["contents"]).toEqual([user("How?")]);
    const plain = new GeminiContents(1_024);
    plain.handle(
      "POST",
      "/v1beta/models/gemini-2.5-flash:generateContent",
      "a",
      { ...head, contents: [user("How?")] },
      0,
    );
    expect(provider.read.at(-1)).toBe(plain.read[0]);
  });

  test("cost less than none, over an hour of calls, and what they cost is booked", async () => {
    const { ask, clock, provider, spent, cache } = await setUp();
    const plain = new GeminiContents(1_024);
    for (let turn = 0; turn < 120; turn++) {
      await ask(`${turn}?`);
      plain.handle(
        "POST",
        "/v1beta/models/gemini-2.5-flash:generateContent",
        "",
        { ...head, contents: [user(`${turn}?`)] },
        0,
      );
      clock.advance(minute / 2);
      await Promise.resolve();
    }
    await cache.close();
    expect(provider.billed / plain.billed).toBeLessThan(0.35);
    const keeping = provider.billed - 0.1 * plain.billed;
    expect(spent()).toBeGreaterThan(2_000);
    expect(spent()).toBeLessThan(keeping);
  });

  test.each([
    ["too seldom", 20 * minute, 0, 1_024],
    ["what the implicit cache reads anyway", minute / 2, 0.98, 1_024],
    ["what is too short", minute / 2, 0, 99_999],
  ])("are not made of %s", async (_, gapMs, implicit, leastTokens) => {
    const rulesOfOne = { "gemini-*": { leastTokens } };
    const prefix = { breakpoints: true, rules: rulesOfOne };
    const { ask, clock, created } = await setUp(new GeminiContents(leastTokens, 3.4, implicit), { prefix });
    for (let turn = 0; turn < 20; turn++) {
      await ask(`${turn}?`);
      clock.advance(gapMs);
    }
    expect(created()).toEqual([]);
  });

  test("one that the provider no longer has is not missed: the call is sent whole, once, and another is made", async () => {
    const { warmUp, ask, provider, generated, created, clock } = await setUp();
    await warmUp();
    provider.lose();
    const before = generated().length;
    expect(await ask("How?")).toBe(200);
    expect(generated().slice(before).map(isNamed)).toEqual([true, false]);
    clock.advance(minute / 2);
    expect(await ask("Why?")).toBe(200);
    await eventually("created 2", () => created().length === 2);
    expect(await ask("When?")).toBe(200);
    expect(generated().slice(before).map(isNamed)).toEqual([true, false, false, true]);
  });

  test("a call that fails for another reason fails as it would have, after two attempts", async () => {
    const { warmUp, ask, fail, generated } = await setUp();
    await warmUp();
    const before = generated().length;
    fail((_, path) => (path.includes(":generateContent") ? 403 : undefined));
    expect(await ask("How?")).toBe(403);
    expect(generated().slice(before).map(isNamed)).toEqual([true, false]);
  });

  test("one that may not be spoken of so is not made again for a while", async () => {
    const { warmUp, ask, fail, generated, created, clock } = await setUp();
    await warmUp();
    const before = generated().filter(isNamed).length;
    const isNamedCall = () => isNamed(generated().at(-1) as { readonly body: Body });
    fail((_, path) => (path.includes(":generateContent") && isNamedCall() ? 400 : undefined));
    for (let turn = 0; turn < 6; turn++) {
      expect(await ask(`again ${turn}?`)).toBe(200);
      clock.advance(minute / 2);
    }
    expect(created()).toHaveLength(1);
    expect(generated().filter(isNamed)).toHaveLength(before + 1);
  });

  test("a provider that does not make one is left alone for a while, and no call waits for it", async () => {
    const { ask, fail, created, generated, clock } = await setUp();
    fail((_, path) => (path.includes("cachedContents") ? 500 : undefined));
    for (let turn = 0; turn < 16; turn++) {
      expect(await ask(`${turn}?`)).toBe(200);
      clock.advance(minute / 2);
    }
    expect(created()).toHaveLength(1);
    expect(generated().some(isNamed)).toBe(false);
  });

  test("a model that keeps only longer prompts than is published teaches that", async () => {
    const { ask, clock, created } = await setUp(new GeminiContents(3_000));
    for (let turn = 0; turn < 60; turn++) {
      await ask(`${turn}?`);
      clock.advance(minute / 2);
    }
    expect(created()).toHaveLength(1);
    const longer = { systemInstruction: { parts: [{ text: rules.repeat(2) }] } };
    for (let turn = 0; turn < 12; turn++) {
      await ask(`${turn}?`, longer);
      clock.advance(minute / 2);
    }
    await eventually("a longer one is made", () => created().length === 2);
  });

  test("another credential hears nothing of it, and has its own", async () => {
    const { warmUp, ask, generated, created, provider, clock } = await setUp();
    await warmUp("a");
    for (let turn = 0; turn < 12; turn++) {
      await ask(`${turn} of b?`, {}, "b");
      clock.advance(minute / 2);
    }
    await eventually("there are two", () => provider.alive(clock.now()).length === 2);
    // None was tried that is not its own: that would have been refused, and sent again.
    expect(generated().filter(({ owner }) => owner === "b")).toHaveLength(12);
    expect(created().map(({ owner }) => owner)).toEqual(["a", "b"]);
    await ask("Why?", {}, "b");
    expect(generated().at(-1)?.body["cachedContent"]).toBe("cachedContents/1");
  });

  test("are kept on while they are used, and let go when nobody asks", async () => {
    const { warmUp, ask, clock, extended, deleted, provider, generated } = await setUp();
    await warmUp();
    for (let turn = 0; turn < 60; turn++) {
      await ask(`later ${turn}?`);
      await eventually("it is kept", () => provider.alive(clock.now()).length === 1);
      clock.advance(minute / 2);
    }
    expect(extended().length).toBeGreaterThan(1);
    expect(generated().slice(-60).every(isNamed)).toBe(true);
    clock.advance(19 * minute);
    await eventually("deleted 1", () => deleted().length === 1);
    expect(provider.alive(clock.now())).toEqual([]);
  });

  test("are let go at the end", async () => {
    const { warmUp, cache, deleted, provider, clock } = await setUp();
    await warmUp();
    await cache.close();
    expect(deleted()).toHaveLength(1);
    expect(provider.alive(clock.now())).toEqual([]);
  });

  test("a client that names one of its own, and one that asks for other layers, are left alone", async () => {
    const { warmUp, ask, generated } = await setUp();
    await warmUp();
    await ask("How?", {}, "a", { "x-ai-cache-layers": "exact" });
    expect(isNamed(generated().at(-1) as never)).toBe(false);
    const own = { cachedContent: "cachedContents/mine" };
    await ask("Why?", own);
    expect(generated().at(-1)?.body).toMatchObject(own);
    expect(Object.keys(generated().at(-1)?.body ?? {})).toContain("systemInstruction");
  });

  test("a long conversation is kept up to where it is gone on from", async () => {
    const { ask, clock, created } = await setUp();
    const turns = Array.from({ length: 4 }, (_, index) => [
      user(`${rules} ${index}`),
      { role: "model", parts: [{ text: "So." }] },
    ]);
    const before = turns.flat();
    for (let turn = 0; turn < 14; turn++) {
      await ask("", { contents: [...before, user(`${turn}?`)] });
      clock.advance(minute / 2);
    }
    await eventually("created 1", () => created().length === 1);
    expect(created()[0]?.body["contents"]).toEqual(before);
  });
});
