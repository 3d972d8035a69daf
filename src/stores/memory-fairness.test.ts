import fc from "fast-check";
import { expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { MEMORY_ENTRY_OVERHEAD, type MemoryStore, memory } from "./memory.ts";
import { roundMs } from "./tenant-entries.ts";

/** No tenant pushes out what the others use. */

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const entryBytes = 1_000;
const roomFor = (entries: number) => entries * (MEMORY_ENTRY_OVERHEAD + entryBytes + 20);
const fill = (store: MemoryStore, tenant: string, key: string, options: object = {}) =>
  store.set(tenant, key, new Uint8Array(entryBytes), { ...forEver, ...options });
const has = (store: MemoryStore, tenant: string, key: string) => store.get(tenant, [key])[0] !== undefined;

it("the others keep what they use while one floods, however they take turns", () => {
  const plan = fc.record({
    others: fc.integer({ min: 1, max: 8 }),
    flood: fc.integer({ min: 1, max: 40 }),
    floodersRepeat: fc.boolean(),
  });
  fc.assert(
    fc.property(plan, ({ others, flood, floodersRepeat }) => {
      const capacity = 240;
      const store = memory({ maxBytes: roomFor(capacity), clock: new ManualClock() });
      const working = Math.floor((capacity / (others + 1)) * 0.8);
      let hits = 0;
      let looks = 0;
      for (let round = 0; round < 6; round += 1) {
        for (let key = 0; key < working; key += 1) {
          for (let other = 0; other < others; other += 1) {
            if (round > 0) {
              looks += 1;
              if (has(store, `t${other}`, `k${key}`)) hits += 1;
            }
            if (!has(store, `t${other}`, `k${key}`)) fill(store, `t${other}`, `k${key}`);
          }
          for (let each = 0; each < flood; each += 1) {
            const name = `f${round}.${key}.${each}`;
            fill(store, "flooding", name);
            // Visited bits are no way to hold on to more than the share.
            if (floodersRepeat) has(store, "flooding", name);
          }
        }
      }
      expect(hits / looks).toBeGreaterThan(0.95);
    }),
    { numRuns: 30, seed: 9 },
  );
});

it("one that asks alone has all of it, and gives way when others come", () => {
  const store = memory({ maxBytes: roomFor(100) });
  for (let key = 0; key < 100; key += 1) fill(store, "first", `k${key}`);
  expect(store.stats().entries).toBe(100);
  for (let key = 0; key < 50; key += 1) fill(store, "second", `k${key}`);
  for (let key = 0; key < 300; key += 1) fill(store, "first", `more${key}`);
  const kept = Array.from({ length: 50 }, (_, key) => has(store, "second", `k${key}`)).filter(Boolean).length;
  expect(kept).toBeGreaterThan(10);
  expect(store.stats().entries).toBe(100);
});

it("what a quiet tenant never asks for again leaves in the end", () => {
  const clock = new ManualClock();
  const store = memory({ maxBytes: roomFor(100), clock });
  for (let key = 0; key < 50; key += 1) fill(store, "quiet", `k${key}`);
  fill(store, "steady", "used");
  for (let key = 0; key < 2_000; key += 1) {
    fill(store, "busy", `k${key}`);
    clock.advance((3 * roundMs) / 2_000);
    has(store, "steady", "used");
  }
  const kept = Array.from({ length: 50 }, (_, key) => has(store, "quiet", `k${key}`)).filter(Boolean).length;
  expect(kept).toBe(0);
  expect(has(store, "steady", "used")).toBe(true);
});

it("of its own a tenant gives what has low priority first, and what has high priority last", () => {
  const store = memory({ maxBytes: roomFor(60) });
  for (let key = 0; key < 10; key += 1) fill(store, "other", `k${key}`);
  fill(store, "own", "token", { priority: "high" });
  for (let key = 0; key < 30; key += 1) fill(store, "own", `normal${key}`);
  for (let key = 0; key < 19; key += 1) fill(store, "own", `low${key}`, { priority: "low" });
  for (let key = 0; key < 12; key += 1) fill(store, "own", `next${key}`);
  const normal = Array.from({ length: 30 }, (_, key) => has(store, "own", `normal${key}`)).filter(Boolean).length;
  expect(normal).toBe(30);
  expect(has(store, "own", "token")).toBe(true);
});

it("counts bytes of a tenant right through replacing, removing and expiring", () => {
  const clock = new ManualClock();
  const store = memory({ maxBytes: roomFor(20), clock });
  for (let round = 0; round < 200; round += 1) {
    store.set("a", `k${round % 7}`, new Uint8Array(round % 5 === 0 ? 10 : 900), { deleteAt: clock.now() + 50 });
    if (round % 3 === 0) store.delete("a", `k${(round + 3) % 7}`);
    clock.advance(7);
  }
  for (let key = 0; key < 7; key += 1) store.delete("a", `k${key}`);
  expect(store.stats()).toMatchObject({ entries: 0, bytes: 0 });
  // Had bytes been left over, this tenant would give way long before the other has had its share.
  for (let key = 0; key < 10; key += 1) fill(store, "b", `k${key}`);
  for (let key = 0; key < 10; key += 1) fill(store, "a", `k${key}`);
  expect(store.stats().entries).toBe(20);
});
