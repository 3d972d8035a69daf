import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { ask, chatPath, question, statusOf } from "./chat-call.ts";
import { curl } from "./curl.ts";
import { begin, exchange } from "./http-exchange.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { runBoth, runGateway, runOrigin } from "./running-gateway.ts";

const base = { url: "" };

describe("routes: every other path passes through untouched", () => {
  test.each([
    "/v1/models",
    "/v1/files/a%2Fb%20c",
    "/v1/files/%zz",
    "/v1/files/%",
    "/v1//double//slash",
    "/v1/a/../b/./c",
    '/v1/{x}|y^`"<>',
    "/v1/x?a='b'&c=%zz&d=a+b&e=%2F&&=",
    "/v1/x?",
    "/v1?x=1",
    "/v1",
    "/v1/caf%C3%A9",
    `/v1/long/${"a".repeat(5_000)}`,
    "/v1/x;p=1,2:@!$()*~",
    "/V1/Chat/Completions",
    "/v1/chat/completions/",
    "/v1/chat/completions/abc",
  ])("the target arrives as it was written: %s", async (target) => {
    const { origin, gateway } = await runBoth();
    const connection = await openConnection(gateway);
    connection.socket.write(requestText(target, "x", ["Connection: close"], "PUT"));
    await connection.closed;
    expect(connection.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(origin.calls.map(({ path, method }) => `${method} ${path}`)).toEqual([`PUT ${target}`]);
  });

  test.each(["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "QUERY", "TRACE", "SEARCH", "PURGE"])(
    "%s arrives with its body",
    async (method) => {
      const { origin, gateway } = await runBoth();
      const body = method === "TRACE" ? "" : "some bytes";
      const connection = await openConnection(gateway);
      connection.socket.write(requestText("/v1/things?x=1", body, ["Connection: close"], method));
      await connection.closed;
      expect(connection.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(origin.calls[0]).toMatchObject({ method, path: "/v1/things?x=1", bodyLength: body.length });
    },
  );

  test.each(["", "text", "text/plain;charset", "a/b/c", ";;", "application/json, text/html"])(
    "the content type arrives as it was written: %j",
    async (type) => {
      const { origin, gateway } = await runBoth();
      const headers = { "content-type": type };
      expect((await exchange(`${gateway.url}/v1/audio`, { body: "x", headers })).status).toBe(200);
      expect(origin.calls[0]?.headers["content-type"]).toBe(type);
      expect((await exchange(gateway.url + chatPath, { body: question(), headers })).status).toBe(200);
    },
  );

  test("status, headers and duplicates come back as the origin sent them", async () => {
    const { origin, gateway } = await runBoth();
    const headers = {
      "set-cookie": ["a=1", "b=2"],
      etag: '"v1"',
      connection: "x-hop",
      "x-hop": "1",
    };
    origin.plan({ status: 418, headers, body: { teapot: true } });
    const answer = await exchange(`${gateway.url}/v1/brew`);
    expect([answer.status, answer.text]).toEqual([418, '{"teapot":true}']);
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(answer.headers).toMatchObject({ etag: '"v1"', "content-length": "15" });
    expect(answer.headers).not.toHaveProperty("x-hop");
    expect(answer.headers).not.toHaveProperty("x-ai-cache-status");
  });

  test.each([false, true])("bytes of headers beyond ASCII come back as they were (cached route %s)", async (cached) => {
    const { origin, gateway } = await runBoth();
    const head = ["HTTP/1.1 200 OK", "content-type: text/event-stream", "x-latin: caf\xe9", "x-utf8: \xe2\x82\xac"];
    for (const end of [
      "transfer-encoding: chunked\r\n\r\n6\r\n: hi\n\n\r\n0\r\n\r\n",
      "content-length: 6\r\n\r\n: hi\n\n",
    ]) {
      origin.plan({ wire: Buffer.from(`${head.join("\r\n")}\r\n${end}`, "latin1") });
      const headers = cached ? { "cache-control": "no-store" } : {};
      const answer = await exchange(`${gateway.url}${cached ? chatPath : "/v1/x"}`, { body: question(), headers });
      expect([answer.status, answer.text]).toEqual([200, ": hi\n\n"]);
      expect(answer.headers).toMatchObject({ "x-latin": "caf\xe9", "x-utf8": "\xe2\x82\xac" });
    }
  });

  test("surface: what concerns the connection or the cache does not reach the origin, all else does", async () => {
    const { origin, gateway } = await runBoth();
    await exchange(`${gateway.url}/v1/embeddings`, {
      body: { input: "x" },
      headers: {
        authorization: "Bearer sk-1",
        "x-api-key": "k",
        cookie: "c=1",
        "x-custom": ["1", "2"],
        "cache-control": "max-age=5",
        "x-ai-cache": "off",
        "x-ai-cache-namespace": "secret-namespace",
        "x-ai-user": "somebody",
        connection: "x-private",
        "x-private": "1",
        te: "trailers",
        "keep-alive": "timeout=5",
      },
    });
    const { headers } = origin.calls[0]!;
    expect(headers).toMatchObject({
      authorization: "Bearer sk-1",
      "x-api-key": "k",
      cookie: "c=1",
      "x-custom": "1, 2",
      "cache-control": "max-age=5",
    });
    expect(headers["host"]).toBe(`127.0.0.1:${origin.port}`);
    for (const name of ["x-ai-cache", "x-ai-cache-namespace", "x-ai-user", "x-private", "te", "keep-alive"]) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  test.each([204, 304])("%s comes back without a body, on a connection that goes on", async (status) => {
    const { origin, gateway } = await runBoth();
    const bare = { "content-length": null, "content-type": null };
    origin.plan([{ status, body: "", headers: status === 304 ? { ...bare, etag: '"e"' } : bare }]);
    const connection = await openConnection(gateway);
    connection.socket.write(
      "GET /v1/nothing HTTP/1.1\r\nHost: g\r\n\r\nGET /v1/next HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n",
    );
    await connection.closed;
    expect(connection.received()).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*?\\r\\n\\r\\nHTTP/1\\.1 200 OK`));
  });

  test("HEAD comes back with the headers of the body it does not have", async () => {
    const { origin, gateway } = await runBoth();
    const answer = await exchange(`${gateway.url}/v1/models`, { method: "HEAD" });
    expect([answer.status, answer.body.length, origin.calls[0]?.method]).toEqual([200, 0, "HEAD"]);
    expect(Number(answer.headers["content-length"])).toBeGreaterThan(0);
  });

  test("operations answer HEAD themselves", async () => {
    const { origin, gateway } = await runBoth();
    for (const path of ["/healthz", "/readyz", "/metrics"]) {
      expect((await exchange(gateway.url + path, { method: "HEAD" })).status).toBe(200);
    }
    expect(origin.callCount).toBe(0);
  });

  test("semantics: embeddings, which have no cache yet, pass through untouched each time", async () => {
    const { origin, gateway } = await runBoth();
    const body = '{"input":  ["a", "a"], "model": "e", "n": 1.0}';
    for (let time = 0; time < 2; time++) await exchange(`${gateway.url}/v1/embeddings`, { body });
    expect(origin.calls.map((call) => Buffer.from(call.body).toString())).toEqual([body, body]);
  });

  test("a redirect is handed to the client, not followed", async () => {
    const { origin, gateway } = await runBoth();
    origin.plan({ status: 302, headers: { location: "http://127.0.0.1:1/elsewhere" }, body: "" });
    const answer = await exchange(`${gateway.url}/v1/old`);
    expect([answer.status, answer.headers.location]).toEqual([302, "http://127.0.0.1:1/elsewhere"]);
    expect(origin.callCount).toBe(1);
  });

  test("a compressed body comes back compressed", async () => {
    const { origin, gateway } = await runBoth();
    origin.plan({ gzip: "whole" });
    const answer = await curl(["--compressed", `${gateway.url}/v1/models`]);
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(JSON.parse(answer.body)).toMatchObject({ object: "list" });
  });
});

describe("large and live bodies", () => {
  const large = randomBytes(20 * 1024 * 1024);
  const digest = createHash("sha256").update(large).digest("hex");

  test.each([true, false])("an upload of 20 MB arrives whole (content-length %s)", async (withLength) => {
    const { origin, gateway } = await runBoth();
    const { hostname, port } = new URL(gateway.url);
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const headers = withLength ? { "content-length": large.length } : { "transfer-encoding": "chunked" };
    const upload = request({ hostname, port, path: "/v1/files", method: "POST", headers, agent: false }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    }).on("error", reject);
    upload.end(large);
    expect(await promise).toBe(200);
    expect(origin.calls[0]).toMatchObject({ bodyLength: large.length, bodyDigest: digest });
  });

  test("an upload is passed on while it comes", async () => {
    const { origin, gateway } = await runBoth();
    const connection = await openConnection(gateway);
    connection.socket.write("POST /v1/files HTTP/1.1\r\nHost: g\r\nContent-Length: 6\r\nConnection: close\r\n\r\nabc");
    // The origin counts a call once its body is there, so that this one shows only after the rest.
    await exchange(`${gateway.url}/v1/models`);
    expect(origin.callCount).toBe(1);
    connection.socket.write("def");
    await connection.closed;
    expect(Buffer.from(origin.calls[1]!.body).toString()).toBe("abcdef");
  });

  test("a download of 20 MB arrives whole, also for a slow reader", async () => {
    const { origin, gateway } = await runBoth();
    origin.plan({ body: large });
    const answer = await exchange(`${gateway.url}/v1/files/1/content`);
    expect([answer.whole, createHash("sha256").update(answer.body).digest("hex")]).toEqual([true, digest]);
  });

  test("events pass live, one by one", async () => {
    const { origin, gateway } = await runBoth();
    const gates = [new Gate(), new Gate(), new Gate()];
    origin.plan({
      headers: { "content-type": "text/event-stream" },
      holds: gates.map((gate, index) => ({ at: index + 1, gate })),
    });
    const live = begin(`${gateway.url}/v1/engines/m/chat/completions`, { body: question(undefined, { stream: true }) });
    for (const [index, gate] of gates.entries()) {
      const text = await live.until((received) => received.split("\n\n").length === index + 2);
      expect(text.endsWith("\n\n")).toBe(true);
      gate.release();
    }
    expect((await live.done).text).toMatch(/data: \[DONE\]\n\n$/);
  });

  test("a client that leaves aborts the origin's answer; one that leaves before it, too", async () => {
    const { origin, gateway } = await runBoth();
    for (const at of [2, "headers"] as const) {
      origin.reset();
      const gate = new Gate();
      origin.plan({ holds: [{ at, gate }] });
      const call = begin(`${gateway.url}/v1/engines/m/chat/completions`, {
        body: question(undefined, { stream: true }),
      });
      await gate.reached();
      if (at === 2) await call.until((text) => text.includes("data:"));
      call.destroy();
      expect(await origin.calls[0]?.ended).toBe("aborted");
    }
  });

  test("an answer that breaks off does not end cleanly", async () => {
    const { origin, gateway } = await runBoth();
    for (const how of ["fin", "rst"] as const) {
      origin.plan({ cut: { afterBytes: 50, how } });
      expect(await exchange(`${gateway.url}/v1/models`)).toMatchObject({ status: 200, whole: false });
    }
  });

  test("Expect: 100-continue is answered, and the body then taken", async () => {
    const { origin, gateway } = await runBoth();
    for (const path of ["/v1/files", chatPath]) {
      const text = JSON.stringify(question(path));
      const connection = await openConnection(gateway);
      const [head, body] = requestText(path, text, ["Expect: 100-continue", "Connection: close"]).split("\r\n\r\n");
      connection.socket.write(`${head}\r\n\r\n`);
      await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
      connection.socket.write(body as string);
      await connection.closed;
      expect(connection.received()).toContain("HTTP/1.1 200 OK");
    }
    expect(origin.calls.some(({ headers }) => "expect" in headers)).toBe(false);
  });
});

describe("routes: an upstream by name", () => {
  test("surface: /u/{upstream}/... reaches it, cached chat route included, under the same key as by model", async () => {
    const [main, other] = [await runOrigin({ seed: "main" }), await runOrigin({ seed: "other" })];
    const upstreams = { main: { url: main.url }, other: { url: `${other.url}/` } };
    const gateway = await runGateway(base, { upstreams, models: { "other-*": "other" } });
    for (const prefix of ["/u/other", "/u/other/v1", "/u/%6fther/v1"]) {
      expect((await exchange(`${gateway.url}${prefix}/models?a=%2F`)).status).toBe(200);
    }
    expect(other.calls.map(({ path }) => path)).toEqual(Array(3).fill("/v1/models?a=%2F"));
    const first = await exchange(`${gateway.url}/u/other/v1/chat/completions`, { body: question() });
    const second = await exchange(`${gateway.url}/u/other/chat/completions`, { body: question() });
    expect([statusOf(first), statusOf(second), second.text]).toEqual(["MISS", "HIT", first.text]);
    expect(statusOf(await ask(gateway))).toBe("MISS");
    const byModel = { ...question(), model: "other-one" };
    expect(statusOf(await ask(gateway, byModel))).toBe("MISS");
    expect(statusOf(await exchange(`${gateway.url}/u/other/v1/chat/completions`, { body: byModel }))).toBe("HIT");
    expect([main.callCount, other.callCount]).toEqual([1, 5]);
  });

  test.each(["/u/nobody/v1/chat/completions", "/u/nobody/v1/models", "/u/nobody", "/u/__proto__/v1/models"])(
    "an upstream that is not configured is told: %s",
    async (path) => {
      const { origin, gateway } = await runBoth();
      const answer = await exchange(gateway.url + path, { body: question() });
      expect([answer.status, JSON.parse(answer.text).error]).toMatchObject([
        404,
        {
          type: "invalid_request_error",
          code: "unknown_upstream",
          message: expect.stringContaining("configured: main"),
        },
      ]);
      expect(origin.callCount).toBe(0);
    },
  );

  test("RFC 9112 section 3.2.2: a target in absolute form is the path in it, never another host", async () => {
    const { origin, gateway } = await runBoth();
    const text = JSON.stringify(question());
    await ask(gateway);
    for (const [target, method] of [
      [`http://elsewhere.invalid${chatPath}`, "POST"],
      ["https://elsewhere.invalid/v1/models?x", "GET"],
    ] as const) {
      const connection = await openConnection(gateway);
      connection.socket.write(requestText(target, method === "POST" ? text : "", ["Connection: close"], method));
      await connection.closed;
      expect(connection.received()).toMatch(/^HTTP\/1\.1 200 OK/);
    }
    expect(origin.calls.map(({ path }) => path)).toEqual([chatPath, "/v1/models?x"]);
  });

  test("a target that is no path is refused", async () => {
    const { origin, gateway } = await runBoth();
    const connection = await openConnection(gateway);
    connection.socket.write("OPTIONS * HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n");
    await connection.closed;
    expect(connection.received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(origin.callCount).toBe(0);
  });
});

describe("X: requests that two readers might divide differently are refused", () => {
  const chat = JSON.stringify(question());
  test.each([
    ["Transfer-Encoding and Content-Length", ["Transfer-Encoding: chunked", "Content-Length: 5"]],
    ["two lengths", ["Content-Length: 5", "Content-Length: 6"]],
    ["a length with a sign", ["Content-Length: +5"]],
    ["chunked that is not last", ["Transfer-Encoding: chunked, identity"]],
    ["chunked spelt with a tab", ["Transfer-Encoding: \tchunked\u000b"]],
    ["a folded header", ["X-A: 1\r\n b"]],
    ["a space before the colon", ["Content-Length : 5"]],
    ["a header without a name", [": x"]],
  ])("%s", async (_, headers) => {
    const { origin, gateway } = await runBoth();
    for (const path of [chatPath, "/v1/files"]) {
      const connection = await openConnection(gateway);
      const smuggled = "0\r\n\r\nGET /v1/smuggled HTTP/1.1\r\nHost: g\r\n\r\n";
      connection.socket.write(`POST ${path} HTTP/1.1\r\nHost: g\r\n${headers.join("\r\n")}\r\n\r\n${smuggled}${chat}`);
      await connection.closed;
      expect(connection.received()).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(origin.calls.map(({ path }) => path)).toEqual([]);
  });

  test("two requests on one connection are answered in order", async () => {
    const { origin, gateway } = await runBoth();
    const gate = new Gate();
    origin.plan([{ holds: [{ at: "headers", gate }] }]);
    const connection = await openConnection(gateway);
    const slow = JSON.stringify(question("slow"));
    connection.socket.write(requestText(chatPath, slow) + requestText("/v1/models", "", ["Connection: close"], "GET"));
    await gate.reached();
    gate.release();
    await connection.closed;
    expect(connection.received().indexOf("slow")).toBeLessThan(connection.received().indexOf('"list"'));
  });
});
