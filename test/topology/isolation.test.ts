import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directiveHeaders } from "../../src/core/directives.ts";
import { classifyHeader } from "../../src/policy/scope.ts";
import { openAiChat } from "../../src/protocols/openai-chat.ts";
import { canaryOf } from "../../src/testing/scripted-text.ts";
import { question, readResponse, setUp } from "./cache-harness.ts";

/** What reaches the origin is what was keyed, and nobody gets what was computed for another (I1, N2, N8). */

const plain = { authorization: "Bearer one", "content-type": "application/json" };
/** What `fetch` itself adds. */
const ofTheConnection = [
  "host",
  "connection",
  "content-length",
  "sec-fetch-mode",
  "accept-language",
  "accept",
  "user-agent",
];

describe("what reaches the origin", () => {
  it("has only credentials, keyed and neutral headers, and nothing that speaks to the cache", async () => {
    const { origin, read } = await setUp();
    const headers = {
      ...plain,
      "x-api-key": "key",
      "openai-organization": "org",
      "x-feature": "on",
      "x-request-id": "r1",
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "user-agent": "sdk/1",
      "x-forwarded-for": "10.0.0.1",
      "cf-ray": "1",
      via: "1.1 proxy",
      "if-none-match": '"x"',
      origin: "https://example.com",
      pragma: "no-cache",
      "cache-control": "max-age=60",
      "x-ai-cache": "read-write",
      "x-ai-cache-ttl": "60",
      "x-ai-cache-layers": "exact",
      "x-ai-cache-threshold": "0.9",
      "x-ai-cache-namespace": "n",
      "x-ai-cache-version": "v",
      "x-ai-cache-tags": "a",
      "x-ai-cache-variant": "0",
      "x-ai-cache-unknown": "1",
      "x-ai-user": "u",
    };
    expect((await read({}, { headers })).status).toBe(200);
    const received = origin.calls[0]?.headers ?? {};
    for (const name of Object.keys(received)) {
      if (ofTheConnection.includes(name) || name === "content-type" || name === "accept-encoding") continue;
      expect(["credential", "keyed", "neutral"], name).toContain(classifyHeader(name, openAiChat.keyedHeaders));
      expect(received[name]).toBe((headers as Record<string, string>)[name]);
    }
    for (const name of [...directiveHeaders, "x-ai-cache-unknown"]) {
      // The platform's own fetch may add these two to a request that says nothing of them.
      if (name === "cache-control" || name === "pragma") expect(received[name] ?? "no-cache").toBe("no-cache");
      else expect(received[name], name).toBeUndefined();
    }
    for (const name of ["x-api-key", "openai-organization", "x-feature", "x-request-id", "traceparent", "user-agent"]) {
      expect(received[name]).toBe((headers as Record<string, string>)[name]);
    }
    expect(received["accept-encoding"]).toBe("identity");
  });

  it("is the body that was sent, with usage asked for where it streams", async () => {
    const { origin, read } = await setUp();
    const body = {
      temperature: 1.0,
      max_tokens: 100,
      seed: 7,
      unknown_field: { b: [1, { z: 1, a: null }], a: "ü🌊" },
      metadata: { k: "v" },
      user: "u",
      service_tier: "flex",
      tools: [
        { type: "function", function: { name: "f", parameters: { type: "object", properties: { z: {}, a: {} } } } },
      ],
    };
    await read(body);
    expect(origin.calls[0]?.json).toEqual({ ...question, ...body });
    await read({ ...body, temperature: 0.5, stream: true });
    expect(origin.calls[1]?.json).toEqual({
      ...question,
      ...body,
      temperature: 0.5,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(Buffer.from(origin.calls[0]?.body ?? []).toString()).toContain('"properties":{"z":{},"a":{}}');
    await read({ ...body, stream: true }, { headers: { "cache-control": "no-store" } });
    expect(origin.calls[2]?.json).toEqual({ ...question, ...body, stream: true });
  });

  it("keeps its query, which is part of the key", async () => {
    const { origin, read } = await setUp();
    expect((await read({}, { query: "?api-version=1" })).outcome).toBe("MISS");
    expect((await read({}, { query: "?api-version=2" })).outcome).toBe("MISS");
    expect((await read({}, { query: "?api-version=1" })).outcome).toBe("HIT");
    expect(origin.calls.map(({ path }) => path)).toEqual([
      "/v1/chat/completions?api-version=1",
      "/v1/chat/completions?api-version=2",
    ]);
  });

  it("is untouched where it is no call to a model", async () => {
    const { cache, origin } = await setUp();
    const models = await cache.fetch(`${origin.url}/models`, { headers: { ...plain, "x-ai-cache": "off" } });
    expect(models.headers.get("x-ai-cache-status")).toBeNull();
    expect(origin.calls[0]?.headers["x-ai-cache"]).toBe("off");
    const form = new FormData();
    form.append("file", new Blob(["x"]));
    await (await cache.fetch(`${origin.url}/files`, { method: "POST", body: form })).text();
    const streamed = await cache.fetch(`${origin.url}/chat/completions`, {
      method: "POST",
      headers: plain,
      body: new Blob([JSON.stringify(question)]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(streamed.status).toBe(200);
    expect(streamed.headers.get("x-ai-cache-status")).toBeNull();
    expect(origin.callCount).toBe(3);
  });

  it("is the same for every way of calling fetch", async () => {
    const { cache, origin } = await setUp();
    const url = `${origin.url}/chat/completions`;
    const text = JSON.stringify(question);
    const headers = plain;
    const ways: (readonly [string | URL | Request, RequestInit?])[] = [
      [url, { method: "POST", headers, body: text }],
      [new URL(url), { method: "post", headers: new Headers(headers), body: Buffer.from(text) }],
      [
        `${url}#part`,
        { method: "POST", headers: Object.entries(headers), body: new TextEncoder().encode(text).buffer },
      ],
      [new Request(url, { method: "POST", headers, body: text })],
      [new Request(url, { method: "POST", body: "{}" }), { headers, body: text }],
    ];
    const outcomes: (string | null)[] = [];
    for (const [input, init] of ways) outcomes.push((await readResponse(await cache.fetch(input, init))).outcome);
    expect(outcomes).toEqual(["MISS", "HIT", "HIT", "HIT", "HIT"]);
    expect(origin.callCount).toBe(1);
  });

  it("is nothing for a request that is none: 400 in the protocol's words", async () => {
    const { cache, origin } = await setUp();
    for (const body of [
      "{",
      "[]",
      '{"model":"m","model":"n","messages":[]}',
      '{"model":1,"messages":[{}]}',
      '{"model":"m"}',
    ]) {
      const response = await cache.fetch(`${origin.url}/chat/completions`, { method: "POST", headers: plain, body });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: { type: "invalid_request_error", message: expect.any(String) },
      });
    }
    expect(origin.callCount).toBe(0);
  });
});

describe("two principals", () => {
  it("never share a byte, at the same time or one after the other (I1, N2, N8)", async () => {
    const { origin, read } = await setUp();
    const whom = [
      { authorization: "Bearer one" },
      { authorization: "Bearer two" },
      { authorization: "Bearer one", "x-api-key": "k" },
      { authorization: "Bearer one", cookie: "session=1" },
    ];
    for (const form of [{}, { stream: true }]) {
      for (let round = 0; round < 2; round++) {
        const readings = await Promise.all(
          whom.map((headers) => read(form, { headers: headers as Record<string, string> })),
        );
        for (const [index, reading] of readings.entries()) {
          const own = canaryOf(whom[index]?.authorization);
          expect(reading.text).toContain(own);
          for (const { authorization } of whom) {
            if (authorization !== whom[index]?.authorization)
              expect(reading.raw).not.toContain(canaryOf(authorization));
          }
        }
      }
    }
    expect(origin.callCount).toBe(whom.length);
  });
});

describe("any change", () => {
  const keyedBody: readonly object[] = [
    { model: "scripted-large" },
    { messages: [{ role: "user", content: "Where is the bay?" }] },
    { temperature: 0.1 },
    { temperature: 0 },
    { top_p: 0.5 },
    { n: 2 },
    { seed: 1 },
    { seed: 2 },
    { max_tokens: 5 },
    { tools: [{ type: "function", function: { name: "f" } }] },
    { response_format: { type: "json_object" } },
    { brand_new_field: 1 },
    { brand_new_field: "1" },
  ];
  const droppedBody: readonly object[] = [
    { stream: true },
    { stream: true, stream_options: { include_usage: true } },
    { user: "u" },
    { metadata: { a: "b" } },
    { safety_identifier: "s" },
    { prompt_cache_key: "p" },
    { service_tier: "flex" },
    { stream: null },
  ];
  const keyedHeaders: readonly Record<string, string>[] = [
    { "openai-organization": "o" },
    { "openai-project": "p" },
    { "openai-beta": "b" },
    { "x-unknown": "1" },
    { "x-unknown": "2" },
    { "x-ai-cache-namespace": "n" },
    { "x-ai-cache-version": "n" },
    { authorization: "Bearer other" },
  ];
  const droppedHeaders: readonly Record<string, string>[] = [
    { "user-agent": "other/2" },
    { "x-request-id": "r2" },
    { "x-stainless-retry-count": "3" },
    { "x-forwarded-for": "10.1.1.1" },
    { "x-ai-cache-tags": "t" },
    { "x-ai-user": "someone" },
    { "accept-encoding": "br" },
    { "cache-control": "max-age=1000" },
  ];

  it("to what is keyed is another answer; to what is dropped it is not (N2)", async () => {
    const { origin, read } = await setUp();
    const answered = new Map<string, string>();
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.option(fc.constantFrom(...keyedBody), { nil: {} }),
        fc.option(fc.constantFrom(...droppedBody), { nil: {} }),
        fc.option(fc.constantFrom(...keyedHeaders), { nil: {} }),
        fc.option(fc.constantFrom(...droppedHeaders), { nil: {} }),
        async (keyed, dropped, keyedHeader, droppedHeader) => {
          const identity = JSON.stringify([keyed, keyedHeader]);
          const headers = { "user-agent": "test/1", ...droppedHeader, ...keyedHeader };
          const reading = await read({ ...keyed, ...dropped }, { headers });
          expect(reading.outcome).toBe(answered.has(identity) ? "HIT" : "MISS");
          expect(reading.text).toBe(answered.get(identity) ?? reading.text);
          if (!answered.has(identity)) calls++;
          answered.set(identity, reading.text);
          expect(origin.callCount).toBe(calls);
        },
      ),
      { seed: 1, numRuns: 400 },
    );
    expect(calls).toBeGreaterThan(20);
  });
});
