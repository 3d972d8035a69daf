import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { text as readAll } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { request as send } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Gate } from "./gate.ts";
import { type ScriptedOrigin, startScriptedOrigin } from "./scripted-origin.ts";
import type { PlannedReply } from "./scripted-plan.ts";

let origin: ScriptedOrigin;

beforeEach(async () => {
  origin = await startScriptedOrigin();
});
afterEach(() => origin.close());

const question = { model: "m", messages: [{ role: "user", content: "Tell me of the sea 🌊" }] };

function post(stream: boolean, signal?: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ ...question, stream });
  return fetch(`${origin.url}/chat/completions`, { method: "POST", body, ...(signal && { signal }) });
}

interface Received {
  readonly body: string;
  /** Whether the body ended properly. */
  readonly whole: boolean;
}

/** What arrives over a bare connection: unlike `fetch`, it gives out every byte that came before a failure. */
async function answerTo(stream: boolean, plan: PlannedReply): Promise<Received> {
  origin.plan(plan);
  const { promise, resolve } = Promise.withResolvers<Received>();
  const chunks: Uint8Array[] = [];
  const end = (whole: boolean) => resolve({ body: Buffer.concat(chunks).toString("latin1"), whole });
  const request = httpRequest(`${origin.url}/chat/completions`, { method: "POST", agent: false }, (response) => {
    response.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    response.on("error", () => end(false));
    response.on("end", () => end(response.complete));
  });
  request.on("error", () => end(false));
  request.end(JSON.stringify({ ...question, stream }));
  return promise;
}

