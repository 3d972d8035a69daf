import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import { memory } from "../../src/stores/memory.ts";
import { ChaosStore } from "../../src/testing/chaos-store.ts";
import { isIntact, type Reading, setUp } from "./cache-harness.ts";

/** A store that fails never fails a request, and never holds one up beyond its deadlines (I4, I7, I8, R2, R3). */

async function chaotic() {
  const clock = new ManualClock();
  const chaos = new ChaosStore(memory({ clock }));
  const harness = await setUp({ clock, store: chaos });
  onTestFinished(() => chaos.release());
  /** Lets deadlines pass until the answer is there; tells how much time that took. */
  const inTime = async (answer: Promise<Reading>): Promise<{ readonly reading: Reading; readonly tookMs: number }> => {
    let done = false;
    const watched = answer.finally(() => {
      done = true;
    });
    watched.catch(() => {});
    const before = clock.monotonic();
    for (let idle = 0; !done; idle++) {
      await new Promise((resolve) => setImmediate(resolve));
      // The origin is real and takes its own time; only when all is quiet does the clock go on.
      if (idle % 20 === 19) clock.advance(10);
    }
    return { reading: await watched, tookMs: clock.monotonic() - before };
  };
  return { ...harness, clock, chaos, inTime };
}

describe("an answer that is still being written", () => {
  it.each([{}, { stream: true }])(
    "is there, whole, for who comes between its last chunk and the commit (S4): %j",
    async (form) => {
      const { chaos, inTime, origin, read } = await chaotic();
      chaos.mode = "hanging";
      const leader = await inTime(read(form));
      const late = await inTime(read(form));
      expect([leader.reading.outcome, late.reading.outcome]).toEqual(["MISS", "COALESCED"]);
      expect(isIntact(late.reading)).toBe(true);
      expect(late.reading.text).toBe(leader.reading.text);
      expect(origin.callCount).toBe(1);
    },
  );
});

describe.each(["failing", "hanging"] as const)("while the store is %s", (mode) => {
  it("every request is answered, from the origin, whole, and in time (I4)", async () => {
    const { chaos, inTime, origin, read, eventsOf: events } = await chaotic();
    chaos.mode = mode;
    for (let count = 0; count < 12; count++) {
      const { reading, tookMs } = await inTime(read({ seed: count, stream: count % 2 === 1 }));
      expect(reading.status).toBe(200);
      expect(reading.outcome).toBe("MISS");
      expect(isIntact(reading)).toBe(true);
      expect(tookMs).toBeLessThanOrEqual(1_500);
    }
    expect(origin.callCount).toBe(12);
    expect(events("store-fault").length).toBeGreaterThan(0);
    expect(events("store-state")).toContainEqual(expect.objectContaining({ state: "open" }));
    // An open breaker asks no more, so nothing waits for it any longer.
    const calls = chaos.calls;
    const { tookMs } = await inTime(read());
    expect(tookMs).toBeLessThan(50);
    expect(chaos.calls).toBe(calls);
  });

  it("what memory holds is served on, and everything heals by itself (R2, R3)", async () => {
    const { chaos, clock, inTime, origin, read } = await chaotic();
    const filled = await read();
    chaos.mode = mode;
    for (let count = 0; count < 6; count++) {
      clock.advance(1_001);
      const { reading } = await inTime(read());
      expect(reading).toMatchObject({ outcome: "HIT", raw: filled.raw });
    }
    expect(origin.callCount).toBe(1);
    chaos.release();
    clock.advance(60_000);
    expect((await inTime(read({ seed: 1 }))).reading.outcome).toBe("MISS");
    clock.advance(60_000);
    expect((await inTime(read({ seed: 2 }))).reading.outcome).toBe("MISS");
    expect((await inTime(read({ seed: 2 }))).reading.outcome).toBe("HIT");
  });

  it("in the middle of a call, the answer is whole and nothing is stored (I4)", async () => {
    const { chaos, inTime, origin, read, eventsOf: events } = await chaotic();
    origin.plan(() => {
      chaos.mode = mode;
      return {};
    });
    const { reading } = await inTime(read());
    expect(reading).toMatchObject({ status: 200, outcome: "MISS" });
    expect(isIntact(reading)).toBe(true);
    expect(events("entry-write").filter(({ result }) => result === "stored")).toEqual([]);
  });
});

describe("counters", () => {
  it("add up: every call ends exactly once, in exactly one way (I8)", async () => {
    const {
      clock,
      origin,
      read,
      events,
      eventsOf: of,
    } = await setUp({ policy: { ttl: "1m", staleWhileRevalidate: "1m" } });
    const outcomes: (string | null)[] = [];
    const ask = async (...given: Parameters<typeof read>) => outcomes.push((await read(...given)).outcome);
    await ask();
    await ask({ stream: true });
    await ask({}, { headers: { "cache-control": "no-store" } });
    await ask({}, { headers: { "cache-control": "no-cache" } });
    await Promise.all([ask({ seed: 1 }), ask({ seed: 1 }), ask({ seed: 1 })]);
    clock.advance(61_000);
    await ask();
    origin.plan({ status: 500 });
    await ask({ seed: 2 });
    await ask({ seed: 3 }, { headers: { "cache-control": "only-if-cached" } });
    await origin.close();
    await ask({ seed: 4 });
    await ask({}, { headers: { "x-ai-cache-ttl": "never" } });
    const kinds = of("call-end").map(({ outcome }) => outcome.kind);
    expect(kinds).toEqual([
      "miss",
      "hit",
      "bypass",
      "refresh",
      ...["miss", "coalesced", "coalesced"],
      "stale",
      "miss",
      "miss",
      "error",
      "error",
    ]);
    expect(kinds).toHaveLength(outcomes.length);
    const starts = events.filter(({ type }) => type === "origin-start").length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(of("origin-end")).toHaveLength(starts);
  });
});
