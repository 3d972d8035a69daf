import { describe, expect, test } from "vitest";
import { createCache } from "../../src/cache.ts";
import type { ReceivedCall } from "../../src/testing/index.ts";
import { ask, bearer, chatPath, question, reasonOf, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runBoth, runOrigin } from "./running-gateway.ts";

/** Clients that were written for other gateways, in front of ours. */

const all = { ...inMemory, compat: { headers: "all" } };

/** One field of each gateway and kind, with a value that only asks for caching as usual. */
const harmless: Readonly<Record<string, string>> = {
  "cf-aig-cache-ttl": "600",
  "cf-aig-skip-cache": "false",
  "cf-aig-cache-key": "k",
  "helicone-cache-enabled": "true",
  "helicone-cache-bucket-max-size": "2",
  "helicone-cache-seed": "s",
  "helicone-cache-ignore-keys": "request_id",
  "x-portkey-cache-namespace": "n",
  "x-bf-cache-key": "k",
  "x-bf-cache-ttl": "10m",
  "x-bf-cache-threshold": "0.8",
  "x-bf-cache-type": "direct",
  "x-bf-cache-no-store": "false",
  "x-openrouter-cache": "true",
  "x-openrouter-cache-ttl": "600",
};

const sentNames = ({ headers }: ReceivedCall): readonly string[] => Object.keys(headers);
const sentBody = (call: ReceivedCall | undefined) => call?.json as Record<string, unknown>;

