import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, fetch as undiciFetch } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CacheOptions, createCache } from "./cache.ts";

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const answer = JSON.stringify({
  object: "chat.completion",
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Hello." }, finish_reason: "stop" }],
});

/** A library cache before an origin that moved: below `/old` it answers 308. */
async function setUp(options: CacheOptions = {}) {
  const calls: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url = "", headers } = request;
    calls.push({ url, headers, body: Buffer.concat(chunks).toString() });
    if (url.startsWith("/old")) response.writeHead(308, { location: url.replace("/old", "/v1") }).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cache = await createCache(options);
  onTestFinished(async () => {
    await cache.close();
    server.closeAllConnections();
    server.close();
  });
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { calls, cache, at: (path = "/v1") => `${base}${path}/chat/completions` };
}

const post = (init: RequestInit = {}, content = "Hi"): RequestInit => ({
  method: "POST",
  headers: { authorization: "Bearer a", "content-type": "application/json" },
  body: JSON.stringify({ model: "m", messages: [{ role: "user", content }] }),
  ...init,
});
type HeaderFields = NonNullable<RequestInit["headers"]>;
const statusOf = (response: Response) => response.headers.get("x-ai-cache-status");

describe("what the caller asks of its fetch", () => {
  it("is asked of the fetch underneath: a dispatcher", async () => {
    const { cache, at } = await setUp({ fetch: undiciFetch as unknown as typeof fetch });
    let dispatched = 0;
    const agent = new Agent().compose((dispatch) => (options, handler) => {
      dispatched++;
      return dispatch(options, handler);
    });
    onTestFinished(() => agent.close());
    const init = { ...post(), dispatcher: agent } as object;
    expect(await (await cache.fetch(at(), init)).text()).toBe(answer);
    expect(dispatched).toBe(1);
    expect(statusOf(await cache.fetch(at(), init))).toBe("HIT");
    expect(dispatched).toBe(1);
  });

  it("is asked of the fetch underneath with everything that is not the call itself, of each its own", async () => {
    const seen: RequestInit[] = [];
    const cache = await createCache({
      fetch: async (_, init = {}) => {
        seen.push(init);
        return new Response(answer, { headers: { "content-type": "application/json" } });
      },
    });
    onTestFinished(() => cache.close());
    const { signal } = new AbortController();
    await cache.fetch("http://origin/v1/chat/completions", post({ keepalive: true, credentials: "include", signal }));
    await cache.fetch("http://origin/v1/chat/completions", post({ mode: "cors" }, "Ho"));
    expect(seen).toMatchObject([{ method: "POST", keepalive: true, credentials: "include" }, { mode: "cors" }]);
    expect(seen[1]).not.toHaveProperty("keepalive");
    expect(seen[0]?.signal).not.toBe(signal);
    expect(seen[0]?.headers).toMatchObject({ authorization: "Bearer a", "accept-encoding": "identity" });
  });

  it("follows a redirect, as fetch does unless told otherwise, with the same method and body", async () => {
    const { cache, calls, at } = await setUp();
    const response = await cache.fetch(at("/old"), post());
    expect([response.status, await response.text()]).toEqual([200, answer]);
    expect(calls.map(({ url }) => url)).toEqual(["/old/chat/completions", "/v1/chat/completions"]);
    expect(calls[1]?.body).toBe(calls[0]?.body);
    expect(calls[1]?.headers.authorization).toBe("Bearer a");
    expect(statusOf(await cache.fetch(at("/old"), post()))).toBe("HIT");
  });

  it.each<[string, (url: string) => [string | Request, RequestInit?]]>([
    ["in init", (url) => [url, post({ redirect: "manual" })]],
    ["in a Request", (url) => [new Request(url, post({ redirect: "manual" }))]],
  ])("hands on a redirect that it is told not to follow %s, and stores it not", async (_, argumentsFor) => {
    const { cache, at } = await setUp();
    for (let count = 0; count < 2; count++) {
      const response = await cache.fetch(...argumentsFor(at("/old")));
      expect([response.status, statusOf(response)]).toEqual([308, "MISS"]);
      expect(response.headers.get("location")).toBe("/v1/chat/completions");
    }
  });

  it("fails as an origin that cannot be reached where a redirect is an error", async () => {
    const { cache, at } = await setUp();
    await expect(cache.fetch(at("/old"), post({ redirect: "error" }))).rejects.toThrow(TypeError);
  });

  it("is the same for a Request, whose body is read once", async () => {
    const { cache, calls, at } = await setUp();
    for (const status of ["MISS", "HIT"])
      expect(statusOf(await cache.fetch(new Request(`${at()}?v=1#part`, post())))).toBe(status);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ url: "/v1/chat/completions?v=1", headers: { authorization: "Bearer a" } });
    expect(JSON.parse(calls[0]?.body ?? "")).toMatchObject({ model: "m" });
  });
});

describe("header fields", () => {
  it.each<[string, HeaderFields]>([
    ["a line break in a value", { "x-request-id": "1\nauthorization:Bearer a" }],
    ["a carriage return in a value", [["x-request-id", "1\r\nauthorization: Bearer a"]]],
    ["a NUL in a value", { "x-request-id": "\0" }],
    ["a character beyond a byte", { "x-request-id": "ä€" }],
    ["a space in a name", { "x request": "1" }],
    ["an empty name", [["", "1"]]],
  ])("are refused as by any fetch: %s", async (_, headers) => {
    const { cache, calls, at } = await setUp();
    await cache.fetch(at(), post());
    await expect(cache.fetch(at(), post({ headers }))).rejects.toThrow(TypeError);
    await expect(fetch(at(), post({ headers }))).rejects.toThrow(TypeError);
    expect(calls).toHaveLength(1);
  });

  it("are the same in any form: an object, pairs, Headers, and with white space around", async () => {
    const { cache, calls, at } = await setUp();
    const forms: HeaderFields[] = [
      { Authorization: "Bearer a", "X-Custom": "1, 2" },
      [
        ["authorization", " Bearer a\t"],
        ["x-custom", "1"],
        ["X-Custom", "2"],
      ],
      new Headers({ authorization: "Bearer a", "x-custom": "1, 2" }),
    ];
    for (const headers of forms) await cache.fetch(at(), post({ headers }));
    expect(calls).toHaveLength(1);
    expect(calls[0]?.headers).toMatchObject({ authorization: "Bearer a", "x-custom": "1, 2" });
  });
});

describe("a call that names no model", () => {
  it("is the origin's to answer, each time", async () => {
    const { cache, calls, at } = await setUp();
    const body = '{"messages":[{"role":"user","content":"Hi"}]}';
    for (let count = 0; count < 2; count++) {
      const response = await cache.fetch(at(), post({ body }));
      expect([response.status, statusOf(response)]).toEqual([200, "BYPASS"]);
    }
    expect(calls.map((call) => JSON.parse(call.body))).toEqual([JSON.parse(body), JSON.parse(body)]);
  });
});
