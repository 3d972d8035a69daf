import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ask, chatPath, question, statusOf } from "./chat-call.ts";
import { curl } from "./curl.ts";
import { type Exchanged, exchange } from "./http-exchange.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { inMemory, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

function errorOf(answer: Exchanged): { message: string; type: string; param: string | null; code: string } {
  expect(answer.headers["content-type"]).toBe("application/json");
  const { error, ...others } = JSON.parse(answer.text);
  expect(Object.keys(others)).toEqual([]);
  expect(Object.keys(error).sort()).toEqual(["code", "message", "param", "type"]);
  return error;
}

const opening = '{"model":"m","messages":[{"role":"user","content":"hi"}]';

describe("surface: a body that breaks a rule is 400 in the provider's shape, and nothing is sent on", () => {
  test.each<[string, string | Buffer, string?]>([
    ["a duplicate key", `${opening},"model":"n"}`, "model"],
    ["a duplicate key deep inside", `${opening},"a":[{"b":1,"b":2}]}`],
    ["a duplicate key spelt by escapes", `${opening},"\\u006dodel":"n"}`],
    ["NaN", `${opening},"temperature":NaN}`],
    ["Infinity", `${opening},"temperature":-Infinity}`],
    ["a lone surrogate", `${opening},"a":"\\ud800"}`],
    ["a lone low surrogate", `${opening},"a":"\\udc00x"}`],
    [
      "bytes that are no UTF-8",
      Buffer.concat([Buffer.from(`${opening},"a":"`), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
    ],
    ["UTF-16", Buffer.from(`${opening}}`, "utf16le")],
    ["a depth over 200", `${opening},"a":${"[".repeat(201)}${"]".repeat(201)}}`],
    ["a depth far over 200", `${opening},"a":${"[".repeat(100_000)}`],
    ["no bytes", ""],
    ["white space", "  \n"],
    ["half a document", opening],
    ["two documents", `${opening}}{}`],
    ["a trailing comma", `${opening},}`],
    ["a comment", `${opening}/* */}`],
    ["single quotes", "{'model':'m'}"],
    ["a leading zero", `${opening},"n":01}`],
    ["a control character in a string", `${opening},"a":"\u0001"}`],
    ["null", "null"],
    ["a list", "[]"],
    ["a string", '"hi"'],
    ["an empty model", '{"model":"","messages":[{"role":"user","content":"hi"}]}', "model"],
    ["a model that is no string", '{"model":1,"messages":[{"role":"user","content":"hi"}]}', "model"],
    ["no messages", '{"model":"m"}', "messages"],
    ["empty messages", '{"model":"m","messages":[]}', "messages"],
    ["stream that is no boolean", `${opening},"stream":"yes"}`, "stream"],
    ["temperature that is no number", `${opening},"temperature":"hot"}`, "temperature"],
    ["stream_options that are no object", `${opening},"stream":true,"stream_options":1}`, "stream_options"],
  ])("%s", async (_, body, param) => {
    const { origin, gateway } = await runBoth(inMemory);
    const answer = await exchange(gateway.url + chatPath, { body });
    expect(answer.status).toBe(400);
    const error = errorOf(answer);
    expect(error).toMatchObject({
      type: "invalid_request_error",
      code: expect.stringMatching(/^invalid_(json|request)$/),
    });
    if (param !== undefined) expect(error.param).toBe(param);
    expect(error.message.length).toBeLessThan(400);
    expect(error.message).not.toContain("\u0000");
    expect(origin.callCount).toBe(0);
    expect((await ask(gateway)).status).toBe(200);
  });

  test.each([
    '{"messages":[{"role":"user","content":"hi"}]}',
    '{"model":null,"messages":[{"role":"user","content":"hi"}]}',
  ])("a body that names no model is the origin's to answer, uncached: %s", async (body) => {
    const { origin, gateway } = await runBoth(inMemory);
    for (const order of [0, 1]) {
      const answer = await exchange(gateway.url + chatPath, { body });
      // The scripted origin turns it down, and that is its own answer.
      expect([answer.status, statusOf(answer)]).toEqual([400, "BYPASS"]);
      expect(origin.calls[order]?.json).toEqual(JSON.parse(body));
    }
  });

  test("a request without any body is one with an empty body", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    const answer = await exchange(gateway.url + chatPath, { method: "POST" });
    expect([answer.status, errorOf(answer).code, origin.callCount]).toEqual([400, "invalid_json", 0]);
  });

  test("a body that stops in the middle is never sent on", async () => {
    const { origin, gateway } = await runBoth(inMemory);
    for (const half of [
      `POST ${chatPath} HTTP/1.1\r\nHost: g\r\nContent-Length: 100\r\n\r\n${opening}`,
      `POST ${chatPath} HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n${opening.length.toString(16)}\r\n${opening}\r\n`,
      `POST ${chatPath} HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n${opening}\r\n`,
    ]) {
      const connection = await openConnection(gateway);
      connection.socket.end(half);
      await connection.closed;
    }
    expect((await ask(gateway)).status).toBe(200);
    expect(origin.callCount).toBe(1);
  });
});

describe("surface: maxBodyBytes bounds what is read", () => {
  const settings = { ...inMemory, server: { maxBodyBytes: "64kb" } };
  const large = JSON.stringify(question("x".repeat(70_000)));
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));

  test.each<[string, Buffer | string, Record<string, string>]>([
    ["with content-length", large, {}],
    ["chunked", large, { "transfer-encoding": "chunked" }],
    ["a gzip bomb", bomb, { "content-encoding": "gzip" }],
    ["a chunked gzip bomb", bomb, { "content-encoding": "gzip", "transfer-encoding": "chunked" }],
    ["a brotli bomb", brotliCompressSync(Buffer.alloc(1024 * 1024, 0x20)), { "content-encoding": "br" }],
  ])("%s: 413, and the origin hears nothing", async (_, body, headers) => {
    const { origin, gateway } = await runBoth(settings);
    const answer = await ask(gateway, typeof body === "string" ? Buffer.from(body) : body, headers);
    expect([answer.status, errorOf(answer).code]).toEqual([413, "body_too_large"]);
    expect(origin.callCount).toBe(0);
    expect((await ask(gateway)).status).toBe(200);
  });

  test("a client that still sends megabytes reads its 413", async () => {
    const { origin, gateway } = await runBoth(settings);
    const body = JSON.stringify(question("x".repeat(8 * 1024 * 1024)));
    for (const how of [["-H", "Transfer-Encoding: chunked"], ["-H", "Expect:"], []]) {
      const answer = await curl(
        [...how, "-H", "content-type: application/json", "--data-binary", "@-", gateway.url + chatPath],
        body,
      );
      expect([how, answer.status]).toEqual([how, 413]);
    }
    expect(origin.callCount).toBe(0);
  });

  test("a body at the bound passes", async () => {
    const { gateway } = await runBoth(settings);
    const empty = JSON.stringify(question("")).length;
    expect((await ask(gateway, question("x".repeat(64 * 1024 - empty)))).status).toBe(200);
    expect((await ask(gateway, question("x".repeat(64 * 1024 - empty + 1)))).status).toBe(413);
  });
});

