import { describe, expect, it } from "vitest";
import type { CacheOptions } from "../../src/cache.ts";
import { Gate } from "../../src/testing/gate.ts";
import { isIntact, readResponse, setUp, turns, until } from "./cache-harness.ts";

/** What becomes of an origin call when everybody who waited has left (S2): a grace, or its end within a budget. */

const forms = [
  ["in one piece", {}, "headers"],
  ["a stream", { stream: true }, 5],
] as const;

/** A call that waits at a gate, and whose only caller has left. */
async function abandoned(coalescing: CacheOptions["coalescing"], body: object, at: number | "headers", words = 12) {
  const harness = await setUp({ coalescing: coalescing ?? {} });
  const gate = new Gate();
  harness.origin.plan({ words, holds: [{ at, gate }] });
  const leaving = new AbortController();
  const left = harness.ask(body, { signal: leaving.signal }).then(readResponse);
  await gate.reached();
  await turns();
  leaving.abort();
  await Promise.allSettled([left]);
  await turns();
  const { origin } = harness;
  return { ...harness, gate, call: origin.calls[0] as NonNullable<(typeof origin.calls)[0]> };
}

describe.each(forms)("with a grace (%s)", (_, body, at) => {
  it("the call goes on for that long, and is then given up", async () => {
    const { call, clock, origin, read } = await abandoned({ grace: "5s" }, body, at);
    clock.advance(4_999);
    await turns();
    expect(call.aborted).toBe(false);
    clock.advance(1);
    expect(await call.ended).toBe("aborted");
    origin.plan(undefined);
    expect((await read(body)).outcome).toBe("MISS");
    expect(origin.callCount).toBe(2);
  });

  it("who comes within it finds the call, and the time begins anew when it leaves, too", async () => {
    const { ask, call, clock, gate, origin, read, eventsOf } = await abandoned({ grace: "5s" }, body, at);
    clock.advance(4_000);
    const second = new AbortController();
    const leaving = ask(body, { signal: second.signal }).then(readResponse);
    await until(() => eventsOf("flight-join").length === 1);
    clock.advance(60_000);
    second.abort();
    await Promise.allSettled([leaving]);
    clock.advance(4_000);
    const third = read(body);
    await until(() => eventsOf("flight-join").length === 2);
    gate.release();
    expect(await third).toMatchObject({ outcome: "COALESCED" });
    expect(isIntact(await third)).toBe(true);
    expect(call.aborted).toBe(false);
    expect(origin.callCount).toBe(1);
    expect((await read(body)).outcome).toBe("HIT");
  });

  it("an answer that comes within it is stored", async () => {
    const { gate, read, eventsOf } = await abandoned({ grace: "5s" }, body, at);
    gate.release();
    await until(() => eventsOf("entry-write").length === 1, "the entry");
    const hit = await read(body);
    expect(hit.outcome).toBe("HIT");
    expect(isIntact(hit)).toBe(true);
  });
});

describe.each(forms)("with finishDetached (%s)", (_, body, at) => {
  it("the answer is stored though nobody waited", async () => {
    const { call, clock, gate, origin, read, eventsOf } = await abandoned({ finishDetached: true }, body, at);
    clock.advance(29_000);
    gate.release();
    await until(() => eventsOf("entry-write").length === 1, "the entry");
    const hit = await read(body);
    expect(hit.outcome).toBe("HIT");
    expect(isIntact(hit)).toBe(true);
    expect(await call.ended).toBe("complete");
    expect(origin.callCount).toBe(1);
  });

  it("beyond the time it is given up, and nothing is stored", async () => {
    const { call, clock, origin, read, eventsOf } = await abandoned({ finishDetached: true }, body, at);
    clock.advance(30_000);
    expect(await call.ended).toBe("aborted");
    origin.plan(undefined);
    expect(eventsOf("entry-write")).toEqual([]);
    expect((await read(body)).outcome).toBe("MISS");
  });

  it("beyond the bytes it is given up, and nothing is stored", async () => {
    const budget = { finishDetached: true, detachedBytes: "2kb" };
    const { gate, origin, read, eventsOf } = await abandoned(budget, body, at, 20_000);
    gate.release();
    await until(() => eventsOf("origin-end").length === 1, "the end");
    expect(eventsOf("origin-end")[0]?.result).toBe("aborted");
    origin.plan(undefined);
    expect(eventsOf("entry-write")).toEqual([]);
    expect((await read(body)).outcome).toBe("MISS");
  });

  it("is hung up on when the cache is closed", async () => {
    const { cache, call } = await abandoned({ finishDetached: true }, body, at);
    await cache.close();
    expect(await call.ended).toBe("aborted");
  });
});

describe("what is of no use to anybody who is not there", () => {
  it("is not finished: an answer that may not be stored", async () => {
    const { origin, ask } = await setUp({ coalescing: { finishDetached: true } });
    const gate = new Gate();
    origin.plan({ holds: [{ at: 3, gate }] });
    const response = await ask({ stream: true }, { headers: { "x-ai-cache": "read" } });
    await gate.reached();
    await response.body?.cancel();
    expect(await origin.calls[0]?.ended).toBe("aborted");
  });

  it.each([
    ["in one piece", {}],
    ["a stream", { stream: true }],
  ])("nor one that has become too large to be kept (%s)", async (_, body) => {
    const { origin, ask, eventsOf } = await setUp({
      coalescing: { finishDetached: true, grace: "1h", detachedBytes: "1gb" },
      policy: { maxEntryBytes: "8kb" },
    });
    const gate = new Gate();
    origin.plan({ words: 400_000, holds: [{ at: "headers", gate }] });
    const leaving = new AbortController();
    const left = ask(body, { signal: leaving.signal });
    await gate.reached();
    leaving.abort();
    await Promise.allSettled([left]);
    gate.release();
    await until(() => eventsOf("origin-end").length === 1, "the end");
    expect(eventsOf("origin-end")[0]?.result).toBe("aborted");
  });
});
