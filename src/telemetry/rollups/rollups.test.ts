import { describe, expect, it } from "vitest";
import { ManualClock, systemRandom } from "../../core/clock.ts";
import type { TraceEvent } from "../../core/trace.ts";
import { memory } from "../../stores/memory.ts";
import { Rollups, tickMs } from "./rollups.ts";

const start = Date.UTC(2026, 0, 1, 12, 30, 58);
const aCall = {
  type: "call-end",
  outcome: { kind: "bypass", reason: "cache_off" },
  ...{ protocol: "p", originId: "o", model: "m", stream: false, durationMs: 2 },
} as const satisfies TraceEvent;

async function settled(): Promise<void> {
  for (let turn = 0; turn < 300; turn++) await Promise.resolve();
}

function setUp() {
  const clock = new ManualClock(start);
  const store = memory({ clock });
  const starting = (at = clock) => new Rollups({ store, clock: at, random: systemRandom, trace: () => {} });
  const calls = async (window = "2h") => {
    const { points } = await starting().timeseries({ metric: "requests", window, step: "minute" });
    return points
      .filter(([, value]) => value !== 0)
      .map(([at, value]) => [new Date(at).toISOString().slice(11, 16), value]);
  };
  return { clock, store, starting, calls };
}

describe("Rollups", () => {
  it("counts each call in the minute in which it ended", async () => {
    const { clock, starting, calls } = setUp();
    const rollups = starting();
    rollups.hear(aCall);
    clock.advance(1_999);
    rollups.hear(aCall);
    clock.advance(1);
    rollups.hear(aCall);
    for (let second = 0; second < 10; second++) {
      clock.advance(1_000);
      await settled();
    }
    expect(await calls()).toEqual([
      ["12:30", 2],
      ["12:31", 1],
    ]);
  });

  it("a process that is killed loses what came after its last tick", async () => {
    const { clock, starting, calls } = setUp();
    const killed = starting();
    killed.hear(aCall);
    clock.advance(2_000);
    await settled();
    killed.hear(aCall);
    clock.advance(tickMs - 1);
    await settled();
    expect(await calls()).toEqual([["12:30", 1]]);
    clock.advance(1);
    await settled();
    expect(await calls()).toEqual([
      ["12:30", 1],
      ["12:31", 1],
    ]);
  });

  it("has nothing to do while there are no calls", async () => {
    const { clock, store, starting } = setUp();
    const rollups = starting();
    rollups.hear({ type: "flight-join" });
    clock.advance(3_600_000);
    await settled();
    expect(store.stats().entries).toBe(0);
    await rollups.close();
    expect(store.stats().entries).toBe(0);
  });

  it("a clock that was set back before a restart costs nothing that was counted", async () => {
    const { clock, store, starting } = setUp();
    const before = starting();
    before.hear(aCall);
    await before.close();
    const earlier = new ManualClock(clock.now() - 10 * 60_000);
    const after = new Rollups({ store, clock: earlier, random: systemRandom, trace: () => {} });
    after.hear(aCall);
    await after.close();
    expect((await starting().stats("1h")).calls).toBe(2);
    // What lies in the future of who asks is told when it has come.
    expect((await starting(earlier).stats("1h")).calls).toBe(1);
    expect((await starting(earlier).stats("24h")).calls).toBe(2);
  });

  it("without a store counts nothing, and says so, but takes back", async () => {
    const told: TraceEvent[] = [];
    const trace = (event: TraceEvent): void => {
      told.push(event);
    };
    const parts = { clock: new ManualClock(start), random: systemRandom, trace };
    const alone = new Rollups({ ...parts, store: undefined });
    const cost = { usage: undefined, price: undefined };
    const call = { protocol: "p", originId: "o", model: "m" };
    alone.hear(aCall);
    alone.hear({ type: "saving", by: "exact", ...call, cost, bytes: 1, entry: "t:a" });
    for (const entry of ["t:a", "t:a", "t:b"]) await alone.undo(entry);
    expect(told).toMatchObject([{ type: "saving-undone", by: "exact" }]);
    expect(await alone.stats()).toMatchObject({ window: null, step: null, complete: false, calls: 0 });
    expect(await alone.stats("1h")).toMatchObject({ complete: false, calls: 0, nodes: [] });
    await alone.close();
  });

  it("what the store holds that is no row is said to be missing", async () => {
    const { store, starting } = setUp();
    const rollups = starting();
    rollups.hear(aCall);
    await rollups.close();
    const { items } = await store.list({ limit: 100 });
    for (const { tenant, key, deleteAt } of items)
      if (key.startsWith("ledger-minute:")) store.set(tenant, key, Buffer.from("{}"), { deleteAt });
    expect(await starting().stats("1h")).toMatchObject({ complete: false, calls: 0 });
    expect(await starting().stats("24h")).toMatchObject({ complete: true, calls: 1 });
  });
});