describe("surface: compat.headers", () => {
  test("what asks for nothing special caches as usual, and none of it reaches the origin", async () => {
    const { origin, gateway } = await runBoth(all);
    expect(statusOf(await ask(gateway, question(), harmless))).toBe("MISS");
    expect(statusOf(await ask(gateway, question(), harmless))).toBe("HIT");
    for (const name of Object.keys(harmless)) expect(sentNames(origin.calls[0] as ReceivedCall)).not.toContain(name);
    await exchange(`${gateway.url}/v1/files`, { body: {}, headers: { ...harmless, "cf-aig-metadata": "{}" } });
    for (const name of Object.keys(harmless)) expect(sentNames(origin.calls[1] as ReceivedCall)).not.toContain(name);
    expect(origin.calls[1]?.headers["cf-aig-metadata"]).toBe("{}");
  });

  test("where it is off they go on untouched and ask nothing, the body's field too", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const config = '{"cache":{"mode":"simple"}}';
    const headers = { ...harmless, "cf-aig-skip-cache": "true", "x-portkey-config": config, "x-bf-cache-ttl": "?" };
    const body = question("hi", { cache: { "no-store": true } });
    expect(statusOf(await ask(gateway, body, headers))).toBe("MISS");
    expect(statusOf(await ask(gateway, body, headers))).toBe("HIT");
    expect(origin.calls[0]?.headers).toMatchObject(headers);
    expect(sentBody(origin.calls[0])["cache"]).toEqual({ "no-store": true });
  });

  test("only the gateways that are named are understood", async () => {
    const { origin, gateway } = await runBoth({ ...inMemory, compat: { headers: ["openrouter"] } });
    const headers = { "x-openrouter-cache": "true", "cf-aig-skip-cache": "true" };
    await ask(gateway, question(), headers);
    expect(statusOf(await ask(gateway, question(), headers))).toBe("HIT");
    expect(origin.calls[0]?.headers["cf-aig-skip-cache"]).toBe("true");
    expect(origin.calls[0]?.headers["x-openrouter-cache"]).toBeUndefined();
  });

  test.each<[Record<string, string>, string, string?]>([
    [{ "cf-aig-skip-cache": "true" }, "BYPASS", "no_store"],
    [{ "helicone-cache-enabled": "false" }, "BYPASS", "no_store"],
    [{ "x-openrouter-cache": "false" }, "BYPASS", "no_store"],
    [{ "x-portkey-cache-force-refresh": "true" }, "REFRESH"],
    [{ "x-openrouter-cache-clear": "true" }, "REFRESH"],
    [{ "x-bf-cache-no-store": "true" }, "HIT"],
    [{ "x-openrouter-cache": "true", "x-ai-cache": "off" }, "BYPASS", "no_store"],
    [{ "helicone-cache-enabled": "true", "cache-control": "no-store" }, "BYPASS", "no_store"],
  ])("%j on a stored answer: %s", async (headers, status, reason) => {
    const { gateway } = await runBoth(all);
    await ask(gateway);
    const answer = await ask(gateway, question(), headers);
    expect([statusOf(answer), reason && reasonOf(answer)]).toEqual([status, reason]);
  });

  test.each<[Record<string, string>]>([
    [{ "cf-aig-cache-ttl": "60" }],
    [{ "cf-aig-cache-ttl": "60", "x-ai-cache-ttl": "3600" }],
    [{ "helicone-cache-enabled": "true", "cache-control": "max-age=60" }],
    [{ "x-portkey-config": '{"cache":{"mode":"simple","max_age":60}}' }],
    [{ "x-bf-cache-ttl": "1m" }],
    [{ "x-openrouter-cache-ttl": "60" }],
  ])("%j keeps the answer for a minute", async (headers) => {
    const { gateway } = await runBoth({ ...all, layers: { exact: { ttlJitter: 0 } } });
    await ask(gateway, question(), headers);
    const hit = await ask(gateway, question(), headers);
    expect(hit.headers["cache-status"]).toMatch(/^reprise; hit; ttl=(60|59|58);/);
  });

  test("the server's policy stands above all of it", async () => {
    const rules = [
      { match: { model: "off-*" }, enabled: false },
      { match: { namespace: "short" }, maxTtl: "30s", ttlJitter: 0 },
    ];
    const { gateway } = await runBoth({ ...all, rules });
    const wish = { "helicone-cache-enabled": "true", "cf-aig-cache-ttl": "86400" };
    const off = { ...question(), model: "off-one" };
    expect([statusOf(await ask(gateway, off, wish)), statusOf(await ask(gateway, off, wish))]).toEqual([
      "BYPASS",
      "BYPASS",
    ]);
    const short = { ...wish, "x-portkey-cache-namespace": "short" };
    await ask(gateway, question(), short);
    expect((await ask(gateway, question(), short)).headers["cache-status"]).toMatch(/; ttl=(30|29|28);/);
  });

  test.each(["cf-aig-cache-key", "helicone-cache-seed", "helicone-cache-ignore-keys", "x-bf-cache-key"])(
    "%s keeps requests apart and never lets unlike ones share",
    async (name) => {
      const { origin, gateway } = await runBoth(all);
      const one = { [name]: "messages, \xe9 one" };
      expect(statusOf(await ask(gateway, question("first"), one))).toBe("MISS");
      expect(statusOf(await ask(gateway, question("second"), one))).toBe("MISS");
      expect(statusOf(await ask(gateway, question("first"), { [name]: "two" }))).toBe("MISS");
      expect(statusOf(await ask(gateway, question("first")))).toBe("MISS");
      expect(statusOf(await ask(gateway, question("first"), { ...one, ...bearer("another") }))).toBe("MISS");
      expect(statusOf(await ask(gateway, question("first"), one))).toBe("HIT");
      expect(origin.callCount).toBe(5);
    },
  );

  test("a namespace of Portkey is a namespace", async () => {
    const { gateway } = await runBoth(all);
    await ask(gateway, question(), { "x-portkey-cache-namespace": "team" });
    expect(statusOf(await ask(gateway, question(), { "x-ai-cache-namespace": "team" }))).toBe("HIT");
    expect(statusOf(await ask(gateway))).toBe("MISS");
  });

  test("of a config of Portkey the origin gets what is not the cache's, and it is keyed", async () => {
    const { origin, gateway } = await runBoth(all);
    const config = (retries: number, cache: object) => ({
      "x-portkey-config": JSON.stringify({ cache, retry: { attempts: retries } }),
    });
    await ask(gateway, question(), config(3, { mode: "simple" }));
    expect(statusOf(await ask(gateway, question(), config(3, { mode: "semantic" })))).toBe("HIT");
    expect(statusOf(await ask(gateway, question(), config(4, { mode: "simple" })))).toBe("MISS");
    expect(origin.calls[0]?.headers["x-portkey-config"]).toBe('{"retry":{"attempts":3}}');
  });

  test.each([
    ["cf-aig-cache-ttl", "1h"],
    ["Helicone-Cache-Enabled", "yes"],
    ["x-portkey-config", '{"cache":{"mode":"fuzzy"}}'],
    ["x-bf-cache-threshold", "high"],
    ["X-OpenRouter-Cache-TTL", ""],
  ])("%s: %j is 400 and nothing is sent on", async (field, value) => {
    const { origin, gateway } = await runBoth(all);
    const answer = await ask(gateway, question(), { [field]: value });
    const { error } = JSON.parse(answer.text);
    expect([answer.status, error.code, error.param]).toEqual([400, "invalid_header", field]);
    expect(error.message).toMatch(new RegExp(`^${field} must `));
    expect(origin.callCount).toBe(0);
  });
});

