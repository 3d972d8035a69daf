import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer, chatPath, question, statusOf } from "./chat-call.ts";
import { exchange } from "./http-exchange.ts";
import { inMemory, runGateway } from "./running-gateway.ts";

/** X4: an upstream, or whoever sits on the way to it, that writes answers by hand. */

const body = JSON.stringify({
  id: "c",
  object: "chat.completion",
  created: 1,
  model: "scripted-large",
  choices: [{ index: 0, message: { role: "assistant", content: "hi" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** Answers each request with these lines of a head, and `body`. */
async function upstreamOf(lines: readonly string[], content = body) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      if (!data.toString("latin1").startsWith("POST")) return;
      const head = ["HTTP/1.1 200 OK", ...lines].join("\r\n");
      socket.write(Buffer.from(`${head}\r\n\r\n${content}`, "latin1"));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

const length = `Content-Length: ${Buffer.byteLength(body)}`;
const json = "Content-Type: application/json";

describe("X4: an answer whose head could be read in two ways is an error of the origin", () => {
  test.each([
    ["a bare CR in a value", [json, length, "X-A: a\rSet-Cookie: evil=1"]],
    ["a NUL in a value", [json, length, "X-A: a\u0000b"]],
    ["a space before the colon", [json, length, "Set-Cookie : evil=1"]],
    ["two lengths", [json, length, "Content-Length: 3"]],
    ["a length and chunks", [json, length, "Transfer-Encoding: chunked"]],
    ["a length that is none", [json, "Content-Length: -5"]],
    ["a head without an end of its size", [json, length, `X-A: ${"a".repeat(100_000)}`]],
  ])("%s", async (_, lines) => {
    const gateway = await runGateway(await upstreamOf(lines), inMemory);
    for (const path of [chatPath, "/v1/files"]) {
      const answer = await exchange(gateway.url + path, { body: question(), headers: bearer("one") });
      expect([path, answer.status]).toEqual([path, 502]);
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
    expect((await exchange(`${gateway.url}/healthz`)).status).toBe(200);
  });
});

describe("X4: what an origin says beside its answer", () => {
  const lines = [
    ...[
      json,
      length,
      "Set-Cookie: session=of-the-first-caller",
      "Connection: keep-alive, X-Hop",
      "X-Hop: 1",
      "Keep-Alive: timeout=9",
    ],
    ...[
      "Proxy-Authenticate: Basic",
      "X-RateLimit-Remaining: 3",
      "Cache-Control: public, max-age=999",
      "Surrogate-Key: evil",
    ],
    ...["Strict-Transport-Security: max-age=1", "X-AI-Cache-Status: HIT", "Cache-Status: evil; hit", "Age: 99"],
    ...["Access-Control-Allow-Origin: *", "X-Accel-Redirect: /secret"],
  ];

  test("reaches nobody by way of the cache, and steers nobody in front", async () => {
    const gateway = await runGateway(await upstreamOf(lines), inMemory);
    const first = await ask(gateway, question(), bearer("one"));
    const later = await ask(gateway, question(), bearer("one"));
    expect([statusOf(first), statusOf(later)]).toEqual(["MISS", "HIT"]);
    for (const { headers } of [first, later]) {
      expect(headers["cache-control"]).toBe("private, no-store");
      // RFC 9211 section 2: the one nearest to the client is the last.
      expect(String(headers["cache-status"]).split(", ").at(-1)).toMatch(/^reprise; /);
      for (const name of ["x-hop", "proxy-authenticate", "surrogate-key", "x-accel-redirect"])
        expect(headers[name]).toBeUndefined();
    }
    for (const name of [
      "set-cookie",
      "x-ratelimit-remaining",
      "strict-transport-security",
      "access-control-allow-origin",
    ])
      expect([name, later.headers[name]]).toEqual([name, undefined]);
  });

  test.each(["text/html", "image/svg+xml", "", 'a/b; x="<script>"'])(
    "of a type that a browser would run (%s) is not what the cache answers with",
    async (type) => {
      const gateway = await runGateway(await upstreamOf([`Content-Type: ${type}`, length]), inMemory);
      expect((await ask(gateway, question(), bearer("one"))).headers["cache-control"]).toBe("private, no-store");
      const later = await ask(gateway, question(), bearer("one"));
      expect([statusOf(later), later.headers["content-type"]]).toEqual(["HIT", "application/json"]);
      expect(later.headers["cache-control"]).toBe("private, no-store");
    },
  );
});

test("X10: an upstream that echoes the credential it was shown does not tell it to callers", async () => {
  const apiKey = "sk-behind-the-keys";
  const upstream = createHttpServer((request, response) => {
    const folds = request.url?.includes("files") === true;
    const said = JSON.stringify({ error: { message: `No such key: ${request.headers.authorization}` } });
    const encoding = folds ? { "content-encoding": "gzip" } : {};
    response.writeHead(401, {
      "content-type": "application/json",
      "x-echo": request.headers.authorization,
      ...encoding,
    });
    response.end(folds ? gzipSync(said) : said);
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    upstream.closeAllConnections();
    upstream.close();
  });
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/v1`;
  const gateway = await runGateway(
    { url },
    {
      ...{ ...inMemory, tenancy: { mode: "keys" } },
      upstreams: { openai: { url, apiKey } },
    },
  );
  const { key } = JSON.parse((await callAdmin(gateway, "/keys", { body: { tenant: "acme" } })).text);
  for (const path of [chatPath, "/v1/files"]) {
    const { status, text, headers } = await exchange(gateway.url + path, { body: question(), headers: bearer(key) });
    expect([path, status]).toEqual([path, 401]);
    expect(text).toContain("No such key: Bearer ****");
    expect(JSON.stringify([text, headers])).not.toContain(apiKey);
  }
});
