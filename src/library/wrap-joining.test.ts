import { describe, expect, it, onTestFinished } from "vitest";
import { createCache } from "../cache.ts";
import { ManualClock } from "../core/clock.ts";
import { renewGeneration } from "../core/generations.ts";
import { memory } from "../stores/memory.ts";
import type { WrapOptions } from "./wrap.ts";

/** Whose computation will do for whom: the rule is that of calls to models (`policy/joining.ts`). */

async function setUp() {
  const clock = new ManualClock();
  const policy = { ttl: "10m", maxTtl: "20m", staleWhileRevalidate: "1m", staleIfError: 0, ttlJitter: 0 } as const;
  const store = memory({ clock });
  const cache = await createCache({ clock, policy, store });
  onTestFinished(() => cache.close());
  return { clock, cache, store };
}

/** Two callers of one key, the second while the computation of the first is under way. */
async function both(first: Omit<WrapOptions, "key">, second: Omit<WrapOptions, "key">) {
  const { clock, cache, store } = await setUp();
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let computed = 0;
  const compute = async () => {
    started.resolve();
    const count = ++computed;
    await gate.promise;
    return count;
  };
  const leading = cache.wrap({ key: "k", ...first }, compute);
  await started.promise;
  const following = cache.wrap({ key: "k", ...second }, compute);
  // Whoever joins, or begins, has done so after some turns of the event loop.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  gate.resolve();
  const outcomes = await Promise.all([leading, following]);
  return { clock, cache, store, computed, kinds: outcomes.map(({ outcome }) => outcome.kind) };
}

describe("a caller of cache.wrap", () => {
  it.each<[string, Omit<WrapOptions, "key">, Omit<WrapOptions, "key">]>([
    ["a tag", {}, { tags: ["a"] }],
    ["another tag", { tags: ["a"] }, { tags: ["a", "b"] }],
    ["a shorter ttl than the policy's", {}, { ttl: "1m" }],
    ["a shorter ttl than another's", { ttl: "61s" }, { ttl: "60s" }],
  ])("with %s does not join", async (_, first, second) => {
    expect(await both(first, second)).toMatchObject({ kinds: ["miss", "miss"], computed: 2 });
  });

  it.each<[string, Omit<WrapOptions, "key">, Omit<WrapOptions, "key">]>([
    ["the same wishes", { ttl: "1m", tags: ["a", "b"] }, { ttl: "1m", tags: ["b", "a", "b"] }],
    ["fewer tags", { tags: ["a", "b"] }, { tags: ["b"] }],
    ["a longer ttl", { ttl: "60s" }, { ttl: "61s" }],
    ["the usual ttl", { ttl: "1m" }, {}],
    ["a ttl that the policy clamps to the same", { ttl: "20m" }, { ttl: "7d" }],
    ["no wish to keep anything", {}, { tags: ["a"], ttl: 0 }],
    ["tags for what is not kept", { ttl: 0 }, { tags: ["a"] }],
  ])("with %s joins", async (_, first, second) => {
    expect(await both(first, second)).toMatchObject({ kinds: ["miss", "coalesced"], computed: 1 });
  });

  it("gets what can be taken back by the tag it gave", async () => {
    const { cache, clock, store } = await both({}, { tags: ["a"] });
    expect((await cache.wrap({ key: "k" }, () => "new")).outcome.kind).toBe("hit");
    const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)), fraction: () => 0 };
    await renewGeneration(store, { tenant: "library", name: "tag:a" }, random);
    clock.advance(1_001);
    expect((await cache.wrap({ key: "k" }, () => "new")).value).toBe("new");
  });

  it("who wants it computed anew does not join what began before, nor is overwritten by it", async () => {
    for (const olderEndsLast of [true, false]) {
      const { cache } = await setUp();
      const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()] as const;
      const started = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
      const wrap = (order: 0 | 1, options: Omit<WrapOptions, "key">) =>
        cache.wrap({ key: "k", ...options }, () => {
          started[order].resolve();
          return gates[order].promise;
        });
      const older = wrap(0, {});
      await started[0].promise;
      const newer = wrap(1, { refresh: true });
      await started[1].promise;
      const joining = wrap(0, {});
      const [first, second] = olderEndsLast ? ([1, 0] as const) : ([0, 1] as const);
      gates[first].resolve(`value ${first}`);
      await (olderEndsLast ? newer : older);
      gates[second].resolve(`value ${second}`);
      expect(await newer).toMatchObject({ value: "value 1", outcome: { kind: "refresh" } });
      expect(await older).toMatchObject({
        value: "value 0",
        outcome: { stored: { state: "refused", reason: "generation_changed" } },
      });
      expect((await joining).value).toBe("value 1");
      expect(await cache.wrap({ key: "k" }, () => "new")).toMatchObject({
        value: "value 1",
        outcome: { kind: "hit" },
      });
    }
  });

  it("shares one new computation with all who want it computed anew at the same time", async () => {
    const { cache } = await setUp();
    let computed = 0;
    await cache.wrap({ key: "k" }, () => ++computed);
    const all = await Promise.all(
      Array.from({ length: 100 }, () => cache.wrap({ key: "k", refresh: true }, () => ++computed)),
    );
    expect(all.map(({ value }) => value)).toEqual(Array.from({ length: 100 }, () => 2));
  });

  it("begins a refresh of its own where the one under way lacks its tags only once it needs one", async () => {
    const { clock, cache } = await setUp();
    await cache.wrap({ key: "k" }, () => 1);
    clock.advance(10 * 60_000);
    const gate = Promise.withResolvers<number>();
    expect((await cache.wrap({ key: "k" }, () => gate.promise)).outcome.kind).toBe("stale");
    expect((await cache.wrap({ key: "k", tags: ["a"] }, () => 3)).outcome.kind).toBe("stale");
    gate.resolve(2);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(await cache.wrap({ key: "k" }, () => 4)).toMatchObject({ value: 2, outcome: { kind: "hit" } });
  });
});
