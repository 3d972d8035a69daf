import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { InvalidOptionError } from "../core/errors.ts";
import { isPromise } from "../core/maybe-promise.ts";
import type { Store } from "../core/store.ts";
import { ChaosStore } from "../testing/chaos-store.ts";
import { storeContract } from "../testing/store-contract.ts";
import { guarded } from "./guarded.ts";
import { memory } from "./memory.ts";
import { tiered } from "./tiered.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (value: Uint8Array | undefined) => value && new TextDecoder().decode(value);

describe("tiered([memory]): the store contract", () => {
  const make = async () => {
    const clock = new ManualClock();
    return { clock, store: tiered([memory({ maxBytes: 16 * 1024 * 1024, clock })], { clock }) };
  };
  for (const { name, run } of storeContract(make)) it(name, run);
});

describe("tiered over three tiers: the store contract", () => {
  const make = async () => {
    const clock = new ManualClock();
    const tiers = [1, 4, 16].map((mebibytes) => memory({ maxBytes: mebibytes * 1024 * 1024, clock }));
    return { clock, store: tiered(tiers, { clock }) };
  };
  for (const { name, run } of storeContract(make)) it(name, run);
});

function setUp() {
  const clock = new ManualClock();
  const near = memory({ clock });
  const far = memory({ clock });
  return { clock, near, far, store: tiered([near, far], { clock, recheckMs: 1_000 }) };
}

