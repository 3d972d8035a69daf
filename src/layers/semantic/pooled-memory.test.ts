import { expect, it } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import type { Store } from "../../core/store.ts";
import type { Deciding } from "./deciding.ts";
import { PooledMemory } from "./pooled-memory.ts";

const clock = new ManualClock();
const newMemory = (store: Store, deciding: Deciding, model: string) =>
  new PooledMemory({ store, tenant: "acme", deciding, model, clock });

function setUp(kept = new Map<string, Uint8Array>()) {
  const calls = { reads: 0, writes: 0, isDown: false };
  const store = {
    get: async (tenant: string, keys: readonly string[]) => {
      calls.reads++;
      if (calls.isDown) throw new Error("down");
      return keys.map((key) => kept.get(`${tenant} ${key}`));
    },
    set: async (tenant: string, key: string, value: Uint8Array) => {
      calls.writes++;
      if (calls.isDown) throw new Error("down");
      kept.set(`${tenant} ${key}`, value);
      return "stored";
    },
  } as unknown as Store;
  const states = new Map([
    ["one", Uint8Array.of(1)],
    ["two", Uint8Array.of(2)],
  ]);
  const restored: string[] = [];
  const deciding = {
    // As it begins.
    states: () => states,
    restore: (name: string, state: Uint8Array) => restored.push(`${name} ${state.join()}`),
  } as unknown as Deciding;
  return { calls, kept, restored, store, memoryOf: (model: string) => newMemory(store, deciding, model) };
}

it("what one process has kept the next one begins with, read once, and only for the same embedder", async () => {
  const before = setUp();
  const memory = before.memoryOf("m1");
  await memory.noted(() => {});
  await memory.save();
  expect([...before.kept.keys()].every((key) => key.startsWith("acme "))).toBe(true);
  const after = setUp(before.kept);
  const next = after.memoryOf("m1");
  await Promise.all([next.restored(), next.restored()]);
  expect(after.restored).toEqual(["one 1", "one 1", "two 2", "two 2"]);
  expect(after.calls.reads).toBe(1);
  const other = setUp(before.kept);
  await other.memoryOf("m2").restored();
  // As it was.
  expect(other.restored).toEqual(["one 1", "two 2"]);
});

it("writes with every twentieth label, and at the end only what is new", async () => {
  const { calls, memoryOf } = setUp();
  const memory = memoryOf("m");
  for (let label = 0; label < 19; label++) await memory.noted(() => {});
  expect(calls.writes).toBe(0);
  await memory.noted(() => {});
  expect(calls.writes).toBe(2);
  await memory.save();
  expect(calls.writes).toBe(2);
  await memory.noted(() => {});
  await memory.save();
  expect(calls.writes).toBe(4);
});

it("a store that is down loses lessons and fails nobody", async () => {
  const { calls, restored, memoryOf } = setUp();
  calls.isDown = true;
  const memory = memoryOf("m");
  await memory.restored();
  await memory.noted(() => {});
  await memory.save();
  expect(restored).toEqual([]);
  expect(calls.writes).toBe(0);
  calls.isDown = false;
  await memory.save();
  expect(calls.writes).toBe(2);
});

/** Counts the labels it was taught. */
class Counting {
  count = 0;

  states(): ReadonlyMap<string, Uint8Array> {
    return new Map([["labels", Buffer.from(String(this.count))]]);
  }

  restore(_: string, state: Uint8Array): void {
    this.count = Number(Buffer.from(state).toString());
  }
}

it("processes that share a store add up what they learn, whoever writes, and whatever the store forgets", async () => {
  const { kept, store } = setUp();
  const fleet = [new Counting(), new Counting()].map((deciding) => {
    const memory = newMemory(store, deciding as unknown as Deciding, "m");
    const learn = async (labels: number): Promise<void> => {
      for (let label = 0; label < labels; label++) {
        deciding.count++;
        await memory.noted(() => {
          deciding.count++;
        });
      }
    };
    return { deciding, memory, learn };
  });
  const [one, other] = fleet as [(typeof fleet)[0], (typeof fleet)[0]];
  await one.memory.restored();
  await other.memory.restored();
  await one.learn(25);
  await other.learn(30);
  expect([one.deciding.count, other.deciding.count]).toEqual([25, 50]);
  await one.memory.save();
  await other.memory.save();
  expect([one.deciding.count, other.deciding.count]).toEqual([45, 55]);
  kept.clear();
  await one.learn(20);
  expect(one.deciding.count).toBe(65);
  const later = new Counting();
  await newMemory(store, later as unknown as Deciding, "m").restored();
  expect(later.count).toBe(65);
});