describe("surface: encodings of a body", () => {
  const plain = Buffer.from(JSON.stringify(question()));
  test.each([
    ["gzip", gzipSync(plain)],
    ["GZIP", gzipSync(plain)],
    ["deflate", deflateSync(plain)],
    ["br", brotliCompressSync(plain)],
    ["zstd", zstdCompressSync(plain)],
    ["identity", plain],
  ] as const)("%s is the same call as the plain one", async (encoding, body) => {
    const { origin, gateway } = await runBoth(inMemory);
    await ask(gateway);
    const answer = await ask(gateway, body, { "content-encoding": encoding });
    expect([answer.status, statusOf(answer)]).toEqual([200, "HIT"]);
    expect(origin.callCount).toBe(1);
  });

  test.each([
    ["one that does not exist", "rot13", plain, "unsupported_encoding"],
    ["the name of an object's own method", "constructor", plain, "unsupported_encoding"],
    ["two", "gzip, br", plain, "unsupported_encoding"],
    ["gzip that is none", "gzip", plain, "invalid_body"],
    ["gzip cut short", "gzip", gzipSync(plain).subarray(0, -10), "invalid_body"],
    [
      "gzip with a wrong checksum",
      "gzip",
      Buffer.concat([gzipSync(plain).subarray(0, -8), Buffer.alloc(8)]),
      "invalid_body",
    ],
    ["gzip of nothing", "gzip", gzipSync(Buffer.alloc(0)), "invalid_json"],
  ] as const)("%s is 400", async (_, encoding, body, code) => {
    const { origin, gateway } = await runBoth(inMemory);
    const answer = await ask(gateway, body, { "content-encoding": encoding });
    expect([answer.status, errorOf(answer).code]).toEqual([400, code]);
    expect(origin.callCount).toBe(0);
  });
});

test("surface: a model that no upstream serves is told, in the provider's shape", async () => {
  const origin = await runOrigin();
  const gateway = await runGateway(origin, { upstreams: { claude: { url: origin.url, protocol: "anthropic" } } });
  const answer = await ask(gateway);
  expect(answer.status).toBe(502);
  expect(errorOf(answer)).toMatchObject({ code: "unknown_upstream", param: "model", type: "api_error" });
  expect(origin.callCount).toBe(0);
});

test("a connection goes on after a refused request", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const connection = await openConnection(gateway);
  connection.socket.write(requestText(chatPath, "{"));
  await connection.until(/invalid_json/);
  connection.socket.write(requestText(chatPath, JSON.stringify(question()), ["Connection: close"]));
  await connection.closed;
  expect(connection.received()).toMatch(/HTTP\/1\.1 400 [\s\S]*HTTP\/1\.1 200 OK/);
  expect(origin.callCount).toBe(1);
});

test("headers beyond their bound are refused and nothing is sent on", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const connection = await openConnection(gateway);
  connection.socket.write(requestText(chatPath, "{}", [`X-Long: ${"x".repeat(40_000)}`]));
  await connection.closed;
  expect(connection.received()).toMatch(/^HTTP\/1\.1 431 /);
  expect(origin.callCount).toBe(0);
});