describe("surface: LiteLLM's field `cache` in the body", () => {
  const google = "/v1beta/models/gemini-2.5-flash:generateContent";
  const bodies: Readonly<Record<string, object>> = {
    [chatPath]: question(),
    "/v1/responses": { model: "m", input: "Where?" },
    "/v1/messages": { model: "m", max_tokens: 9, messages: [{ role: "user", content: "Where?" }] },
    "/v1/embeddings": { model: "scripted-embed", input: ["a", "b"] },
    [google]: { contents: [{ role: "user", parts: [{ text: "Where?" }] }] },
  };

  test.each(Object.entries(bodies))("%s: neither the key nor the origin sees it", async (path, body) => {
    const { origin, gateway } = await runBoth(all);
    const call = (cache?: object) => exchange(gateway.url + path, { body: { ...body, ...(cache && { cache }) } });
    expect(statusOf(await call({ ttl: 600 }))).toBe("MISS");
    expect(statusOf(await call())).toBe("HIT");
    expect(statusOf(await call({ "use-cache": true }))).toBe("HIT");
    expect(statusOf(await call({ namespace: "n" }))).toBe("MISS");
    expect(statusOf(await call({ "no-store": true }))).toBe("BYPASS");
    // The second time the body is known, and read anew only for the origin.
    for (let round = 0; round < 2; round++) expect(statusOf(await call({ "no-cache": true }))).toBe("REFRESH");
    expect(statusOf(await call({ "no-cache": false }))).toBe("HIT");
    expect(origin.callCount).toBe(5);
    for (const received of origin.calls) expect(sentBody(received)).not.toHaveProperty("cache");
    expect(sentBody(origin.calls[2])).toMatchObject(path === "/v1/embeddings" ? { model: "scripted-embed" } : body);
    const refused = await call({ ttl: "600" });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("'cache.ttl' must be")]);
    expect(origin.callCount).toBe(5);
  });

  test("streams, and a rule that sends another temperature, work on the body without it", async () => {
    const { origin, gateway } = await runBoth({ ...all, layers: { exact: { stochastic: "force-zero" } } });
    const body = question("hi", { stream: true, temperature: 1 });
    expect(statusOf(await ask(gateway, { ...body, cache: { ttl: 5 } }))).toBe("MISS");
    expect(statusOf(await ask(gateway, body))).toBe("HIT");
    expect(sentBody(origin.calls[0])).toMatchObject({ stream: true, temperature: 0 });
    expect(sentBody(origin.calls[0])).not.toHaveProperty("cache");
  });
});

test("the library's cache.fetch honours the same option", async () => {
  const origin = await runOrigin();
  const cache = await createCache({ compat: { headers: ["cloudflare", "litellm"] } });
  const call = async (fields: object, headers: Readonly<Record<string, string>> = {}) =>
    (
      await cache.fetch(`${origin.url}/chat/completions`, {
        method: "POST",
        headers,
        body: JSON.stringify({ ...question(), ...fields }),
      })
    ).headers.get("x-ai-cache-status");
  expect(await call({ cache: { ttl: 60 } })).toBe("MISS");
  expect(await call({}, { "cf-aig-skip-cache": "false" })).toBe("HIT");
  expect(await call({}, { "cf-aig-skip-cache": "true" })).toBe("BYPASS");
  expect(await call({}, { "cf-aig-cache-key": "k" })).toBe("MISS");
  expect(sentBody(origin.calls[0])).not.toHaveProperty("cache");
  expect(origin.calls.flatMap(sentNames).filter((name) => name.startsWith("cf-"))).toEqual([]);
  await cache.close();
});
