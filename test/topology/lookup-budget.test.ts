import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../src/core/clock.ts";
import type { Store } from "../../src/core/store.ts";
import { memory } from "../../src/stores/memory.ts";
import { type Harness, isIntact, type Reading, setUp, turns, until } from "./cache-harness.ts";

/** A store behind a network that takes `delayMs` for every answer, by the clock of the test. */
function slow(inner: Store, clock: ManualClock, network: { delayMs: number }): Store {
  const later = <T>(call: () => T): Promise<Awaited<T>> =>
    new Promise((resolve) => {
      if (network.delayMs === 0) resolve(call() as Awaited<T>);
      else clock.after(network.delayMs, () => resolve(call() as Awaited<T>));
    });
  return {
    name: "slow",
    get: (tenant, keys) => later(() => inner.get(tenant, keys)),
    set: (...given) => later(() => inner.set(...given)),
    add: (...given) => later(() => inner.add(...given)),
    delete: (tenant, key) => later(() => inner.delete(tenant, key)),
    stats: () => inner.stats(),
    close: () => inner.close(),
  };
}

async function behindNetwork() {
  const clock = new ManualClock();
  const network = { delayMs: 0 };
  const store = memory({ clock });
  // What is counted is answers alone.
  const harness = await setUp({ clock, store: slow(store, clock, network), semantic: { mode: "off" } });
  /** Whatever was on its way arrives. */
  const arrived = async (): Promise<void> => {
    for (let passed = 0; passed < 20; passed++) {
      clock.advance(500);
      await turns(5);
    }
    network.delayMs = 0;
  };
  onTestFinished(arrived);
  return { ...harness, clock, network, store, arrived };
}

/** Reads, and lets a millisecond pass whenever the origin has had its turns; tells how many passed until it was asked. */
async function timeUntilAsked({ clock, origin, read }: Harness) {
  const [before, calls] = [clock.monotonic(), origin.callCount];
  let reading: Reading | undefined;
  let tookMs: number | undefined;
  void read().then((got) => {
    reading = got;
  });
  for (let turn = 1; reading === undefined; turn++) {
    await turns(1);
    if (origin.callCount > calls) tookMs ??= clock.monotonic() - before;
    if (turn % 50 === 0) clock.advance(1);
  }
  return { reading, tookMs };
}

describe("a store that is slow", () => {
  it.each([26, 40, 300])(
    "by %d ms is a miss when the budget of the look-up is spent, and not asked again (R4)",
    async (delayMs) => {
      const harness = await behindNetwork();
      harness.network.delayMs = delayMs;
      const { reading, tookMs } = await timeUntilAsked(harness);
      expect([reading.status, reading.outcome, reading.reason]).toEqual([200, "MISS", "store_unavailable"]);
      expect(isIntact(reading)).toBe(true);
      expect(tookMs).toBeLessThanOrEqual(25 + 5);
      expect(harness.eventsOf("store-fault")).toContainEqual(expect.objectContaining({ operation: "lookup" }));
    },
  );

  it.each([
    ["beyond the budget leaves the answer to the copy in memory", 40, 1],
    ["within the budget answers", 10, 0],
  ])("%s (R4)", async (_, delayMs, faults) => {
    const { clock, network, origin, read, eventsOf } = await behindNetwork();
    await read();
    await until(() => eventsOf("entry-write").length === 1);
    clock.advance(1_001);
    network.delayMs = delayMs;
    const pending = read();
    await until(() => {
      clock.advance(1);
      return eventsOf("lookup-end").length === 2;
    });
    expect((await pending).outcome).toBe("HIT");
    expect(origin.callCount).toBe(1);
    expect(eventsOf("store-fault").filter(({ operation }) => operation === "lookup")).toHaveLength(faults);
    if (faults === 0) expect(eventsOf("store-fault")).toEqual([]);
  });

  it("is used again when it is fast again, and holds one record then (R4)", async () => {
    const harness = await behindNetwork();
    const { network, origin, read, eventsOf, store } = harness;
    network.delayMs = 300;
    await timeUntilAsked(harness);
    await harness.arrived();
    await read();
    await until(() => eventsOf("entry-write").some(({ result }) => result === "stored"));
    expect((await read()).outcome).toBe("HIT");
    expect(origin.callCount).toBe(2);
    // The entry, the tokens of its eight scopes, and the secret.
    expect((await store.stats()).entries).toBe(10);
  });
});