describe("a gate", () => {
  test("holds a stream at a chunk, says so, and lets it go on", async () => {
    const gate = new Gate();
    origin.plan({ content: "one two three", holds: [{ at: 2, gate }] });
    const response = await post(true);
    await gate.reached();
    const reader = (response.body ?? expect.fail("no body")).getReader();
    const decoder = new TextDecoder();
    let body = "";
    while (!body.includes('"one"')) body += decoder.decode((await reader.read()).value, { stream: true });
    expect(body).not.toContain("two");
    gate.release();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      body += decoder.decode(value, { stream: true });
    }
    expect(body).toContain(" three");
    expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  test("holds several calls, whose number shows as concurrency", async () => {
    const gate = new Gate();
    origin.plan({ holds: [{ at: "headers", gate }] });
    const answers = [post(false), post(false), post(true)];
    await gate.reached(3);
    expect(gate.arrivals).toBe(3);
    gate.release();
    for (const answer of answers) expect(await (await answer).text()).not.toBe("");
    expect([...origin.concurrencyHighWater.values()].sort()).toEqual([1, 2]);
  });

  test("notices a client that leaves", async () => {
    const gate = new Gate();
    origin.plan({ holds: [{ at: 1, gate }] });
    const leaving = new AbortController();
    const response = await post(true, leaving.signal);
    await gate.reached();
    leaving.abort();
    await expect(response.text()).rejects.toThrow();
    expect(await origin.calls[0]?.ended).toBe("aborted");
    expect(origin.calls[0]?.aborted).toBe(true);
  });

  test("does not keep the origin from closing", async () => {
    origin.plan({ holds: [{ at: "headers", gate: new Gate() }] });
    const answer = post(false).catch(() => "gone");
    await origin.waitForCalls(1);
    await origin.close();
    expect(await answer).toBe("gone");
    origin = await startScriptedOrigin();
  });
});

describe("a connection that breaks", () => {
  test.each([
    ["fin", true],
    ["fin", false],
    ["rst", true],
    ["rst", false],
  ] as const)("by %s after some bytes, stream %s", async (how, stream) => {
    const { body, whole } = await answerTo(stream, { cut: { afterBytes: 120, how } });
    expect(whole).toBe(false);
    expect(body.length).toBeLessThanOrEqual(120);
    expect(await origin.calls[0]?.ended).toBe("cut");
  });

  test("by FIN delivers exactly what was planned before it", async () => {
    const whole = (await answerTo(true, {})).body;
    for (const afterBytes of [0, 1, 200, 201, whole.length - 1]) {
      const { body } = await answerTo(true, { cut: { afterBytes, how: "fin" } });
      expect(body).toBe(whole.slice(0, afterBytes));
    }
    const { body } = await answerTo(true, { cut: { afterChunks: 2, how: "fin" } });
    expect(body.split("\n\n")).toHaveLength(3);
  });

  test("after the terminal event has still said everything", async () => {
    const { body, whole } = await answerTo(true, { cut: { how: "rst", delayMs: 5 } });
    expect(whole).toBe(false);
    expect(body.endsWith("data: [DONE]\n\n")).toBe(true);
  });
});

describe("an answer that is wrong", () => {
  test("by an error event in a stream", async () => {
    const { body, whole } = await answerTo(true, { errorEvent: { atChunk: 3 } });
    expect(whole).toBe(true);
    const blocks = body.trimEnd().split("\n\n");
    expect(blocks).toHaveLength(4);
    expect(JSON.parse(blocks[3]?.slice(6) ?? "")).toMatchObject({ error: { type: "server_error" } });
  });

  test("by the lack of a terminal event", async () => {
    expect((await answerTo(true, { terminal: false })).body).not.toContain("[DONE]");
  });

  test("by its content type, length and headers", async () => {
    origin.plan({ headers: { "content-type": "text/html", "set-cookie": ["a=1", "b=2"], "x-request-id": null } });
    const response = await post(false);
    expect(response.headers.get("content-type")).toBe("text/html");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.headers.has("x-request-id")).toBe(false);
    await response.text();
    expect((await answerTo(false, { contentLength: 100_000, cut: { how: "fin" } })).whole).toBe(false);
  });

  test("by its compression", async () => {
    for (const stream of [false, true]) {
      const plain = await answerTo(stream, {});
      const { body } = await answerTo(stream, { gzip: "whole" });
      expect(gunzipSync(Buffer.from(body, "latin1")).toString("latin1")).toBe(plain.body);
      const truncated = await answerTo(stream, { gzip: "truncated" });
      expect(truncated.whole).toBe(true);
      expect(() => gunzipSync(Buffer.from(truncated.body, "latin1"))).toThrow("unexpected end of file");
    }
  });

  test("by not being HTTP at all", async () => {
    origin.plan({ wire: "NONSENSE\r\n\r\n" });
    await expect(post(false)).rejects.toThrow();
    const socket = connect(origin.port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    expect(await readAll(socket)).toBe("NONSENSE\r\n\r\n");
  });
});

describe("the same answer in other forms", () => {
  test("cut at every byte is the same", async () => {
    const whole = await answerTo(true, {});
    expect(await answerTo(true, { writeSizes: [1] })).toEqual(whole);
    expect(await answerTo(true, { writeSizes: [3, 1, 7] })).toEqual(whole);
  });

  test("late and slow is the same", async () => {
    const whole = await answerTo(true, {});
    expect(await answerTo(true, { latencyMs: 1, paceMs: 1 })).toEqual(whole);
  });

  test("with comments and other line ends carries the same events", async () => {
    const { body } = await answerTo(true, {});
    const commented = await answerTo(true, { keepAlive: true });
    expect(commented.body.replaceAll(": keep-alive\n\n", "")).toBe(body);
    const returned = await answerTo(true, { lineEnding: "\r\n" });
    expect(returned.body).toBe(body.replaceAll("\n", "\r\n"));
  });

  test("as any bytes", async () => {
    const body = new Uint8Array([0, 255, 128, 10]);
    origin.plan({ body, headers: { "content-type": "text/event-stream" } });
    const response = await send(`${origin.url}/chat/completions`, { method: "POST", body: "{}" });
    expect(new Uint8Array(await response.body.arrayBuffer())).toEqual(body);
    expect(response.headers["content-type"]).toBe("text/event-stream");
  });

  test("without a body where the method has none", async () => {
    const response = await send(`${origin.url}/models`, { method: "HEAD" });
    expect(response.statusCode).toBe(200);
    expect(await response.body.text()).toBe("");
  });
});
