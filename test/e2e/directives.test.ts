import { describe, expect, test } from "vitest";
import { ask, question, reasonOf, statusOf } from "./chat-call.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

describe("surface: malformed request fields are 400 and nothing is sent on", () => {
  test.each([
    ["Cache-Control", "max-age"],
    ["Cache-Control", "max-age=soon"],
    ["Cache-Control", "max-age=-1"],
    ["Cache-Control", "min-fresh=x"],
    ["Cache-Control", "max-stale=1.5"],
    ["Cache-Control", 'no-cache="unclosed'],
    ["X-AI-Cache", "maybe"],
    ["X-AI-Cache", ""],
    ["X-AI-Cache-TTL", "-1"],
    ["X-AI-Cache-TTL", "1h"],
    ["X-AI-Cache-TTL", "1.5"],
    ["X-AI-Cache-TTL", ""],
    ["X-AI-Cache-Layers", "exact,everything"],
    ["X-AI-Cache-Layers", ","],
    ["X-AI-Cache-Threshold", "1.1"],
    ["X-AI-Cache-Threshold", "0,9"],
    ["X-AI-Cache-Threshold", "NaN"],
    ["X-AI-Cache-Namespace", "a b"],
    ["X-AI-Cache-Namespace", "a".repeat(129)],
    ["X-AI-Cache-Version", "é"],
    ["X-AI-Cache-Tags", "UPPER"],
    ["X-AI-Cache-Tags", "a".repeat(65)],
    ["X-AI-Cache-Tags", Array.from({ length: 51 }, (_, index) => `t${index}`).join(",")],
    ["X-AI-Cache-Variant", "first"],
    ["X-AI-Cache-Variant", "1000"],
    ["X-AI-User", "\xe9"],
    ["X-AI-User", "u".repeat(257)],
  ])("%s: %s", async (field, value) => {
    const { origin, gateway } = await runBoth(inMemory);
    const answer = await ask(gateway, question(), { [field]: value });
    expect(answer.status).toBe(400);
    const { error } = JSON.parse(answer.text);
    expect(error).toMatchObject({ type: "invalid_request_error", code: "invalid_header", param: field });
    expect(error.message).toMatch(new RegExp(`^${field} (must|has)`));
    expect(origin.callCount).toBe(0);
  });
});

