import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { describe, expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { chatPath, question } from "./chat-call.ts";
import { begin, exchange } from "./http-exchange.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

describe("large and live bodies", () => {
  const large = randomBytes(20 * 1024 * 1024);
  const digest = createHash("sha256").update(large).digest("hex");

  test.each([true, false])("an upload of 20 MB arrives whole (content-length %s)", async (withLength) => {
    const { origin, gateway } = await runBoth(inMemory);
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
    const { origin, gateway } = await runBoth(inMemory);
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
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan({ body: large });
    const answer = await exchange(`${gateway.url}/v1/files/1/content`);
    expect([answer.whole, createHash("sha256").update(answer.body).digest("hex")]).toEqual([true, digest]);
  });

  test("events pass live, one by one", async () => {
    const { origin, gateway } = await runBoth(inMemory);
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
    const { origin, gateway } = await runBoth(inMemory);
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
    const { origin, gateway } = await runBoth(inMemory);
    for (const how of ["fin", "rst"] as const) {
      origin.plan({ cut: { afterBytes: 50, how } });
      expect(await exchange(`${gateway.url}/v1/models`)).toMatchObject({ status: 200, whole: false });
    }
  });

  test("Expect: 100-continue is answered, and the body then taken", async () => {
    const { origin, gateway } = await runBoth(inMemory);
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