describe("tiered over synchronous tiers", () => {
  it("answers synchronously and writes to all", () => {
    const { near, far, store } = setUp();
    expect(store.set("t", "k", bytes("v"), forEver)).toBe("stored");
    expect(isPromise(store.get("t", ["k"]))).toBe(false);
    expect(textOf(near.get("t", ["k"])[0])).toBe("v");
    expect(textOf(far.get("t", ["k"])[0])).toBe("v");
    expect(store.delete("t", "k")).toBe(true);
    expect(near.get("t", ["k"])).toEqual([undefined]);
    expect(far.get("t", ["k"])).toEqual([undefined]);
  });

  it("asks below only for what is missing, and keeps the order", async () => {
    const { near, far, store } = setUp();
    near.set("t", "near", bytes("near"), forEver);
    far.set("t", "far", bytes("far"), forEver);
    const values = await store.get("t", ["far", "absent", "near", "far"]);
    expect(values.map(textOf)).toEqual(["far", undefined, "near", "far"]);
  });

  it("copies upward with the deleteAt and priority of the source", async () => {
    const { clock, near, far, store } = setUp();
    const deleteAt = clock.now() + 5_000;
    far.set("t", "k", bytes("v"), { deleteAt, priority: "low" });
    await store.get("t", ["k"]);
    expect(near.getEntries("t", ["k"])).toMatchObject([{ deleteAt, priority: "low" }]);
  });

  it("returns the same object on each hit, across a recheck too", async () => {
    const { clock, far, store } = setUp();
    far.set("t", "k", bytes("v"), forEver);
    const first = (await store.get("t", ["k"]))[0];
    expect((await store.get("t", ["k"]))[0]).toBe(first);
    clock.advance(1_001);
    far.set("t", "k", bytes("v"), forEver);
    expect((await store.get("t", ["k"]))[0]).toBe(first);
    clock.advance(500);
    expect((await store.get("t", ["k"]))[0]).toBe(first);
  });

  it("sees within recheckMs what another process overwrote or deleted below", async () => {
    const { clock, near, far, store } = setUp();
    store.set("t", "token", bytes("old"), forEver);
    store.set("t", "gone", bytes("gone"), forEver);
    far.set("t", "token", bytes("new"), forEver);
    far.delete("t", "gone");
    expect((await store.get("t", ["token", "gone"])).map(textOf)).toEqual(["old", "gone"]);
    clock.advance(1_000);
    expect((await store.get("t", ["token", "gone"])).map(textOf)).toEqual(["new", undefined]);
    expect(near.get("t", ["gone"])).toEqual([undefined]);
    expect(textOf(near.get("t", ["token"])[0])).toBe("new");
  });

  it("asks again for copies that came at once in turn, and for all of them in time", () => {
    const { clock, near, store } = setUp();
    const keys = Array.from({ length: 1_000 }, (_, number) => `key ${number}`);
    for (const key of keys) store.set("t", key, bytes("v"), forEver);
    const askedAt: number[] = [];
    for (let ms = 25; ms <= 1_000; ms += 25) {
      clock.advance(25);
      for (const key of keys) void store.get("t", [key]);
      askedAt.push(near.getEntries("t", keys).filter((copy) => copy?.storedAt === clock.now()).length);
    }
    const firstAt = askedAt.findIndex((count) => count > 0);
    expect(25 * (firstAt + 1)).toBeGreaterThanOrEqual(750);
    expect(askedAt.reduce((sum, count) => sum + count, 0)).toBe(keys.length);
    expect(Math.max(...askedAt)).toBeLessThan(keys.length / 4);
  });

  it("asks along for what is half as old", async () => {
    const { clock, far, store } = setUp();
    for (const key of ["old", "older"]) store.set("t", key, bytes("before"), forEver);
    clock.advance(400);
    store.set("t", "young", bytes("before"), forEver);
    for (const key of ["old", "older", "young"]) far.set("t", key, bytes("after"), forEver);
    clock.advance(600);
    expect((await store.get("t", ["old", "older", "young"])).map(textOf)).toEqual(["after", "after", "after"]);
  });

  it("lets the last tier decide an add and writes its answer upward", async () => {
    const { near, far, store } = setUp();
    near.set("t", "token", bytes("outdated"), forEver);
    far.set("t", "token", bytes("theirs"), forEver);
    expect(textOf(await store.add("t", "token", bytes("mine"), forEver))).toBe("theirs");
    expect(textOf(near.get("t", ["token"])[0])).toBe("theirs");
    expect(textOf(await store.add("t", "other", bytes("mine"), forEver))).toBe("mine");
    expect(near.getEntries("t", ["other"])).toMatchObject([forEver]);
  });

  it("keeps no old copy where a tier declines the new value", async () => {
    const clock = new ManualClock();
    const near = memory({ clock, maxEntryBytes: 1_000 });
    const store = tiered([near, memory({ clock })], { clock });
    store.set("t", "k", bytes("small"), forEver);
    expect(store.set("t", "k", new Uint8Array(5_000), forEver)).toBe("stored");
    expect((await store.get("t", ["k"]))[0]?.byteLength).toBe(5_000);
    expect(near.get("t", ["k"])).toEqual([undefined]);
  });

  it("does not copy what is larger than promoteMaxBytes", async () => {
    const clock = new ManualClock();
    const near = memory({ clock });
    const far = memory({ clock });
    const store = tiered([near, far], { clock, promoteMaxBytes: 100 });
    far.set("t", "k", new Uint8Array(101), forEver);
    expect((await store.get("t", ["k"]))[0]?.byteLength).toBe(101);
    expect(near.get("t", ["k"])).toEqual([undefined]);
  });

  it("refuses an empty list", () => {
    expect(() => tiered([])).toThrow(InvalidOptionError);
  });
});

function setUpRemote() {
  const clock = new ManualClock();
  const near = memory({ clock });
  const truth = memory({ clock });
  const chaos = new ChaosStore(truth);
  const far = guarded(chaos, { clock, breaker: { minimumFailures: 2 } });
  return { clock, near, truth, chaos, far, store: tiered([near, far], { clock, recheckMs: 1_000 }) };
}

