import { describe, expect, test } from "vitest";
import { canaryOf } from "../../src/testing/index.ts";
import { ask, bearer, question, statusOf } from "./chat-call.ts";
import { callsByResult } from "./metrics-page.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

const full = question("What is the tide?", { temperature: 0.5, max_tokens: 50, stop: ["a", "b"] });
const tool = (name: string, parameters: object = { type: "object" }) => ({
  type: "function",
  function: { name, parameters },
});

describe("N2: one changed dimension at a time", () => {
  test.each<[string, object, Record<string, string>?]>([
    ["model", { model: "scripted-small" }],
    ["the last message", { messages: [{ role: "user", content: "What is the tide??" }] }],
    ["white space in it", { messages: [{ role: "user", content: "What is the tide? " }] }],
    ["an accent in it", { messages: [{ role: "user", content: "Whát is the tide?" }] }],
    [
      "a system message",
      {
        messages: [
          { role: "system", content: "s" },
          { role: "user", content: "What is the tide?" },
        ],
      },
    ],
    ["role", { messages: [{ role: "developer", content: "What is the tide?" }] }],
    ["temperature", { temperature: 0.6 }],
    ["temperature null", { temperature: null }],
    ["max_tokens", { max_tokens: 51 }],
    ["order of stop", { stop: ["b", "a"] }],
    ["top_p", { top_p: 1 }],
    ["seed", { seed: 1 }],
    ["n", { n: 2 }],
    ["tools", { tools: [tool("a")] }],
    ["response_format", { response_format: { type: "json_object" } }],
    ["an unknown field", { field_of_tomorrow: true }],
    ["an unknown header", {}, { "x-provider-option": "1" }],
    ["a keyed header", {}, { "openai-organization": "org-1" }],
    ["the namespace", {}, { "x-ai-cache-namespace": "n" }],
    ["the version label", {}, { "x-ai-cache-version": "v2" }],
    ["the credential", {}, { authorization: "Bearer sk-2" }],
    ["a second credential", {}, { "x-api-key": "k" }],
    ["no credential", {}, { authorization: "" }],
  ])("%s: another call", async (_, change, headers = {}) => {
    const { origin, gateway } = await runBoth(inMemory);
    await ask(gateway, full, bearer("sk-1"));
    const answer = await ask(gateway, { ...full, ...change }, { ...bearer("sk-1"), ...headers });
    expect([answer.status, statusOf(answer)]).toEqual([200, "MISS"]);
    expect(origin.callCount).toBe(2);
  });

  test("semantics/Key: big integers that doubles cannot tell apart are told apart", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const text = (seed: string) => Buffer.from(JSON.stringify(full).replace("{", `{"seed":${seed},`));
    expect(statusOf(await ask(gateway, text("9007199254740992")))).toBe("MISS");
    expect(statusOf(await ask(gateway, text("9007199254740993")))).toBe("MISS");
    expect(origin.calls.map((call) => Buffer.from(call.body).toString().includes("9007199254740993"))).toEqual([
      false,
      true,
    ]);
  });

  test("order of tools, and of keys in their schemas, counts", async () => {
    const { gateway } = await runBoth(inMemory);
    const both = (tools: readonly object[]) => question("tools", { tools });
    const schema = { type: "object", properties: { b: {}, a: {} } };
    const sorted = { type: "object", properties: { a: {}, b: {} } };
    expect(statusOf(await ask(gateway, both([tool("a", schema), tool("b")])))).toBe("MISS");
    expect(statusOf(await ask(gateway, both([tool("b"), tool("a", schema)])))).toBe("MISS");
    expect(statusOf(await ask(gateway, both([tool("a", sorted), tool("b")])))).toBe("MISS");
    expect(statusOf(await ask(gateway, both([tool("a", schema), tool("b")])))).toBe("HIT");
  });

  test.each<[string, object, Record<string, string>?]>([
    ["user", { user: "u-1" }],
    ["stream", { stream: true }],
    ["stream_options", { stream: true, stream_options: { include_usage: true } }],
    ["metadata", { metadata: { a: "b" } }],
    ["safety_identifier", { safety_identifier: "s" }],
    ["prompt_cache_key", { prompt_cache_key: "p" }],
    ["service_tier", { service_tier: "flex" }],
    ["X-AI-User", {}, { "x-ai-user": "u-1" }],
    [
      "tracing headers",
      {},
      { traceparent: "00-1", "x-request-id": "r", "user-agent": "other", "x-stainless-retry-count": "1" },
    ],
    ["headers of proxies", {}, { "x-forwarded-for": "10.0.0.1", via: "1.1 x", forwarded: "for=1" }],
  ])("%s: the same call", async (_, change, headers = {}) => {
    const { origin, gateway } = await runBoth(inMemory);
    await ask(gateway, full, bearer("sk-1"));
    expect(statusOf(await ask(gateway, { ...full, ...change }, { ...bearer("sk-1"), ...headers }))).toBe("HIT");
    expect(origin.callCount).toBe(1);
  });

  test("semantics/Privacy: perUser keeps the users of one credential apart", async () => {
    const { origin, gateway } = await runBoth({ ...inMemory, layers: { exact: { perUser: true } } });
    for (const headers of [{ "x-ai-user": "a" }, { "x-ai-user": "b" }] as Record<string, string>[]) {
      expect(statusOf(await ask(gateway, full, headers))).toBe("MISS");
      expect(statusOf(await ask(gateway, full, headers))).toBe("HIT");
    }
    expect(statusOf(await ask(gateway, { ...full, user: "a" }))).toBe("HIT");
    expect(statusOf(await ask(gateway, { ...full, user: 1 }))).toBe("MISS");
    expect(statusOf(await ask(gateway, { ...full, user: 2 }))).toBe("MISS");
    for (const _ of [1, 2]) expect(statusOf(await ask(gateway, full))).toBe("BYPASS");
    expect(origin.callCount).toBe(6);
  });
});

describe("I1: different credentials never share", () => {
  test("no byte of one tenant's answers reaches another, whatever the form and order", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const keys = Array.from({ length: 8 }, (_, index) => `sk-tenant-${index}`);
    const canaries = keys.map((key) => canaryOf(`Bearer ${key}`));
    const calls = keys.flatMap((key, owner) =>
      [false, true, false].flatMap((stream) =>
        ["one", "two"].map(async (text) => ({
          owner,
          answer: await ask(gateway, question(text, { stream }), bearer(key)),
        })),
      ),
    );
    for (const { owner, answer } of await Promise.all(calls)) {
      const everything = `${answer.rawHeaders.join("\n")}\n${answer.text.replaceAll(/"\}[^"]*data: [^\n]*"content":"/g, "")}`;
      expect(answer.status).toBe(200);
      for (const [index, canary] of canaries.entries()) expect(everything.includes(canary)).toBe(index === owner);
    }
    expect(origin.callCount).toBe(16);
    expect(await callsByResult(gateway)).toMatchObject({ miss: 16 });
  });

  test("the origin's own headers go to the leader, not to those who joined or hit", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan({
      headers: { "x-ratelimit-remaining": "7", "set-cookie": "session=secret", "openai-organization": "org-secret" },
    });
    const first = await ask(gateway);
    const hit = await ask(gateway);
    expect(first.headers).toMatchObject({ "x-ratelimit-remaining": "7", "set-cookie": ["session=secret"] });
    for (const name of ["x-ratelimit-remaining", "set-cookie", "openai-organization", "x-request-id"])
      expect(hit.headers).not.toHaveProperty(name);
  });
});
