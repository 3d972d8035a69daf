import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { errors, MockAgent } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { sourceOf } from "../simulate/log-records.ts";
import { type Warmed, type WarmOptions, warmFile } from "./warm-file.ts";

const call = (text: string) => ({ model: "m", messages: [{ role: "user", content: text }] });

async function gatewayThat(answers: RequestListener): Promise<string> {
  const server = createServer(answers).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Asks for one call after the other; `end` after them: the file cannot be read on. */
function warm(url: string, texts: readonly string[], more: Partial<WarmOptions> = {}, end?: Error): Promise<Warmed> {
  async function* lines() {
    yield Buffer.from(texts.map((text) => `${JSON.stringify(call(text))}\n`).join(""));
    if (end !== undefined) throw end;
  }
  const options = { url, headers: {}, path: "/v1/chat/completions", concurrency: 1, dispatcher: undefined, ...more };
  return warmFile(
    sourceOf("calls.jsonl", undefined, () => Readable.from(lines())),
    options,
    () => {},
  );
}

/** What is asked for. */
const wantedOf = async (request: AsyncIterable<Buffer>): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString()).messages[0].content;
};

const kept = { "cache-status": "reprise; fwd=uri-miss; fwd-status=200; stored", "x-ai-cache-status": "MISS" };

describe("warmFile", () => {
  it("counts by what the answers say of themselves, and guesses nothing of those that say nothing", async () => {
    const fields: Readonly<Record<string, Record<string, string>>> = {
      kept,
      cut: {
        "cache-status": "reprise; fwd=uri-miss; fwd-status=200; detail=finish_length",
        "x-ai-cache-status": "MISS",
        "x-ai-cache-reason": "finish_length",
      },
      there: { "cache-status": "cdn; fwd=miss; stored, reprise; hit; ttl=9; detail=exact", "x-ai-cache-status": "HIT" },
      // The store is slow, so that nobody knows yet.
      slow: {
        "cache-status": "reprise; fwd=uri-miss; fwd-status=200",
        "x-ai-cache-status": "MISS",
        "x-ai-cache-reason": "absent",
      },
      // In a shared scope it is told to nobody.
      shared: { "cache-status": "reprise; detail=shared" },
      passed: {},
    };
    const url = await gatewayThat(async (request, response) => {
      response.writeHead(200, fields[await wantedOf(request)]).end("{}");
    });
    const warmed = await warm(url, Object.keys(fields));
    expect(warmed).toMatchObject({ calls: 6, stored: 1, there: 1, untold: 2, failed: 0 });
    expect(warmed.unstored).toEqual({ finish_length: 1, "not a cached path": 1 });
  });

  it("goes on behind an answer that breaks off", async () => {
    const url = await gatewayThat(async (request, response) => {
      const isCut = (await wantedOf(request)) === "cut";
      response.writeHead(200, { ...kept, ...(isCut && { "content-length": "9" }) });
      response.write("{}", () => (isCut ? response.destroy() : response.end()));
    });
    const warmed = await warm(url, ["cut", "whole"]);
    expect(warmed).toMatchObject({ calls: 2, stored: 1, failed: 1 });
    expect(warmed.faults).toEqual([expect.stringMatching(/^line 1: .*broke off/)]);
  });

  it("goes on behind an answer that does not come", async () => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    const pool = dispatcher.get("http://gateway.test");
    const place = { path: "/v1/chat/completions", method: "POST" };
    pool.intercept(place).replyWithError(new errors.HeadersTimeoutError());
    pool.intercept(place).reply(200, "{}", { headers: kept });
    const warmed = await warm("http://gateway.test", ["slow", "quick"], { dispatcher });
    expect(warmed).toMatchObject({ calls: 2, stored: 1, failed: 1 });
  });

  it("tells what was done before the gateway went away, or before the file could not be read on", async () => {
    const url = await gatewayThat((_, response) => void response.writeHead(200, kept).end("{}"));
    const damaged = await warm(url, ["one", "two"], {}, Object.assign(new Error("io"), { code: "EIO" }));
    expect(damaged).toMatchObject({ calls: 2, stored: 2, stopped: expect.stringMatching(/cannot be read: EIO/) });

    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    const pool = dispatcher.get("http://gateway.test");
    const place = { path: "/v1/chat/completions", method: "POST" };
    pool.intercept(place).reply(200, "{}", { headers: kept });
    pool.intercept(place).replyWithError(Object.assign(new Error("gone"), { code: "ECONNREFUSED" }));
    const left = await warm("http://gateway.test", ["one", "two", "three"], { dispatcher });
    expect(left).toMatchObject({ calls: 1, stored: 1, stopped: expect.stringMatching(/No gateway answers/) });
  });

  it("throws where nobody is there, or nothing can be read", async () => {
    await expect(warm("http://127.0.0.1:1", ["one"])).rejects.toThrow(/No gateway answers/);
    await expect(warm("http://127.0.0.1:1", [], {}, new Error("io"))).rejects.toThrow(/cannot be read/);
  });
});