describe("surface: request fields", () => {
  test("none of them reaches the origin", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const headers = {
      "cache-control": "no-cache, max-age=5, x-unknown=1",
      pragma: "no-cache",
      "x-ai-cache": "read-write",
      "x-ai-cache-ttl": "60",
      "x-ai-cache-layers": "exact",
      "x-ai-cache-threshold": "0.99",
      "x-ai-cache-namespace": "n",
      "x-ai-cache-version": "v",
      "x-ai-cache-tags": "a, b",
      "x-ai-cache-variant": "0",
      "x-ai-cache-of-tomorrow": "1",
      "x-ai-user": "somebody",
    };
    for (const extra of [{}, { "x-ai-cache": "off" }]) await ask(gateway, question(), { ...headers, ...extra });
    expect(origin.callCount).toBe(2);
    for (const call of origin.calls) {
      const sent = JSON.stringify(call.headers);
      for (const name of Object.keys(headers)) expect(sent).not.toContain(`"${name}"`);
      expect(sent).not.toContain("somebody");
    }
  });

  test("no-store and off: nothing is read or written, and the answer says so", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    for (const [headers, reason] of [
      [{ "cache-control": "no-store" }, "no_store"],
      [{ "x-ai-cache": "off" }, "no_store"],
      [{ "cache-control": "no-cache", "x-ai-cache": "read" }, "cache_off"],
      [{ "x-ai-cache-layers": "semantic" }, "layer_off"],
    ] as [Record<string, string>, string][]) {
      for (const stream of [false, true]) {
        const answer = await ask(gateway, question(undefined, { stream }), headers);
        expect([statusOf(answer), reasonOf(answer)]).toEqual(["BYPASS", reason]);
        expect(answer.headers["cache-status"]).toBe(`reprise; fwd=bypass; fwd-status=200; detail=${reason}`);
      }
    }
    expect(origin.callCount).toBe(8);
    expect(statusOf(await ask(gateway))).toBe("MISS");
  });

  test("no-cache and refresh fetch and replace what is stored", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan((call) => ({ salt: String(call.order) }));
    const first = await ask(gateway);
    for (const headers of [{ "cache-control": "no-cache" }, { "x-ai-cache": "refresh" }] as Record<string, string>[]) {
      const fetched = await ask(gateway, question(), headers);
      expect(statusOf(fetched)).toBe("REFRESH");
      expect(fetched.headers["cache-status"]).toBe("reprise; fwd=request; fwd-status=200; stored");
      expect(fetched.text).not.toBe(first.text);
      expect((await ask(gateway)).text).toBe(fetched.text);
    }
  });

  test("read does not write, write does not read", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    expect(reasonOf(await ask(gateway, question(), { "x-ai-cache": "read" }))).toBe("no_store");
    expect(statusOf(await ask(gateway, question(), { "x-ai-cache-ttl": "0" }))).toBe("MISS");
    expect(statusOf(await ask(gateway, question(), { "x-ai-cache": "write" }))).toBe("REFRESH");
    expect(statusOf(await ask(gateway, question(), { "x-ai-cache": "write" }))).toBe("REFRESH");
    expect(statusOf(await ask(gateway, question(), { "x-ai-cache": "read" }))).toBe("HIT");
    expect(origin.callCount).toBe(4);
  });

  test("only-if-cached: 504 without an entry, the entry with one, and never an origin call", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const only = { "cache-control": "only-if-cached" };
    for (const stream of [false, true]) {
      const missed = await ask(gateway, question(undefined, { stream }), only);
      expect([missed.status, JSON.parse(missed.text).error.code]).toEqual([504, "cache_miss"]);
      // SDKs ask again after every other 5xx.
      expect(missed.headers["x-should-retry"]).toBe("false");
    }
    expect(origin.callCount).toBe(0);
    await ask(gateway);
    expect(statusOf(await ask(gateway, question(), only))).toBe("HIT");
    const nowhere = await ask(gateway, question(), { "cache-control": "only-if-cached, no-store" });
    expect([nowhere.status, nowhere.headers["x-should-retry"]]).toEqual([504, "false"]);
    expect(origin.callCount).toBe(1);
  });

  test("min-fresh and max-age bound what is accepted; the ttl asked for is clamped to policy", async () => {
    const { origin, gateway } = await runBoth({ ...inMemory, layers: { exact: { maxTtl: "10m" } } });
    await ask(gateway, question(), { "x-ai-cache-ttl": "999999999999" });
    const hit = await ask(gateway);
    const ttl = Number(/ttl=(\d+)/.exec(String(hit.headers["cache-status"]))?.[1]);
    expect(ttl).toBeLessThanOrEqual(600);
    const fresh = await ask(gateway, question(), { "cache-control": "min-fresh=601" });
    expect([statusOf(fresh), fresh.headers["cache-status"]]).toEqual([
      "MISS",
      "reprise; fwd=request; fwd-status=200; stored",
    ]);
    expect(statusOf(await ask(gateway, question(), { "cache-control": "max-age=600, min-fresh=1" }))).toBe("HIT");
    expect(origin.callCount).toBe(2);
  });

  test("of two wishes the one that caches less wins, also when a field comes twice", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const answer = await ask(gateway, question(), {
      "cache-control": "max-age=100, no-store",
      "x-ai-cache": "read-write",
    });
    expect(statusOf(answer)).toBe("BYPASS");
    expect(statusOf(await ask(gateway))).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });

  test("variants: n answers are kept and the one asked for is given", async () => {
    const { origin, gateway } = await runBoth({
      ...inMemory,
      layers: { exact: { stochastic: "variants", variants: 3 } },
    });
    origin.plan((call) => ({ salt: String(call.order) }));
    const texts: string[] = [];
    for (let round = 0; round < 3; round++) texts.push((await ask(gateway)).text);
    expect(new Set(texts).size).toBe(3);
    expect(statusOf(await ask(gateway))).toBe("HIT");
    for (const [index, text] of texts.entries()) {
      const answer = await ask(gateway, question(), { "x-ai-cache-variant": String(index) });
      expect([statusOf(answer), answer.text]).toEqual(["HIT", text]);
    }
    expect(origin.callCount).toBe(3);
  });

  test("stochastic: skip bypasses, deterministic-only keeps what temperature 0 gave, force-zero sends it", async () => {
    const skip = await runBoth({ ...inMemory, layers: { exact: { stochastic: "skip" } } });
    expect(reasonOf(await ask(skip.gateway))).toBe("stochastic");
    expect(statusOf(await ask(skip.gateway, question(undefined, { temperature: 0 })))).toBe("MISS");
    const only = await runBoth({ ...inMemory, layers: { exact: { stochastic: "deterministic-only" } } });
    expect(reasonOf(await ask(only.gateway))).toBe("stochastic");
    expect(statusOf(await ask(only.gateway))).toBe("MISS");
    const force = await runBoth({ ...inMemory, layers: { exact: { stochastic: "force-zero" } } });
    expect(statusOf(await ask(force.gateway, question(undefined, { temperature: 0.7 })))).toBe("MISS");
    expect(force.origin.calls[0]?.json).toMatchObject({ temperature: 0 });
    expect(statusOf(await ask(force.gateway))).toBe("HIT");
  });

  test("I5: what is forwarded is what was asked, with usage wished for in a stream", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const body = question("forwarded ☃", {
      stream: true,
      temperature: 1.0,
      odd: [1e2, -0.5, null, true],
      logit_bias: { 50256: -100 },
    });
    await ask(gateway, body, { authorization: "Bearer sk-1", "openai-beta": "x", traceparent: "t" });
    expect(origin.calls[0]?.json).toEqual({ ...body, stream_options: { include_usage: true } });
    expect(origin.calls[0]?.headers).toMatchObject({
      authorization: "Bearer sk-1",
      "openai-beta": "x",
      traceparent: "t",
      "content-type": "application/json",
    });
  });
});