describe("tiered over a remote tier", () => {
  it("goes on serving its copy while the tier below is unavailable, and heals", async () => {
    const { clock, chaos, truth, far, store } = setUpRemote();
    await store.set("t", "k", bytes("v"), forEver);
    chaos.mode = "failing";
    for (let round = 0; round < 5; round += 1) {
      clock.advance(1_001);
      expect((await store.get("t", ["k"])).map(textOf)).toEqual(["v"]);
    }
    expect(far.available()).toBe(false);
    expect(await store.get("t", ["unknown"])).toEqual([undefined]);
    expect(await store.set("t", "during", bytes("outage"), forEver)).toBe("overloaded");
    expect((await store.get("t", ["during"])).map(textOf)).toEqual(["outage"]);
    await expect(store.add("t", "token", bytes("mine"), forEver)).rejects.toThrow();
    chaos.release();
    truth.set("t", "k", bytes("changed"), forEver);
    clock.advance(1_001);
    expect((await store.get("t", ["k"])).map(textOf)).toEqual(["changed"]);
    expect(await store.set("t", "after", bytes("outage"), forEver)).toBe("stored");
    expect(far.available()).toBe(true);
  });

  it("answers within the deadline while the tier below hangs", async () => {
    const { clock, chaos, store } = setUpRemote();
    await store.set("t", "k", bytes("v"), forEver);
    chaos.mode = "hanging";
    clock.advance(1_001);
    const answer = store.get("t", ["k", "unknown"]);
    await Promise.resolve();
    clock.advance(50);
    expect((await answer).map(textOf)).toEqual(["v", undefined]);
  });

  it("does not bring back what was deleted or replaced while a read was under way", async () => {
    const { near, chaos, truth, store } = setUpRemote();
    truth.set("t", "deleted", bytes("old"), forEver);
    truth.set("t", "replaced", bytes("old"), forEver);
    chaos.mode = "hanging";
    const reading = store.get("t", ["deleted", "replaced"]);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    chaos.mode = "healthy";
    await store.delete("t", "deleted");
    await store.set("t", "replaced", bytes("new"), forEver);
    chaos.release();
    await reading;
    expect(near.get("t", ["deleted"])).toEqual([undefined]);
    expect((await store.get("t", ["deleted", "replaced"])).map(textOf)).toEqual([undefined, "new"]);
  });

  it("does not put back what a first tier had that answers late, when the tier below cannot be asked", async () => {
    const clock = new ManualClock();
    const [near, far] = [memory({ clock }), memory({ clock })];
    const held: (() => void)[] = [];
    const line = { isSlow: false, isDown: false };
    const top: Store = {
      ...{ name: "late", set: near.set.bind(near), add: near.add.bind(near), delete: near.delete.bind(near) },
      ...{ stats: () => near.stats(), close: () => near.close() },
      get(tenant, keys) {
        const found = near.get(tenant, keys);
        return line.isSlow ? new Promise((resolve) => held.push(() => resolve(found))) : found;
      },
    };
    const below = guarded(
      {
        ...{ name: "below", set: far.set.bind(far), add: far.add.bind(far), delete: far.delete.bind(far) },
        ...{ stats: () => far.stats(), close: () => far.close() },
        get(tenant, keys) {
          if (line.isDown) throw new Error("down");
          return far.get(tenant, keys);
        },
      },
      { clock },
    );
    const store = tiered([top, below], { clock, recheckMs: 1_000 });
    await store.set("t", "k", bytes("old"), forEver);
    clock.advance(1_001);
    Object.assign(line, { isSlow: true, isDown: true });
    const reading = store.get("t", ["k"]);
    await store.set("t", "k", bytes("new"), forEver);
    for (const release of held) release();
    await reading;
    expect(textOf(near.get("t", ["k"])[0])).toBe("new");
  });

  it("copies from a store that knows no expiry for recheckMs only", async () => {
    const clock = new ManualClock();
    const near = memory({ clock });
    const truth = memory({ clock });
    const plain: Store = new ChaosStore(truth);
    const store = tiered([near, plain], { clock, recheckMs: 1_000 });
    truth.set("t", "k", bytes("v"), { deleteAt: clock.now() + 60_000 });
    expect((await store.get("t", ["k"])).map(textOf)).toEqual(["v"]);
    expect(near.getEntries("t", ["k"])).toMatchObject([{ deleteAt: clock.now() + 1_000 }]);
  });
});
