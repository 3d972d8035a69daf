import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { InvalidOptionError } from "../core/errors.ts";
import { listingContract } from "../testing/listing-contract.ts";
import { storeContract } from "../testing/store-contract.ts";
import { MEMORY_ENTRY_OVERHEAD, memory } from "./memory.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };

describe("memory: the store contract", () => {
  const make = async () => {
    const clock = new ManualClock();
    return { clock, store: memory({ maxBytes: 16 * 1024 * 1024, clock }) };
  };
  for (const { name, run } of [...storeContract(make), ...listingContract(make)]) it(name, run);
});

describe("memory", () => {
  it("answers synchronously with the same object on every get", () => {
    const store = memory();
    const value = new Uint8Array([1, 2, 3]);
    expect(store.set("t", "k", value, forEver)).toBe("stored");
    expect(store.get("t", ["k"])[0]).toBe(store.get("t", ["k"])[0]);
    expect(store.add("t", "k", new Uint8Array(1), forEver)).toBe(store.get("t", ["k"])[0]);
  });

  it("does not keep a large buffer alive for a small view", () => {
    const store = memory();
    store.set("t", "k", new Uint8Array(100_000).subarray(10, 20), forEver);
    expect(store.get("t", ["k"])[0]?.buffer.byteLength).toBe(10);
  });

  it("declines what is larger than an entry may be and keeps what was there", () => {
    const store = memory({ maxBytes: 100_000, maxEntryBytes: 2_000 });
    store.set("t", "k", new Uint8Array(10), forEver);
    expect(store.set("t", "k", new Uint8Array(5_000), forEver)).toBe("declined");
    expect(store.get("t", ["k"])[0]?.byteLength).toBe(10);
  });

  it("keeps what is asked for again and lets a scan pass through", () => {
    const store = memory({ maxBytes: 100 * (MEMORY_ENTRY_OVERHEAD + 1_020) });
    for (let i = 0; i < 50; i += 1) store.set("t", `hot${i}`, new Uint8Array(1_000), forEver);
    for (let scan = 0; scan < 1_000; scan += 1) {
      store.set("t", `scan${scan}`, new Uint8Array(1_000), forEver);
      if (scan % 20 === 0) for (let i = 0; i < 50; i += 1) store.get("t", [`hot${i}`]);
    }
    const hot = store
      .get(
        "t",
        Array.from({ length: 50 }, (_, i) => `hot${i}`),
      )
      .filter((value) => value !== undefined);
    expect(hot.length).toBe(50);
  });

  it("takes expired entries before visited ones are spared", () => {
    const clock = new ManualClock();
    const store = memory({ maxBytes: 10 * (MEMORY_ENTRY_OVERHEAD + 1_010), maxEntryBytes: 2_000, clock });
    for (let i = 0; i < 9; i += 1) store.set("t", `old${i}`, new Uint8Array(1_000), { deleteAt: clock.now() + 10 });
    clock.advance(20);
    for (let i = 0; i < 9; i += 1) store.set("t", `new${i}`, new Uint8Array(1_000), forEver);
    expect(store.stats().evictions).toBe(0);
    expect(store.get("t", ["new0"])[0]).toBeDefined();
  });

  it("shrinks when it is resized and goes on within the new bound", () => {
    const store = memory({ maxBytes: 1_000_000 });
    for (let i = 0; i < 400; i += 1) store.set("t", `k${i}`, new Uint8Array(1_000), forEver);
    store.resize(100_000);
    expect(store.stats().bytes).toBeLessThanOrEqual(100_000);
    expect(store.stats().capacityBytes).toBe(100_000);
    store.set("t", "next", new Uint8Array(1_000), forEver);
    expect(store.get("t", ["next"])[0]?.byteLength).toBe(1_000);
  });

  it("tells of an entry when it dies and since when it is there", () => {
    const clock = new ManualClock();
    const store = memory({ clock });
    const deleteAt = clock.now() + 5_000;
    store.set("t", "k", new Uint8Array(3), { deleteAt, priority: "high" });
    const storedAt = clock.now();
    clock.advance(100);
    expect(store.getEntries("t", ["k", "absent"])).toMatchObject([{ deleteAt, storedAt, priority: "high" }, undefined]);
  });

  it("refuses a bound that is none", () => {
    for (const maxBytes of [0, -1, Number.NaN]) expect(() => memory({ maxBytes })).toThrow(InvalidOptionError);
  });

  it("agrees with a plain map for any sequence of calls", () => {
    const key = fc.constantFrom("a", "b", "c");
    const tenant = fc.constantFrom("x", "y");
    const size = fc.integer({ min: 0, max: 3_000 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant("set" as const), tenant, key, size, lifeMs: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ kind: fc.constant("add" as const), tenant, key, size, lifeMs: fc.integer({ min: 1, max: 50 }) }),
      fc.record({ kind: fc.constant("delete" as const), tenant, key }),
      fc.record({ kind: fc.constant("wait" as const), durationMs: fc.integer({ min: 1, max: 30 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = new ManualClock();
        const store = memory({ clock });
        const model = new Map<string, { size: number; deleteAt: number }>();
        for (const each of steps) {
          if (each.kind === "wait") clock.advance(each.durationMs);
          else {
            const id = `${each.tenant}/${each.key}`;
            const there = (model.get(id)?.deleteAt ?? 0) > clock.now();
            if (each.kind === "delete") {
              expect(store.delete(each.tenant, each.key)).toBe(there);
              model.delete(id);
            } else {
              const deleteAt = clock.now() + each.lifeMs;
              if (each.kind === "set" || !there) model.set(id, { size: each.size, deleteAt });
              store[each.kind](each.tenant, each.key, new Uint8Array(each.size), { deleteAt });
            }
          }
          for (const [id, { size, deleteAt }] of model) {
            const [owner = "", name = ""] = id.split("/");
            const found = store.get(owner, [name])[0];
            expect(found?.byteLength).toBe(deleteAt > clock.now() ? size : undefined);
          }
        }
        clock.advance(1_000);
        for (const owner of ["x", "y"]) store.get(owner, ["a", "b", "c"]);
        expect(store.stats()).toMatchObject({ entries: 0, bytes: 0, evictions: 0 });
      }),
      { seed: 20260101, numRuns: 200 },
    );
  });
});
