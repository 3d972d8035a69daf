import { describe, expect, onTestFinished, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { ask, beginAsking, chatPath, isDone, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { exchange, keepingAgent } from "./http-exchange.ts";
import { scrape, total } from "./metrics-page.ts";
import { openConnection, requestText } from "./raw-connection.ts";
import { runBoth } from "./running-gateway.ts";

/** Few and large pieces; together more than the buffers of a connection on loopback hold. */
const piece = `${"x".repeat(100_000)} `;
const large = piece.repeat(240);
const stalling = { server: { stallTimeout: "200ms" }, layers: { exact: { maxEntryBytes: "64mb" } } };

/** Calls that are over, whether answered or given up. */
async function finished(gateway: { readonly url: string }): Promise<number> {
  return total(await scrape(gateway), "reprise_request_duration_seconds_count");
}

describe("surface: a client that stops reading is disconnected after stallTimeout", () => {
  test.each([
    ["a stream on a miss", chatPath, { stream: true }, false],
    ["a document on a miss", chatPath, {}, false],
    ["a stream on a hit", chatPath, { stream: true }, true],
    ["a document on a hit", chatPath, {}, true],
    ["what passes through", "/v1/engines/m/chat/completions", {}, false],
  ])(
    "%s",
    async (_, path, fields, filled) => {
      const { origin, gateway } = await runBoth(stalling);
      origin.plan((call) => (JSON.stringify(call.json).includes("small") ? {} : { content: large }));
      const body = question(undefined, fields);
      if (filled) expect(statusOf(await ask(gateway, body))).toBe("MISS");
      const before = await finished(gateway);
      const connection = await openConnection(gateway);
      connection.socket.pause();
      connection.socket.write(requestText(path, JSON.stringify(body)));
      // Others are served all the while.
      expect((await ask(gateway, question("small"))).status).toBe(200);
      await eventually("it is cut", async () => (await finished(gateway)) === before + 2);
      connection.socket.resume();
      await connection.closed;
      expect(connection.received().length).toBeLessThan(large.length);
    },
    240_000,
  );
});

test("S5: one follower that stops reading does not hold up the others", async () => {
  const { origin, gateway } = await runBoth(stalling);
  const gate = new Gate();
  origin.plan({ content: piece.repeat(120), holds: [{ at: 1, gate }] });
  const body = question(undefined, { stream: true });
  const leader = beginAsking(gateway, body);
  await gate.reached();
  const stuck = await openConnection(gateway);
  stuck.socket.write(requestText(chatPath, JSON.stringify(body)));
  await stuck.until(/data: /);
  stuck.socket.pause();
  gate.release();
  const { whole, text } = await leader.done;
  expect([whole, isDone(text)]).toEqual([true, true]);
  expect(statusOf(await ask(gateway, body))).toBe("HIT");
  expect(origin.callCount).toBe(1);
});

test("S19: clients that leave in the middle of a replay harm nobody", async () => {
  const { origin, gateway } = await runBoth();
  origin.plan({ content: piece.repeat(50) });
  const body = question(undefined, { stream: true });
  const { length } = (await ask(gateway, body)).body;
  for (let time = 0; time < 50; time++) {
    const leaving = beginAsking(gateway, body);
    await leaving.head;
    leaving.destroy();
  }
  const answer = await ask(gateway, body);
  expect([statusOf(answer), answer.body.length, origin.callCount]).toEqual(["HIT", length, 1]);
});

test("a body that comes byte by byte holds up nobody, and is taken in the end", async () => {
  const { origin, gateway } = await runBoth();
  const text = requestText(chatPath, JSON.stringify(question("slow")), ["Connection: close"]);
  const slow = await Promise.all(Array.from({ length: 20 }, () => openConnection(gateway)));
  for (const [at, character] of [...text].entries()) {
    for (const { socket } of slow) socket.write(character);
    if (at % 50 === 0) expect((await ask(gateway)).status).toBe(200);
  }
  for (const connection of slow) {
    await connection.closed;
    expect(connection.received()).toMatch(/^HTTP\/1\.1 200 OK/);
  }
  expect(origin.callCount).toBe(2);
});

test("500 kept connections are served alike, and let go of when the gateway closes", async () => {
  const { origin, gateway } = await runBoth();
  const agent = keepingAgent();
  onTestFinished(() => agent.destroy());
  const gate = new Gate();
  origin.plan([{ holds: [{ at: "headers", gate }] }]);
  for (let round = 0; round < 3; round++) {
    const calls = Array.from({ length: 500 }, () => exchange(gateway.url + chatPath, { body: question(), agent }));
    gate.release();
    for (const { status } of await Promise.all(calls)) expect(status).toBe(200);
  }
  expect(origin.callCount).toBe(1);
  expect(Object.values(agent.freeSockets).flat()).toHaveLength(500);
  await gateway.close();
  await expect(exchange(`${gateway.url}/healthz`)).rejects.toThrow("ECONNREFUSED");
});
