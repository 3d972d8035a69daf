import { describe, expect, test } from "vitest";
import { chatPath, question } from "./chat-call.ts";
import { curl } from "./curl.ts";
import { exchange } from "./http-exchange.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

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
    const { origin, gateway } = await runBoth(inMemory);
    const connection = await openConnection(gateway);
    connection.socket.write(requestText(target, "x", ["Connection: close"], "PUT"));
    await connection.closed;
    expect(connection.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(origin.calls.map(({ path, method }) => `${method} ${path}`)).toEqual([`PUT ${target}`]);
  });

  test.each(["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])("%s arrives with its body", async (method) => {
    const { origin, gateway } = await runBoth(inMemory);
    const body = "some bytes";
    const connection = await openConnection(gateway);
    connection.socket.write(requestText("/v1/things?x=1", body, ["Connection: close"], method));
    await connection.closed;
    expect(connection.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(origin.calls[0]).toMatchObject({ method, path: "/v1/things?x=1", bodyLength: body.length });
  });

  // TRACE gives back what it was sent (RFC 9110 section 9.3.8), and that is the credential of the upstream, too.
  test("no other method arrives, on no path", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    for (const method of ["TRACE", "PROPFIND", "SEARCH", "PURGE", "LINK", "M-SEARCH"])
      for (const path of ["/v1/things", chatPath, "/u/main/things", "/u/main/chat/completions"]) {
        const { status, headers, text } = await exchange(gateway.url + path, { method });
        expect([method, path, status, headers.allow]).toEqual([
          method,
          path,
          405,
          "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, QUERY",
        ]);
        expect(text).toContain("method_not_allowed");
      }
    expect(origin.callCount).toBe(0);
  });

  test.each(["", "text", "text/plain;charset", "a/b/c", ";;", "application/json, text/html"])(
    "the content type arrives as it was written: %j",
    async (type) => {
      const { origin, gateway } = await runBoth(inMemory);
      const headers = { "content-type": type };
      expect((await exchange(`${gateway.url}/v1/audio`, { body: "x", headers })).status).toBe(200);
      expect(origin.calls[0]?.headers["content-type"]).toBe(type);
      expect((await exchange(gateway.url + chatPath, { body: question(), headers })).status).toBe(200);
    },
  );

  test("status, headers and duplicates come back as the origin sent them", async () => {
    const { origin, gateway } = await runBoth(inMemory);
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
    const { origin, gateway } = await runBoth(inMemory);
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
    const { origin, gateway } = await runBoth(inMemory);
    await exchange(`${gateway.url}/v1/moderations`, {
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
    const { origin, gateway } = await runBoth(inMemory);
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
    const { origin, gateway } = await runBoth(inMemory);
    const answer = await exchange(`${gateway.url}/v1/models`, { method: "HEAD" });
    expect([answer.status, answer.body.length, origin.calls[0]?.method]).toEqual([200, 0, "HEAD"]);
    expect(Number(answer.headers["content-length"])).toBeGreaterThan(0);
  });

  test("operations answer HEAD themselves", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    for (const path of ["/healthz", "/readyz", "/metrics"]) {
      expect((await exchange(gateway.url + path, { method: "HEAD" })).status).toBe(200);
    }
    expect(origin.callCount).toBe(0);
  });

  test("semantics: moderations, which have no cache, pass through untouched each time", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const body = '{"input":  ["a", "a"], "model": "e", "n": 1.0}';
    for (let time = 0; time < 2; time++) await exchange(`${gateway.url}/v1/moderations`, { body });
    expect(origin.calls.map((call) => Buffer.from(call.body).toString())).toEqual([body, body]);
  });

  test("a redirect is handed to the client, not followed", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan({ status: 302, headers: { location: "http://127.0.0.1:1/elsewhere" }, body: "" });
    const answer = await exchange(`${gateway.url}/v1/old`);
    expect([answer.status, answer.headers.location]).toEqual([302, "http://127.0.0.1:1/elsewhere"]);
    expect(origin.callCount).toBe(1);
  });

  test("a compressed body comes back compressed", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan({ gzip: "whole" });
    const answer = await curl(["--compressed", `${gateway.url}/v1/models`]);
    expect(answer.headers.get("content-encoding")).toBe("gzip");
    expect(JSON.parse(answer.body)).toMatchObject({ object: "list" });
  });
});
