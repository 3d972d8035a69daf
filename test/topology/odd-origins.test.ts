import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCache } from "../../src/cache.ts";
import { memory } from "../../src/stores/memory.ts";
import { Gate } from "../../src/testing/gate.ts";
import { setUp, until } from "./cache-harness.ts";

/** Origins that are well-meaning but unusual must not turn the cache against anybody's callers. */

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "a", object: "chat.completion.chunk", created: 1, model: "scripted-small", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
const sse = { "content-type": "text/event-stream" };

describe("an origin", () => {
  it("with a heartbeat that is no JSON gives its followers an error of the origin, and later callers an answer", async () => {
    const { origin, ask, read, eventsOf } = await setUp();
    const gate = new Gate();
    const body = `${event({ role: "assistant", content: "hi" })}data: \n\n${event({}, "stop")}data: [DONE]\n\n`;
    origin.plan([{ headers: sse, body, holds: [{ at: "headers", gate }] }]);
    const leader = ask({ stream: true });
    await origin.waitForCalls(1);
    const follower = read();
    await until(() => eventsOf("flight-join").length === 1);
    gate.release();
    expect((await leader).status).toBe(200);
    expect(await follower).toMatchObject({ status: 502 });
    // The origin did not fail, so nothing stands in the way of the next call.
    expect(await read({ stream: true })).toMatchObject({ status: 200, outcome: "MISS", error: undefined });
  });

  it("that echoes a bad request is not taken for one that refuses usage", async () => {
    const { origin, read } = await setUp();
    origin.plan((call) => {
      const asked = call.json as { temperature?: unknown };
      return asked.temperature === 9 ? { status: 422, body: { detail: [{ input: asked }] } } : undefined;
    });
    expect((await read({ stream: true, temperature: 9 })).status).toBe(422);
    await read({ stream: true });
    expect(JSON.stringify(origin.calls.at(-1)?.json)).toContain("include_usage");
    expect(JSON.parse((await read()).raw)).toHaveProperty("usage.total_tokens");
  });

  it("that told no usage in its stream is asked once more for a JSON body, which then serves both", async () => {
    const { origin, read } = await setUp();
    origin.plan([{ usage: null }]);
    await read({ stream: true });
    expect((await read({ stream: true })).outcome).toBe("HIT");
    expect((await read()).outcome).toBe("MISS");
    const hit = await read();
    expect(hit.outcome).toBe("HIT");
    expect(JSON.parse(hit.raw)).toHaveProperty("usage.total_tokens");
    expect((await read({ stream: true, stream_options: { include_usage: true } })).raw).toContain('"usage":{');
    expect(origin.callCount).toBe(2);
  });

  it("that refuses calls leaves nothing in the store, however many tags and namespaces they name", async () => {
    const store = memory();
    const { origin, read } = await setUp({ store });
    const { entries } = store.stats();
    origin.plan({ status: 401 });
    for (let count = 0; count < 5; count++) {
      const tags = Array.from({ length: 50 }, (_, index) => `t${count}-${index}`).join(",");
      await read(
        {},
        { headers: { authorization: `Bearer ${count}`, "x-ai-cache-tags": tags, "x-ai-cache-namespace": `n${count}` } },
      );
    }
    expect(store.stats().entries).toBe(entries);
  });

  it("that fails gives no answer older than its caller takes (RFC 9111 section 5.2.1.1)", async () => {
    const { clock, origin, read } = await setUp();
    await read();
    clock.advance(30_000);
    origin.plan({ status: 429 });
    expect(await read({}, { headers: { "cache-control": "max-age=10" } })).toMatchObject({ status: 429 });
  });

  it("is not called behind the back of a caller who said only-if-cached", async () => {
    const { clock, origin, read } = await setUp({ policy: { ttl: "1m", staleWhileRevalidate: "1h" } });
    await read();
    clock.advance(120_000);
    expect(await read({}, { headers: { "cache-control": "only-if-cached" } })).toMatchObject({ outcome: "STALE" });
    expect(origin.callCount).toBe(1);
  });

  it("that sends caching fields of its own does not speak for us", async () => {
    const { origin, read } = await setUp();
    const headers = {
      "cdn-cache-control": "public",
      "surrogate-control": "max-age=9",
      expires: "tomorrow",
      etag: '"x"',
      age: "77",
      "x-ai-cache-layer": "exact",
    };
    origin.plan({ headers });
    const reading = await read();
    for (const name of Object.keys(headers)) expect(reading.headers.get(name), name).toBeNull();
    expect(reading.headers.get("cache-control")).toBe("private, no-store");
  });
});

describe("an origin that does not stop", () => {
  async function endless(begin: string, go: string) {
    let closed = 0;
    const server = createServer((_request, response) => {
      response.writeHead(200, sse);
      response.write(begin);
      const more = (): void => {
        if (!response.destroyed) response.write(go, () => setImmediate(more));
      };
      more();
      response.on("close", () => closed++);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const cache = await createCache({ policy: { maxEntryBytes: "64kb" } });
    onTestFinished(async () => {
      await cache.close();
      server.closeAllConnections();
      server.close();
    });
    const ask = () =>
      cache.fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`, {
        method: "POST",
        body: JSON.stringify({ model: "scripted-small", stream: true, messages: [{ role: "user", content: "go" }] }),
      });
    return { ask, closed: () => closed };
  }

  it("after its terminal event is hung up on", async () => {
    const whole = `${event({ role: "assistant", content: "hi" })}${event({}, "stop")}data: [DONE]\n\n`;
    const { ask, closed } = await endless(whole, `: ${"ping".repeat(1_000)}\n\n`);
    expect(await (await ask()).text()).toBe(whole);
    await until(() => closed() === 1, "the end of the connection");
  });

  it("sending comments does not fill the memory: late callers are not given the start any more", async () => {
    const { ask, closed } = await endless(event({ role: "assistant", content: "hi" }), `: ${"ping".repeat(4_000)}\n\n`);
    const reader = (await ask()).body?.getReader();
    let seen = 0;
    while (seen < 2 * 1024 * 1024) seen += (await reader?.read())?.value?.length ?? 0;
    const second = (await ask()).body?.getReader();
    expect(Buffer.from((await second?.read())?.value ?? []).toString()).toContain('"role":"assistant"');
    await Promise.all([reader?.cancel(), second?.cancel()]);
    // The second caller was given a call of its own.
    await until(() => closed() === 2, "the end of both connections");
  });
});
