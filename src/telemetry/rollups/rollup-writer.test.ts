import { describe, expect, it } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { MaybePromise, Store, WriteResult } from "../../core/store.ts";
import { memory } from "../../stores/memory.ts";
import { rowKey, startOf } from "./periods.ts";
import { Rollup } from "./rollup.ts";
import { decodeRow } from "./rollup-row.ts";
import { RollupWriter } from "./rollup-writer.ts";

const start = Date.UTC(2026, 0, 1, 12, 30);
const minute = 60_000;
const hour = 60 * minute;

function counted(calls = 1): Rollup {
  const rollup = new Rollup();
  for (let call = 0; call < calls; call++)
    rollup.hear({ type: "call-end", outcome: { kind: "bypass" }, durationMs: 1 } as never, undefined);
  return rollup;
}

/** A writer over a store in memory whose `set` can be replaced. */
function setUp() {
  const clock = new ManualClock(start);
  const inner = memory({ clock });
  const plan: { set?: Store["set"] } = {};
  const keys: string[] = [];
  const store: Pick<Store, "get" | "add" | "set"> = {
    get: (...given) => inner.get(...given),
    add: (...given) => inner.add(...given),
    set(tenant, key, value, options): MaybePromise<WriteResult> {
      keys.push(key);
      return plan.set === undefined ? inner.set(tenant, key, value, options) : plan.set(tenant, key, value, options);
    },
  };
  const writer = new RollupWriter({ store, clock, node: "n" });
  const stored = (step: "minute" | "hour" | "day", at: number): number | undefined => {
    const [value] = inner.get(systemTenant, [rowKey(step, startOf(step, at), "n")]);
    return value && decodeRow(value)?.requests.bypass;
  };
  return { clock, inner, plan, keys, writer, stored };
}

describe("RollupWriter", () => {
  it("writes the rows of minute, hour and day, and each of them only when it has changed", async () => {
    const { clock, keys, writer, stored } = setUp();
    writer.add(counted(2), start);
    expect(await writer.write()).toBe(true);
    expect([stored("minute", start), stored("hour", start), stored("day", start)]).toEqual([2, 2, 2]);
    await writer.write();
    expect(keys).toHaveLength(3);
    clock.advance(minute);
    writer.add(counted(3), start + minute);
    await writer.write();
    expect([stored("minute", start), stored("minute", start + minute), stored("hour", start)]).toEqual([2, 3, 5]);
    expect(keys).toHaveLength(6);
    expect(writer.isBehind).toBe(false);
  });

  it("goes on with the day across midnight under another row and another place", async () => {
    const { inner, writer, stored } = setUp();
    const midnight = Date.UTC(2026, 0, 2);
    writer.add(counted(), midnight - 1);
    writer.add(counted(2), midnight);
    await writer.write();
    expect([stored("day", midnight - 1), stored("day", midnight)]).toEqual([1, 2]);
    expect(inner.stats().entries).toBe(6 + 2);
  });

  it("keeps what the store did not take, and writes it when it does", async () => {
    const { plan, writer, stored } = setUp();
    for (const set of [() => "overloaded" as const, () => Promise.reject(new Error("away"))]) {
      plan.set = set;
      writer.add(counted(), start);
      expect(await writer.write()).toBe(false);
      expect(writer.isBehind).toBe(true);
    }
    delete plan.set;
    expect(await writer.write()).toBe(true);
    expect(stored("day", start)).toBe(2);
  });

  it("writes once more what may be overtaken by a write that came to no end", async () => {
    const { clock, inner, plan, writer, stored } = setUp();
    const late: (() => void)[] = [];
    plan.set = (...given) => new Promise(() => late.push(() => inner.set(...given)));
    writer.add(counted(), start);
    const writing = writer.write();
    while (late.length === 0) await Promise.resolve();
    clock.advance(2_001);
    expect(await writing).toBe(false);
    delete plan.set;
    writer.add(counted(), start);
    await writer.write();
    for (const land of late) land();
    expect(stored("minute", start)).toBe(1);
    expect(writer.isBehind).toBe(true);
    await writer.write();
    expect([stored("minute", start), writer.isBehind]).toEqual([2, false]);
  });

  it("through a week without a store keeps every hour and day, and minutes as long as they are asked for", async () => {
    const { clock, plan, writer, stored } = setUp();
    plan.set = () => "overloaded";
    const hours = 7 * 24;
    for (let passed = 0; passed < hours * 60; passed++) {
      writer.add(counted(), clock.now());
      if (passed % 10 === 0) await writer.write();
      clock.advance(minute);
    }
    delete plan.set;
    while (writer.isBehind) await writer.write();
    for (let passed = 1; passed < hours; passed++) expect(stored("hour", start + passed * hour)).toBe(60);
    expect(stored("minute", clock.now() - minute)).toBe(1);
    expect(stored("minute", start)).toBeUndefined();
    expect(writer.dropped).toBe(0);
  });

  it("never keeps more than there is room for, and drops minutes first", async () => {
    const { writer, stored } = setUp();
    const minutes = 3_000;
    for (let passed = 0; passed < minutes; passed++) writer.add(counted(), start - passed * minute);
    expect(writer.dropped).toBeGreaterThan(minutes - 400);
    await writer.write();
    const lastHours = Array.from({ length: 40 }, (_, index) => stored("hour", start - (index + 2) * hour));
    expect(lastHours.filter((calls) => calls !== 60)).toEqual([]);
  });

  it("gives up a row that is larger than the store takes", async () => {
    const { plan, writer } = setUp();
    plan.set = () => "declined";
    writer.add(counted(), start);
    expect(await writer.write()).toBe(true);
    expect([writer.isBehind, writer.dropped]).toEqual([false, 3]);
  });
});
