import { describe, expect, it } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { removalOf, scopeKeys } from "../../core/generations.ts";
import { UncertainWrites } from "./uncertain-writes.ts";

const scope = removalOf("t", "key");
const mark = Buffer.from("mark");

function setUp() {
  const clock = new ManualClock();
  const held = new Map<string, Uint8Array>([["key", Buffer.from("answer")]]);
  const store = { isAway: true, asked: 0 };
  const writes = new UncertainWrites({
    clock,
    store: { delete: (_, key) => held.delete(key) },
    asked: {
      async get(_, keys) {
        store.asked += 1;
        if (store.isAway) throw new Error("away");
        return keys.map((key) => held.get(key));
      },
    },
  });
  const passing = async (durationMs: number): Promise<void> => {
    clock.advance(durationMs);
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const remove = () => held.set(scopeKeys([scope])[0] as string, mark);
  return { clock, held, passing, remove, store, writes };
}

const write = { tenant: "t", slot: "key", scope, before: undefined };

describe("a write of which it is not known whether its key was removed", () => {
  it("is asked about until the store answers, and is taken back when it was", async () => {
    const { held, passing, remove, store, writes } = setUp();
    writes.note(write);
    remove();
    await passing(500);
    await passing(500);
    expect([store.asked, held.has("key"), writes.has("t", "key")]).toEqual([2, true, true]);
    store.isAway = false;
    await passing(500);
    expect([held.has("key"), writes.has("t", "key")]).toEqual([false, false]);
    await passing(60_000);
    expect(store.asked).toBe(3);
  });

  it.each([
    ["no removal", undefined, false],
    ["the removal that it came after", mark, true],
  ])("stays where there is %s", async (_, before, isMarked) => {
    const { held, passing, remove, store, writes } = setUp();
    if (isMarked) remove();
    store.isAway = false;
    writes.note({ ...write, before });
    await passing(500);
    expect([held.has("key"), writes.has("t", "key")]).toEqual([true, false]);
  });

  it("is served while the store is away, and before it is served again it is asked about", async () => {
    const { held, remove, store, writes } = setUp();
    writes.note(write);
    remove();
    expect(await writes.mayServe("t", "key")).toBe(true);
    store.isAway = false;
    expect(await writes.mayServe("t", "key")).toBe(false);
    expect(held.has("key")).toBe(false);
    expect(await writes.mayServe("t", "key")).toBe(true);
  });

  it("is forgotten with the removal that it could have met, and the oldest beyond a thousand", async () => {
    const { passing, writes } = setUp();
    for (let index = 0; index <= 1_000; index++) writes.note({ ...write, slot: `key.${index}` });
    expect([writes.has("t", "key.0"), writes.has("t", "key.1")]).toEqual([false, true]);
    await passing(15 * 60_000);
    await passing(500);
    expect(writes.has("t", "key.1000")).toBe(false);
  });
});
