import { describe, expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { chatPath, question } from "./chat-call.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

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
    const { origin, gateway } = await runBoth(inMemory);
    for (const path of [chatPath, "/v1/files"]) {
      const connection = await openConnection(gateway);
      const smuggled = "0\r\n\r\nGET /v1/smuggled HTTP/1.1\r\nHost: g\r\n\r\n";
      connection.socket.write(`POST ${path} HTTP/1.1\r\nHost: g\r\n${headers.join("\r\n")}\r\n\r\n${smuggled}${chat}`);
      await connection.closed;
      expect(connection.received()).toMatch(/^HTTP\/1\.1 400 /);
    }
    expect(origin.calls.map(({ path }) => path)).toEqual([]);
  });

  test.each([
    ["lines that end with a bare LF", "POST /PATH HTTP/1.1\nHost: g\nContent-Length: 2\n\n{}"],
    ["a field that ends with a bare LF", "POST /PATH HTTP/1.1\r\nHost: g\nContent-Length: 2\r\n\r\n{}"],
    [
      "a bare CR in a value",
      "POST /PATH HTTP/1.1\r\nHost: g\r\nX-A: a\rContent-Length: 9\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ["a NUL in a value", "POST /PATH HTTP/1.1\r\nHost: g\r\nX-A: a\u0000b\r\nContent-Length: 2\r\n\r\n{}"],
    ["a list of lengths", "POST /PATH HTTP/1.1\r\nHost: g\r\nContent-Length: 2, 2\r\n\r\n{}"],
    ["a length in hexadecimal", "POST /PATH HTTP/1.1\r\nHost: g\r\nContent-Length: 0x2\r\n\r\n{}"],
    [
      "chunked twice",
      "POST /PATH HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    ],
    [
      "chunks whose size is none",
      "POST /PATH HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    ],
    [
      "chunks whose size overflows",
      "POST /PATH HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000002\r\n{}\r\n0\r\n\r\n",
    ],
    [
      "chunks that end with a bare LF",
      "POST /PATH HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n",
    ],
    [
      "a chunk extension of 64 KB",
      `POST /PATH HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n2;${"x".repeat(65_536)}\r\n{}\r\n0\r\n\r\n`,
    ],
    ["no Host", "POST /PATH HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"],
    ["a version that is none", "POST /PATH HTTP/1.9\r\nHost: g\r\nContent-Length: 2\r\n\r\n{}"],
    ["a space in the target", "POST /PATH x HTTP/1.1\r\nHost: g\r\nContent-Length: 2\r\n\r\n{}"],
    ["a method in small letters", "post /PATH HTTP/1.1\r\nHost: g\r\nContent-Length: 2\r\n\r\n{}"],
  ])("%s", async (_, text) => {
    const { origin, gateway } = await runBoth(inMemory);
    const smuggled = "GET /v1/smuggled HTTP/1.1\r\nHost: g\r\n\r\n";
    for (const path of [chatPath, "/v1/files"]) {
      const connection = await openConnection(gateway);
      connection.socket.end(text.replace("/PATH", path) + smuggled, "latin1");
      await connection.closed;
      expect(connection.received()).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(connection.received()).not.toContain("smuggled");
    }
    // One that was under way when the rest turned out to be none may have begun; nothing else did.
    expect(origin.calls.filter(({ path }) => path.includes("smuggled"))).toEqual([]);
  });

  test.each([
    ["Authorization", ["Authorization: Bearer one", "Authorization: Bearer two"]],
    ["Authorization, once in other letters", ["Authorization: Bearer one", "aUTHORIZATION: Bearer one"]],
    ["x-api-key", ["x-api-key: one", "x-api-key: two"]],
    ["Host", ["Host: other"]],
    ["x-goog-api-key", ["x-goog-api-key: one", "X-Goog-Api-Key: two"]],
  ])("what must stand there once and stands there twice: %s", async (_, headers) => {
    const { origin, gateway } = await runBoth(inMemory);
    for (const [path, body] of [
      [chatPath, chat],
      ["/v1/embeddings", '{"model":"m","input":"x"}'],
      ["/v1/files", ""],
    ] as const) {
      const connection = await openConnection(gateway);
      connection.socket.write(requestText(path, body, [...headers, "Connection: close"]));
      await connection.closed;
      expect(connection.received()).toMatch(/^HTTP\/1\.1 400 [\s\S]*repeated_field/);
    }
    const connection = await openConnection(gateway);
    connection.socket.write(requestText("/admin/v1/config", "", [...headers, "Connection: close"], "GET"));
    await connection.closed;
    expect(connection.received()).toMatch(/^HTTP\/1\.1 (400|421) /);
    expect(origin.callCount).toBe(0);
  });

  test("two requests on one connection are answered in order", async () => {
    const { origin, gateway } = await runBoth(inMemory);
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
