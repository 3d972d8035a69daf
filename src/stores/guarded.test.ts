import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { isPromise } from "../core/maybe-promise.ts";
import type { Store } from "../core/store.ts";
import { ChaosStore } from "../testing/chaos-store.ts";
import { storeContract } from "../testing/store-contract.ts";
import { type GuardEvent, guarded } from "./guarded.ts";
import { memory } from "./memory.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const value = new Uint8Array([1, 2, 3]);

describe("guarded(memory): the store contract", () => {
  const make = async () => {
    const clock = new ManualClock();
    return { clock, store: guarded(memory({ maxBytes: 16 * 1024 * 1024, clock }), { clock }) };
  };
  for (const { name, run } of storeContract(make)) it(name, run);
});

function setUp() {
  const clock = new ManualClock();
  const chaos = new ChaosStore(memory({ clock }));
  const events: GuardEvent[] = [];
  const store = guarded(chaos, {
    clock,
    readDeadlineMs: 50,
    writeDeadlineMs: 250,
    breaker: { minimumFailures: 3, openMs: 1_000 },
    onEvent: (event) => events.push(event),
  });
  /** Makes `count` reads one after the other, each waiting for its deadline. */
  const readAndWait = async (count: number) => {
    for (let i = 0; i < count; i += 1) {
      const answer = store.get("t", ["k"]);
      clock.advance(50);
      expect(await answer).toEqual([undefined]);
    }
  };
  return { clock, chaos, events, store, readAndWait };
}

describe("guarded", () => {
  it("stays synchronous over a synchronous store", () => {
    const store = guarded(memory());
    expect(store.set("t", "k", value, forEver)).toBe("stored");
    expect(store.get("t", ["k"])).toEqual([value]);
    expect(isPromise(store.getEntries("t", ["k"]))).toBe(false);
    expect(store.available()).toBe(true);
  });

  it("answers a read of a hanging store at its deadline, and drops the late reply", async () => {
    const { clock, chaos, store } = setUp();
    await store.set("t", "k", value, forEver);
    chaos.mode = "hanging";
    const answer = store.get("t", ["k", "other"]);
    clock.advance(49);
    clock.advance(1);
    expect(await answer).toEqual([undefined, undefined]);
    expect(store.state).toEqual({ breaker: "closed", failures: { timeout: 1, error: 0, refused: 0 } });
    chaos.release();
    expect(await store.get("t", ["k"])).toEqual([value]);
  });

  it("says overloaded when a write takes too long or fails", async () => {
    const { clock, chaos, store } = setUp();
    chaos.mode = "hanging";
    const answer = store.set("t", "k", value, forEver);
    clock.advance(250);
    expect(await answer).toBe("overloaded");
    chaos.mode = "failing";
    expect(await store.set("t", "k", value, forEver)).toBe("overloaded");
  });

  it("never pretends in add, delete and getEntries", async () => {
    const { clock, chaos, store } = setUp();
    chaos.mode = "hanging";
    const late = expect(store.delete("t", "k")).rejects.toThrow("took longer than 250 ms");
    clock.advance(250);
    await late;
    chaos.mode = "failing";
    for (let count = 0; count < 3; count++) {
      await expect(store.add("t", "k", value, forEver)).rejects.toThrow(StoreUnavailableError);
      await expect(store.getEntries("t", ["k"])).rejects.toThrow(StoreUnavailableError);
    }
    expect(store.available()).toBe(false);
    await expect(store.add("t", "k", value, forEver)).rejects.toThrow("out of service");
    await expect(store.getEntries("t", ["k"])).rejects.toThrow("out of service");
  });

  it("opens the breaker on timeouts it swallowed, and asks the store no more", async () => {
    const { chaos, events, store, readAndWait } = setUp();
    chaos.mode = "hanging";
    await readAndWait(3);
    expect(store.state.breaker).toBe("open");
    const { calls } = chaos;
    expect(await store.get("t", ["k"])).toEqual([undefined]);
    await expect(store.getEntries("t", ["k"])).rejects.toThrow("out of service");
    expect(chaos.calls).toBe(calls);
    expect(store.state.failures).toEqual({ timeout: 3, error: 0, refused: 2 });
    expect(events.map((event) => (event.kind === "state" ? event.state : event.failure))).toEqual([
      "timeout",
      "timeout",
      "open",
      "timeout",
    ]);
  });

  it("probes once in half-open while the others are refused, and heals", async () => {
    const { clock, chaos, store, readAndWait } = setUp();
    await store.set("t", "k", value, forEver);
    chaos.mode = "hanging";
    await readAndWait(3);
    clock.advance(1_000);
    const { calls } = chaos;
    const probe = store.get("t", ["k"]);
    expect(await store.get("t", ["k"])).toEqual([undefined]);
    expect(store.state.breaker).toBe("half-open");
    await Promise.resolve();
    expect(chaos.calls).toBe(calls + 1);
    chaos.release();
    expect(await probe).toEqual([value]);
    expect(store.state.breaker).toBe("closed");
    expect(await store.get("t", ["k"])).toEqual([value]);
  });

  it("opens again when the probe fails", async () => {
    const { clock, chaos, store, readAndWait } = setUp();
    chaos.mode = "hanging";
    await readAndWait(3);
    clock.advance(1_000);
    await readAndWait(1);
    expect(store.state.breaker).toBe("open");
    chaos.release();
    clock.advance(999);
    await expect(store.getEntries("t", ["k"])).rejects.toThrow("out of service");
    clock.advance(1);
    expect(await store.get("t", ["k"])).toEqual([undefined]);
    expect(store.state.breaker).toBe("closed");
  });

  it("judges reads and writes apart: reads that work do not hide that nothing can be written", async () => {
    const { chaos, store } = setUp();
    await store.set("t", "k", value, forEver);
    for (let count = 0; count < 6; count++) {
      chaos.mode = "failing";
      expect(await store.set("t", "k2", value, forEver)).toBe("overloaded");
      chaos.mode = "healthy";
      for (let reads = 0; reads < 3; reads++) expect(await store.get("t", ["k"])).toEqual([value]);
    }
    expect(store.available()).toBe(false);
    expect(store.state.breaker).toBe("open");
    const { calls } = chaos;
    expect(await store.set("t", "k2", value, forEver)).toBe("overloaded");
    expect(chaos.calls).toBe(calls);
    expect(await store.get("t", ["k"])).toEqual([value]);
  });

  it("counts a store that takes no more as failing to write", async () => {
    const full: Store = Object.assign(Object.create(memory()), { set: () => "overloaded" });
    const store = guarded(full, { clock: new ManualClock() });
    for (let count = 0; count < 5; count++) expect(store.set("t", "k", value, forEver)).toBe("overloaded");
    expect(store.available()).toBe(false);
  });

  it("gives the last known figures while the store is away", async () => {
    const { clock, chaos, store } = setUp();
    await store.set("t", "k", value, forEver);
    const known = await store.stats();
    expect(known.entries).toBe(1);
    chaos.mode = "hanging";
    const stats = store.stats();
    clock.advance(50);
    expect(await stats).toEqual(known);
  });

  it("closes even if the store does not, and tells", async () => {
    const { clock, chaos, events, store } = setUp();
    chaos.mode = "hanging";
    const closing = store.close();
    clock.advance(5_000);
    await closing;
    expect(events).toMatchObject([{ kind: "failure", operation: "close", failure: "timeout" }]);
    expect(() => store.get("t", ["k"])).toThrow("closed");
  });
});
