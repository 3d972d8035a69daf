import { describe, expect, test } from "vitest";
import { Gate, isWhole } from "../../src/testing/index.ts";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { ask, beginAsking, chatPath, contentOf, eventsOf, isDone, question, statusOf } from "./chat-call.ts";
import { curl } from "./curl.ts";
import { eventually } from "./eventually.ts";
import { scrape, total } from "./metrics-page.ts";
import { type RunningGateway, runBoth } from "./running-gateway.ts";

const body = (text?: string) => question(text, { stream: true });

async function refusedFor(gateway: RunningGateway, reason: string): Promise<number> {
  return total(await scrape(gateway), "reprise_store_total", { result: "refused", reason });
}

describe("a stream that breaks off", () => {
  test("S6, S7: at any of many byte offsets, by FIN and RST: an error event, no clean end, nothing stored", async () => {
    const { origin, gateway } = await runBoth({ coalescing: { errorBackoff: "0s" } });
    const whole = (await ask(gateway, body("whole"))).text;
    const escaped = `said "${'\\n\\"'.repeat(3)}" 🌊`;
    const length = Buffer.byteLength(whole);
    const offsets = Array.from({ length: 24 }, (_, index) => Math.floor((index * (length - 20)) / 24) + index);
    for (const how of ["fin", "rst"] as const) {
      for (const afterBytes of offsets) {
        const text = `${how} ${afterBytes} ${escaped}`;
        origin.plan([{ cut: { afterBytes, how } }]);
        const before = origin.callCount;
        const broken = await ask(gateway, body(text)).catch((error: unknown) =>
          expect.fail(`${how} ${afterBytes}: ${error}`),
        );
        const where = `${how} after ${afterBytes}`;
        // Without a single byte the failure may still be told as a status.
        if (broken.status === 200) {
          expect([where, broken.whole]).toEqual([where, false]);
          expect([where, isDone(broken.text)]).toEqual([where, false]);
          expect([where, eventsOf(broken.text).at(-1)?.error?.code]).toEqual([where, "origin_truncated"]);
        } else expect([where, broken.status]).toEqual([where, 502]);
        const again = await ask(gateway, body(text));
        expect([where, statusOf(again), isWhole(contentOf(again))]).toEqual([where, "MISS", true]);
        expect(origin.callCount - before).toBe(2);
      }
    }
  });

  test("S6: with two followers, all are told, and it is counted as truncated", async () => {
    const { origin, gateway } = await runBoth({ coalescing: { errorBackoff: "0s" } });
    const gate = new Gate();
    origin.plan([{ holds: [{ at: 4, gate }], cut: { afterChunks: 6, how: "fin" } }]);
    const calls = [beginAsking(gateway, body()), beginAsking(gateway, body()), beginAsking(gateway, body())];
    for (const call of calls) await call.until((text) => eventsOf(text).length === 4);
    gate.release();
    const answers = await Promise.all(calls.map(({ done }) => done));
    for (const { text, whole } of answers) {
      expect(whole).toBe(false);
      expect(eventsOf(text)).toHaveLength(7);
      expect(eventsOf(text).at(-1)?.error?.message).toMatch(/^The upstream main broke off its answer/);
    }
    const cut = { status_class: "truncated" };
    expect(total(await scrape(gateway), "reprise_upstream_requests_total", cut)).toBe(1);
    expect(statusOf(await ask(gateway, body()))).toBe("MISS");
  });

  test("S6: a stream that ends in order but without [DONE] is broken, too", async () => {
    const { origin, gateway } = await runBoth({ coalescing: { errorBackoff: "0s" } });
    origin.plan([{ terminal: false }]);
    const answer = await ask(gateway, body());
    expect(answer.whole).toBe(false);
    expect(eventsOf(answer.text).at(-1)?.error?.code).toBe("origin_truncated");
    expect(statusOf(await ask(gateway, body()))).toBe("MISS");
    expect(await refusedFor(gateway, "truncated")).toBe(1);
  });

  test("S6: curl says that the transfer failed", async () => {
    const { origin, gateway } = await runBoth();
    origin.plan([{ cut: { afterChunks: 3, how: "rst" } }]);
    const { exitCode, body: text } = await curl([
      "-H",
      "content-type: application/json",
      "-d",
      JSON.stringify(body()),
      gateway.url + chatPath,
    ]);
    expect(exitCode).not.toBe(0);
    expect(isDone(text)).toBe(false);
  });

  test.each([
    ["fin", undefined],
    ["rst", undefined],
    ["rst", 20],
  ] as const)("S8: %s right after [DONE] (delay %s) is a complete answer and stored", async (how, delayMs) => {
    const { origin, gateway } = await runBoth();
    origin.plan([{ cut: { how, ...(delayMs === undefined ? {} : { delayMs }) } }]);
    const answer = await ask(gateway, body());
    expect([answer.whole, isDone(answer.text), isWhole(contentOf(answer))]).toEqual([true, true, true]);
    expect(statusOf(await ask(gateway, body()))).toBe("HIT");
  });

  test.each<[string, PlannedReply]>([
    ["an error object as data", { errorEvent: { atChunk: 3 } }],
    ["an error object at once", { errorEvent: { atChunk: 0 } }],
  ])("S9: %s is passed on and nothing is stored", async (_, plan) => {
    const { origin, gateway } = await runBoth({ coalescing: { errorBackoff: "0s" } });
    origin.plan([plan]);
    const answer = await ask(gateway, body());
    expect(answer.text).toContain("The scripted origin answers 503");
    expect(isDone(answer.text)).toBe(false);
    expect(statusOf(await ask(gateway, body()))).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });

  test("S6: who wanted the whole answer of a broken stream gets 502", async () => {
    const { origin, gateway } = await runBoth({ coalescing: { errorBackoff: "0s" } });
    const gate = new Gate();
    origin.plan([{ holds: [{ at: 3, gate }], cut: { afterChunks: 5, how: "rst" } }]);
    const leader = beginAsking(gateway, body());
    await gate.reached();
    const follower = beginAsking(gateway, question());
    await eventually("it joined", async () => total(await scrape(gateway), "reprise_coalesced_total") === 1);
    gate.release();
    expect((await leader.done).whole).toBe(false);
    const told = await follower.done;
    expect([told.status, JSON.parse(told.text).error.code]).toEqual([502, "origin_truncated"]);
  });

  test("S23: CRLF, CR, comments and pieces of one byte are read alike", async () => {
    const { origin, gateway } = await runBoth();
    for (const [index, plan] of (
      [{ lineEnding: "\r\n" }, { lineEnding: "\r" }, { keepAlive: true }, { writeSizes: [1] }] as const
    ).entries()) {
      origin.plan([plan]);
      const text = `shape ${index} 🌊`;
      await ask(gateway, body(text));
      const again = await ask(gateway, question(text));
      expect([index, statusOf(again), isWhole(contentOf(again))]).toEqual([index, "HIT", true]);
    }
  });
});
