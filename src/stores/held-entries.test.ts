import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { type Holding, holdIn } from "../core/holding.ts";
import { ChaosStore } from "../testing/chaos-store.ts";
import { guarded } from "./guarded.ts";
import { MEMORY_ENTRY_OVERHEAD, memory } from "./memory.ts";
import { tiered } from "./tiered.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const bytes = (text: string) => Buffer.from(text);
const keys = ["a", "b"];

function setUp() {
  const clock = new ManualClock();
  const near = memory({ clock, maxBytes: 20 * MEMORY_ENTRY_OVERHEAD, maxEntryBytes: 4 * MEMORY_ENTRY_OVERHEAD });
  const far = memory({ clock });
  const store = tiered([near, far], { clock, recheckMs: 1_000 });
  for (const key of keys) store.set("t", key, bytes(key), forEver);
  return { clock, near, far, store };
}

describe("what is held in memory", () => {
  it("is current as long as nothing happens to it, whatever happens to the rest", () => {
    const { near, clock } = setUp();
    const held = near.hold("t", keys) as Holding;
    expect(held.values).toEqual(near.get("t", keys));
    expect(held.values[0]).toBe(near.get("t", keys)[0]);
    near.set("t", "c", bytes("c"), forEver);
    near.delete("t", "c");
    near.set("u", "a", bytes("another tenant's"), forEver);
    clock.advance(1e9);
    expect(held.isCurrent()).toBe(true);
  });

  it.each<[string, (near: ReturnType<typeof memory>) => unknown]>([
    ["is overwritten", (near) => near.set("t", "b", bytes("B"), forEver)],
    ["is overwritten with the same", (near) => near.set("t", "b", bytes("b"), forEver)],
    ["is overwritten with more", (near) => near.set("t", "b", bytes("longer than before"), forEver)],
    ["is removed", (near) => near.delete("t", "b")],
    ["is removed and written again", (near) => near.delete("t", "b") && near.add("t", "b", bytes("b"), forEver)],
    ["is given an end", (near) => near.set("t", "b", near.get("t", ["b"])[0] as Uint8Array, { deleteAt: 1e15 })],
    ["is evicted", (near) => near.resize(1)],
  ])("is not current once one of it %s", (_, change) => {
    const { near } = setUp();
    const held = near.hold("t", keys) as Holding;
    change(near);
    expect(held.isCurrent()).toBe(false);
  });

  it("can only be what is there, and for good", () => {
    const { near, clock } = setUp();
    near.set("t", "mortal", bytes("m"), { deleteAt: clock.now() + 10 });
    expect(near.hold("t", ["a", "absent"])).toBeUndefined();
    expect(near.hold("t", ["a", "mortal"])).toBeUndefined();
    expect(near.hold("u", keys)).toBeUndefined();
  });

  it("is read by whoever asks whether it is current, and so outlasts what nobody asks for", () => {
    const { near } = setUp();
    const held = near.hold("t", keys) as Holding;
    for (let index = 0; index < 200; index++) {
      near.set("t", `once ${index}`, bytes("x"), forEver);
      expect(held.isCurrent()).toBe(true);
    }
    expect(near.stats().evictions).toBeGreaterThan(100);
  });
});

describe("what is held in the first of several tiers", () => {
  it("is current until the tiers below are to be asked again", () => {
    const { clock, store, far } = setUp();
    const held = store.hold("t", keys) as Holding;
    far.set("t", "a", bytes("of another process"), forEver);
    clock.advance(749);
    expect(held.isCurrent()).toBe(true);
    clock.advance(251);
    expect(held.isCurrent()).toBe(false);
    store.get("t", keys);
    expect(held.isCurrent()).toBe(false);
    expect(store.hold("t", keys)?.values.map((value) => Buffer.from(value).toString())).toEqual([
      "of another process",
      "b",
    ]);
  });

  it("is current again when they have the same", () => {
    const { clock, store } = setUp();
    const held = store.hold("t", keys) as Holding;
    clock.advance(1_000);
    expect(held.isCurrent()).toBe(false);
    store.get("t", keys);
    expect(held.isCurrent()).toBe(true);
  });

  it("does not count when it is as old as the caller says, or older", () => {
    const { clock, store, near } = setUp();
    clock.advance(10);
    for (const held of [store.hold("t", keys), near.hold("t", keys)]) {
      expect(held?.isCurrent(clock.now() - 11)).toBe(true);
      expect(held?.isCurrent(clock.now() - 10)).toBe(false);
    }
  });

  it("is current no more when another process has written one, or may have written any", () => {
    const { clock, store } = setUp();
    const held = store.hold("t", keys) as Holding;
    store.forget("t", "b");
    expect(held.isCurrent()).toBe(false);
    store.get("t", keys);
    const again = store.hold("t", keys) as Holding;
    clock.advance(1);
    store.distrust();
    expect(again.isCurrent()).toBe(false);
  });

  it("is held where the only tier can hold it, and not where none can", () => {
    const near = memory();
    near.set("t", "a", bytes("a"), forEver);
    expect(tiered([near]).hold("t", ["a"])?.isCurrent()).toBe(true);
    const chaos = new ChaosStore(near);
    expect(holdIn(chaos, "t", ["a"])).toBeUndefined();
    expect(tiered([guarded(chaos), near]).hold("t", ["a"])).toBeUndefined();
    expect(tiered([guarded(chaos)]).hold("t", ["a"])).toBeUndefined();
  });
});
