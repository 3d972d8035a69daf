import { describe, expect, test } from "vitest";
import { Gate } from "../../src/testing/index.ts";
import { ask, bearer, beginAsking, chatPath, contentOf, eventsOf, isDone, question, statusOf } from "./chat-call.ts";
import { eventually } from "./eventually.ts";
import { begin, type Exchanged, keepingAgent } from "./http-exchange.ts";
import { scrape, total } from "./metrics-page.ts";
import { type RunningGateway, runBoth } from "./running-gateway.ts";

/** Joined calls so far. */
async function joined(gateway: RunningGateway): Promise<number> {
  return total(await scrape(gateway), "reprise_coalesced_total");
}

const streamed = question(undefined, { stream: true });

describe("identical calls in flight", () => {
  test.each([false, true])(
    "N1: 1,000 at once are one origin call, 999 of them collapsed, all alike (stream %s)",
    async (stream) => {
      const { origin, gateway } = await runBoth();
      const gate = new Gate();
      origin.plan({ holds: [{ at: stream ? 5 : "headers", gate }] });
      const body = question(undefined, { stream });
      const calls = Array.from({ length: 1_000 }, () => beginAsking(gateway, body));
      await gate.reached();
      await eventually("999 joined", async () => (await joined(gateway)) === 999);
      gate.release();
      const answers = await Promise.all(calls.map(({ done }) => done));
      const [first] = answers as [Exchanged, ...Exchanged[]];
      expect(answers.every(({ status, whole, text }) => status === 200 && whole && text === first.text)).toBe(true);
      const collapsed = answers.filter(({ headers }) => /; collapsed/.test(String(headers["cache-status"])));
      expect(collapsed).toHaveLength(999);
      expect(collapsed.every((answer) => statusOf(answer) === "COALESCED")).toBe(true);
      expect(origin.callCount).toBe(1);
      expect([...origin.concurrencyHighWater.values()]).toEqual([1]);
      expect(statusOf(await ask(gateway, body))).toBe("HIT");
    },
    240_000,
  );

  test("S3: one that joins half-way gets at once all that came, then the rest", async () => {
    const { origin, gateway } = await runBoth();
    const gate = new Gate();
    origin.plan({ words: 100, holds: [{ at: 50, gate }] });
    const leader = beginAsking(gateway, streamed);
    const before = await leader.until((text) => eventsOf(text).length === 50);
    const follower = beginAsking(gateway, streamed);
    expect(await follower.until((text) => text.length >= before.length)).toBe(before);
    gate.release();
    const [first, second] = await Promise.all([leader.done, follower.done]);
    expect(second.text).toBe(first.text);
    expect(isDone(second.text)).toBe(true);
    expect(origin.callCount).toBe(1);
  });

  test("S3: one that wants the whole answer joins a stream, and one that wants a stream joins a whole one", async () => {
    const { origin, gateway } = await runBoth();
    for (const stream of [true, false]) {
      origin.reset();
      const gate = new Gate();
      origin.plan({ holds: [{ at: stream ? 3 : "headers", gate }] });
      const text = `leader streams: ${stream}`;
      const before = await joined(gateway);
      const leader = beginAsking(gateway, question(text, { stream }));
      await gate.reached();
      const follower = beginAsking(gateway, question(text, { stream: !stream }));
      await eventually("the other joined", async () => (await joined(gateway)) === before + 1);
      gate.release();
      const [first, second] = await Promise.all([leader.done, follower.done]);
      expect(contentOf(second)).toBe(contentOf(first));
      expect(statusOf(second)).toBe("COALESCED");
      expect(origin.callCount).toBe(1);
    }
  });

  test("S1: the leader's client leaves, the followers get everything, the entry is stored", async () => {
    const { origin, gateway } = await runBoth();
    const gate = new Gate();
    origin.plan({ words: 30, holds: [{ at: 10, gate }] });
    const leader = beginAsking(gateway, streamed);
    await leader.until((text) => eventsOf(text).length === 10);
    const followers = [beginAsking(gateway, streamed), beginAsking(gateway, streamed)];
    for (const follower of followers) await follower.until((text) => eventsOf(text).length === 10);
    leader.destroy();
    await expect(leader.done).resolves.toMatchObject({ whole: false });
    gate.release();
    const answers = await Promise.all(followers.map(({ done }) => done));
    for (const { whole, text } of answers) expect(whole && isDone(text)).toBe(true);
    expect(origin.callCount).toBe(1);
    expect(await origin.calls[0]?.ended).toBe("complete");
    const again = await ask(gateway, streamed);
    expect([statusOf(again), again.text]).toEqual(["HIT", answers[0]?.text]);
  });

  test("S2: all clients leave, the origin call is aborted and nothing is stored", async () => {
    const { origin, gateway } = await runBoth();
    const gate = new Gate();
    origin.plan([{ holds: [{ at: 5, gate }] }]);
    const calls = [beginAsking(gateway, streamed), beginAsking(gateway, streamed), beginAsking(gateway, streamed)];
    for (const call of calls) await call.until((text) => eventsOf(text).length === 5);
    for (const call of calls) call.destroy();
    expect(await origin.calls[0]?.ended).toBe("aborted");
    expect(statusOf(await ask(gateway, streamed))).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });

  test.each([false, true])(
    "S21: a client that leaves before the first byte aborts the call (stream %s)",
    async (stream) => {
      const { origin, gateway } = await runBoth();
      const gate = new Gate();
      origin.plan([{ holds: [{ at: "headers", gate }] }]);
      const call = beginAsking(gateway, question(undefined, { stream }));
      await gate.reached();
      call.destroy();
      expect(await origin.calls[0]?.ended).toBe("aborted");
      await eventually("no call is left", async () => total(await scrape(gateway), "reprise_inflight") === 0);
    },
  );

  test("S21: with a second client listening the call goes on", async () => {
    const { origin, gateway } = await runBoth();
    const gate = new Gate();
    origin.plan({ holds: [{ at: "headers", gate }] });
    const leaving = beginAsking(gateway);
    await gate.reached();
    const staying = beginAsking(gateway);
    await eventually("it joined", async () => (await joined(gateway)) === 1);
    leaving.destroy();
    gate.release();
    expect((await staying.done).status).toBe(200);
    expect(await origin.calls[0]?.ended).toBe("complete");
  });

  test("S22: 100 followers of a leader that gets 429 share it, with its Retry-After; nothing is stored", async () => {
    const { origin, gateway } = await runBoth({ coalescing: { errorBackoff: "10m" } });
    const gate = new Gate();
    origin.plan([{ status: 429, headers: { "retry-after": "1" }, holds: [{ at: "headers", gate }] }]);
    const calls = Array.from({ length: 101 }, () => beginAsking(gateway));
    await eventually("100 joined", async () => (await joined(gateway)) === 100);
    gate.release();
    const answers = await Promise.all(calls.map(({ done }) => done));
    expect(answers.every(({ status, headers }) => status === 429 && headers["retry-after"] === "1")).toBe(true);
    expect(origin.callCount).toBe(1);
    // While the failure stands, nobody asks the origin again.
    expect((await ask(gateway)).status).toBe(429);
    expect(origin.callCount).toBe(1);
    expect(statusOf(await ask(gateway, question("another")))).toBe("MISS");
  });

  test("S22: after the back-off a new call asks the origin", async () => {
    const { origin, gateway } = await runBoth({ coalescing: { errorBackoff: "1ms" } });
    const gate = new Gate();
    origin.plan([{ cut: { afterBytes: 0, how: "rst" }, holds: [{ at: "headers", gate }] }]);
    const calls = [beginAsking(gateway), beginAsking(gateway)];
    await eventually("one joined", async () => (await joined(gateway)) === 1);
    gate.release();
    for (const { done } of calls) expect((await done).status).toBe(502);
    await eventually("the origin is asked again", async () => (await ask(gateway)).status === 200);
    expect(origin.callCount).toBe(2);
  });

  test("N8: two principals with the same body never share a call, the same one twice does", async () => {
    const { origin, gateway } = await runBoth();
    const gate = new Gate();
    origin.plan({ holds: [{ at: "headers", gate }] });
    const calls = ["sk-a", "sk-b", "sk-a"].map((key) => beginAsking(gateway, question(), bearer(key)));
    await gate.reached(2);
    await eventually("one joined", async () => (await joined(gateway)) === 1);
    gate.release();
    const [a, b, again] = await Promise.all(calls.map(({ done }) => done));
    expect(again?.text).toBe(a?.text);
    expect(b?.text).not.toBe(a?.text);
    expect(origin.callCount).toBe(2);
  });

  test("N7: a no-store call joins nobody and is joined by nobody", async () => {
    const { origin, gateway } = await runBoth();
    const gate = new Gate();
    origin.plan((call) => ({ salt: String(call.order), holds: [{ at: "headers", gate }] }));
    const noStore = { "cache-control": "no-store" };
    const calls = [{}, noStore, {}, noStore].map((headers) => beginAsking(gateway, question(), headers));
    await gate.reached(3);
    await eventually("one joined", async () => (await joined(gateway)) === 1);
    gate.release();
    const texts = (await Promise.all(calls.map(({ done }) => done))).map(({ text }) => text);
    expect(new Set(texts).size).toBe(3);
    expect(origin.callCount).toBe(3);
    expect((await ask(gateway)).text).toBe(texts[0]);
  });

  test("S1: the connections of those who left are gone, of those who stayed are reused", async () => {
    const { origin, gateway } = await runBoth();
    const agent = keepingAgent(1);
    const bodies = [streamed, streamed, question()];
    for (const body of bodies) expect((await begin(gateway.url + chatPath, { body, agent }).done).status).toBe(200);
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
    agent.destroy();
    expect(origin.callCount).toBe(1);
  });
});
