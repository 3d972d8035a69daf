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
