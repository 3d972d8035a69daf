import { describe, expect, it, onTestFinished } from "vitest";
import { type CacheOptions, createCache } from "../cache.ts";
import { ManualClock } from "../core/clock.ts";
import { renewGeneration } from "../core/generations.ts";
import type { TraceEvent } from "../core/trace.ts";
import { memory } from "../stores/memory.ts";
import { ChaosStore } from "../testing/chaos-store.ts";

async function setUp(options: CacheOptions = {}) {
  const clock = new ManualClock();
  const events: TraceEvent[] = [];
  const { policy, ...more } = options;
  const cache = await createCache({
    clock,
    onEvent: (event) => events.push(event),
    policy: { ttl: "1m", staleWhileRevalidate: "1m", ttlJitter: 0, ...policy },
    ...more,
  });
  onTestFinished(() => cache.close());
  const outcomes = () => events.flatMap((event) => (event.type === "call-end" ? [event.outcome.kind] : []));
  return { clock, cache, values: cache.values, outcomes };
}

describe("cache.values", () => {
  it("finds what was set, frozen, and counts every look-up once", async () => {
    const { values, outcomes } = await setUp();
    const first = await values.get({ key: ["a", 1] });
    expect(first).toMatchObject({ found: false, outcome: { kind: "miss", reason: "absent" } });
    expect(await values.set({ key: ["a", 1] }, { deep: [1] })).toMatchObject({ state: "stored" });
    const second = await values.get<{ deep: number[] }>({ key: ["a", 1] });
    if (!second.found) throw new Error("not found");
    expect(second.value).toEqual({ deep: [1] });
    expect(() => second.value.deep.push(2)).toThrow(TypeError);
    expect(outcomes()).toEqual(["miss", "hit"]);
  });

  it("shares its entries with wrap", async () => {
    const { cache, values } = await setUp();
    await values.set({ key: "k" }, 1);
    expect(await cache.wrap({ key: "k" }, () => 2)).toMatchObject({ value: 1, outcome: { kind: "hit" } });
    await cache.wrap({ key: "l" }, () => 3);
    expect(await values.get({ key: "l" })).toMatchObject({ found: true, value: 3 });
  });

  it("has nothing that is stale, since nobody would refresh it", async () => {
    const { clock, values } = await setUp();
    await values.set({ key: "k" }, 1);
    clock.advance(59_999);
    expect((await values.get({ key: "k" })).found).toBe(true);
    clock.advance(1);
    expect(await values.get({ key: "k" })).toMatchObject({ found: false, outcome: { reason: "expired" } });
  });

  it("keeps not what was invalidated while it was being computed (I3)", async () => {
    const clock = new ManualClock();
    const store = memory({ clock });
    const { values } = await setUp({ clock, store });
    const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)), fraction: () => 0 };
    const options = { key: "k", tags: ["doc:42"] };
    await values.set(options, 0);
    const looked = await values.get({ ...options, key: "other" });
    if (looked.found) throw new Error("found");
    await renewGeneration(store, { tenant: "library", name: "tag:doc:42" }, random);
    clock.advance(1_001);
    expect(await values.set({ ...options, key: "other" }, 1, looked.since)).toEqual({
      state: "refused",
      reason: "generation_changed",
    });
    expect(await values.get(options)).toMatchObject({ found: false, outcome: { reason: "generation_changed" } });
    expect(await values.set({ ...options, key: "other" }, 1)).toMatchObject({ state: "stored" });
  });

  it.each<[string, unknown, NonNullable<CacheOptions["policy"]>, string]>([
    ["what JSON does not bring back", new Date(0), {}, "invalid_json"],
    ["what is too large", "x".repeat(200), { maxEntryBytes: 100 }, "too_large"],
    ["anything where the policy is off", 1, { enabled: false }, "no_store"],
  ])("refuses %s, and says why", async (_, value, policy, reason) => {
    const { values } = await setUp({ policy });
    expect(await values.set({ key: "k" }, value)).toEqual({ state: "refused", reason });
    expect((await values.get({ key: "k" })).found).toBe(false);
  });

  it("has nothing while the store fails, and never fails for it (I4)", async () => {
    const clock = new ManualClock();
    const chaos = new ChaosStore(memory({ clock }));
    const { values } = await setUp({ clock, store: chaos });
    chaos.mode = "failing";
    expect((await values.get({ key: "k" })).found).toBe(false);
    expect(await values.set({ key: "k" }, 1)).toEqual({ state: "refused", reason: "store_unavailable" });
  });
});
