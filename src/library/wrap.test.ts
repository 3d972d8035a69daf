import { describe, expect, it, onTestFinished } from "vitest";
import { type CacheOptions, createCache } from "../cache.ts";
import { ManualClock } from "../core/clock.ts";
import { renewGeneration } from "../core/generations.ts";
import type { TraceEvent } from "../core/trace.ts";
import { memory } from "../stores/memory.ts";
import { ChaosStore } from "../testing/chaos-store.ts";
import type { WrapOptions } from "./wrap.ts";

async function setUp(options: CacheOptions = {}) {
  const clock = new ManualClock();
  const events: TraceEvent[] = [];
  const { policy, ...more } = options;
  const cache = await createCache({
    clock,
    onEvent: (event) => events.push(event),
    policy: { ttl: "1m", staleWhileRevalidate: "1m", staleIfError: "1h", ttlJitter: 0, ...policy },
    ...more,
  });
  onTestFinished(() => cache.close());
  let computed = 0;
  return {
    clock,
    cache,
    events,
    wrap: cache.wrap,
    outcomes: () => events.flatMap((event) => (event.type === "call-end" ? [event.outcome.kind] : [])),
    compute: () => ({ count: ++computed, list: [1, { deep: true }] }),
    computed: () => computed,
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("cache.wrap", () => {
  it("computes once, then finds", async () => {
    const { wrap, compute, outcomes } = await setUp();
    const first = await wrap({ key: "k" }, compute);
    expect(first).toMatchObject({
      value: { count: 1 },
      outcome: { kind: "miss", reason: "absent", stored: { state: "stored" } },
    });
    const second = await wrap({ key: "k" }, compute);
    expect(second).toMatchObject({
      value: { count: 1 },
      outcome: { kind: "hit", layer: "exact", ageMs: 0, ttlMs: 60_000 },
    });
    expect(outcomes()).toEqual(["miss", "hit"]);
  });

  it("refreshes on demand", async () => {
    const { wrap, compute } = await setUp();
    await wrap({ key: "k" }, compute);
    expect(await wrap({ key: "k", refresh: true }, compute)).toMatchObject({
      value: { count: 2 },
      outcome: { kind: "refresh" },
    });
    expect((await wrap({ key: "k" }, compute)).value.count).toBe(2);
  });

  it("serves stale and refreshes once in the background, then fresh", async () => {
    const { clock, wrap, compute, computed } = await setUp();
    await wrap({ key: "k" }, compute);
    clock.advance(60_000);
    const all = await Promise.all(Array.from({ length: 50 }, () => wrap({ key: "k" }, compute)));
    expect(
      all.every(({ value, outcome }) => value.count === 1 && outcome.kind === "stale" && outcome.why === "swr"),
    ).toBe(true);
    await turn();
    expect(computed()).toBe(2);
    expect(await wrap({ key: "k" }, compute)).toMatchObject({ value: { count: 2 }, outcome: { kind: "hit" } });
  });

  it("serves stale when the computation fails, and leaves it alone within the back-off", async () => {
    const { clock, wrap, compute } = await setUp();
    await wrap({ key: "k" }, compute);
    clock.advance(120_000);
    let tried = 0;
    const fails = () => {
      tried++;
      throw new Error("down");
    };
    for (let count = 0; count < 5; count++) {
      expect(await wrap({ key: "k" }, fails)).toMatchObject({
        value: { count: 1 },
        outcome: { kind: "stale", why: "sie" },
      });
    }
    expect(tried).toBe(1);
    clock.advance(250);
    expect(await wrap({ key: "k" }, compute)).toMatchObject({
      value: { count: 2 },
      outcome: { kind: "miss", reason: "expired" },
    });
    clock.advance(60_000 + 3_600_000);
    await expect(wrap({ key: "k" }, fails)).rejects.toThrow("down");
  });

  it("a background refresh that fails is nobody's unhandled rejection, and is not repeated within the back-off (I7)", async () => {
    const { clock, wrap, compute } = await setUp();
    await wrap({ key: "k" }, compute);
    clock.advance(60_000);
    let tried = 0;
    const fails = async () => {
      tried++;
      throw new Error("down");
    };
    for (let count = 0; count < 3; count++) {
      expect((await wrap({ key: "k" }, fails)).outcome.kind).toBe("stale");
      await turn();
    }
    expect(tried).toBe(1);
  });

  it("shares one computation among 1,000 callers at once (N1)", async () => {
    const { wrap, compute, computed, outcomes } = await setUp();
    const all = await Promise.all(
      Array.from({ length: 1_000 }, () =>
        wrap({ key: "k" }, async () => {
          await turn();
          return compute();
        }),
      ),
    );
    expect(computed()).toBe(1);
    expect(new Set(all.map(({ value }) => value)).size).toBe(1);
    expect(outcomes().filter((kind) => kind === "coalesced")).toHaveLength(999);
  });

  it("shares one failure among 50 callers at once, and lets it stand for the back-off (S22)", async () => {
    const { clock, wrap, compute, outcomes } = await setUp();
    let tried = 0;
    const error = new Error("down");
    const fails = async () => {
      tried++;
      await turn();
      throw error;
    };
    const all = await Promise.allSettled(Array.from({ length: 50 }, () => wrap({ key: "k" }, fails)));
    expect(all.every((one) => one.status === "rejected" && one.reason === error)).toBe(true);
    await expect(wrap({ key: "k" }, compute)).rejects.toBe(error);
    expect(tried).toBe(1);
    clock.advance(250);
    expect((await wrap({ key: "k" }, compute)).value.count).toBe(1);
    expect(outcomes()).toHaveLength(52);
    expect(outcomes().filter((kind) => kind === "error")).toHaveLength(51);
  });

  it("a failure that nobody shared is not held against the next caller", async () => {
    const { wrap, compute } = await setUp();
    await expect(
      wrap({ key: "k" }, () => {
        throw new Error("once");
      }),
    ).rejects.toThrow("once");
    expect((await wrap({ key: "k" }, compute)).value.count).toBe(1);
  });

  it("tells keys, namespaces and versions apart, but not the order of keys", async () => {
    const { wrap, compute } = await setUp();
    const memo = ['3:"k"1:n0:9:undefined', '3:key3:"k"1:n0:9:undefined'];
    const different = [
      ...["k", "l", ["k"], { k: 1 }, { k: 1, l: 2 }, 1, "1", '"k"', null, "null", ...memo].map((key) => ({ key })),
      { key: "k", namespace: "n" },
      { key: "k", version: "n" },
      { key: "k", namespace: "n", version: "n" },
    ];
    for (const options of different)
      expect((await wrap(options, compute)).outcome.kind, JSON.stringify(options)).toBe("miss");
    for (const options of different) expect((await wrap(options, compute)).outcome.kind).toBe("hit");
    expect((await wrap({ key: { l: 2, k: 1 } }, compute)).outcome.kind).toBe("hit");
    expect((await wrap({ key: "k", tags: ["a"], ttl: "5s" }, compute)).outcome.kind).toBe("hit");
  });

  it("keeps a value for the ttl it was given, within the policy's bound; 0 keeps nothing", async () => {
    const { clock, wrap, compute } = await setUp({
      policy: { maxTtl: "2m", staleWhileRevalidate: 0, staleIfError: 0 },
    });
    await wrap({ key: "short", ttl: "5s" }, compute);
    await wrap({ key: "long", ttl: "7d" }, compute);
    clock.advance(4_999);
    expect((await wrap({ key: "short" }, compute)).outcome.kind).toBe("hit");
    clock.advance(1);
    expect((await wrap({ key: "short" }, compute)).outcome.kind).toBe("miss");
    clock.advance(114_999);
    expect((await wrap({ key: "long" }, compute)).outcome.kind).toBe("hit");
    clock.advance(1);
    expect((await wrap({ key: "long" }, compute)).outcome.kind).toBe("miss");
    for (let count = 0; count < 2; count++) {
      expect((await wrap({ key: "none", ttl: 0 }, compute)).outcome).toEqual({
        kind: "miss",
        reason: "absent",
        stored: { state: "refused", reason: "no_store" },
      });
    }
  });

  it("hands on what is larger than an entry may be, and keeps it not", async () => {
    const { wrap, events } = await setUp({ policy: { maxEntryBytes: 100 } });
    const { value, outcome } = await wrap({ key: "k" }, () => "x".repeat(200));
    expect(value).toHaveLength(200);
    expect(outcome).toMatchObject({ kind: "miss", stored: { state: "refused", reason: "too_large" } });
    expect(events).toContainEqual({ type: "entry-refuse", layer: "exact", reason: "too_large" });
  });

  it("lives by its tags: what was computed before an invalidation is not served after it (N3, I3)", async () => {
    const clock = new ManualClock();
    const store = memory({ clock });
    const { wrap, compute, computed } = await setUp({ clock, store });
    const random = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)), fraction: () => 0 };
    const options = { key: "k", tags: ["doc:42"] };
    await wrap(options, compute);
    const purge = async () => {
      await renewGeneration(store, { tenant: "library", name: "tag:doc:42" }, random);
      clock.advance(1_001);
    };
    await purge();
    expect((await wrap({ key: "k" }, compute)).outcome).toMatchObject({ kind: "miss", reason: "generation_changed" });

    const opened = Promise.withResolvers<void>();
    const slow = async () => {
      await opened.promise;
      return compute();
    };
    const early = [wrap({ ...options, refresh: true }, slow), wrap({ ...options, refresh: true }, slow)];
    await turn();
    await purge();
    const late = wrap({ ...options, refresh: true }, compute);
    expect((await late).value.count).toBe(3);
    opened.resolve();
    const [first, second] = await Promise.all(early);
    expect(first?.value.count).toBe(4);
    expect(second?.outcome.kind).toBe("coalesced");
    expect(first?.outcome).toMatchObject({ stored: { state: "refused", reason: "generation_changed" } });
    expect(await wrap(options, compute)).toMatchObject({ value: { count: 3 }, outcome: { kind: "hit" } });
    expect(computed()).toBe(4);
  });

  it("computes while the store fails, and never fails for it (I4)", async () => {
    for (const mode of ["failing", "hanging"] as const) {
      const clock = new ManualClock();
      const chaos = new ChaosStore(memory({ clock }));
      const { wrap, compute } = await setUp({ clock, store: chaos });
      chaos.mode = mode;
      let done = false;
      const answer = wrap({ key: "k" }, compute).finally(() => {
        done = true;
      });
      while (!done) {
        await turn();
        if (!done) clock.advance(10);
      }
      expect(await answer).toMatchObject({ value: { count: 1 }, outcome: { kind: "miss" } });
      expect(clock.monotonic()).toBeLessThan(1_500);
      chaos.release();
    }
  });

  it("does nothing where the policy is off", async () => {
    const { wrap, compute } = await setUp({ policy: { enabled: false } });
    for (const count of [1, 2]) {
      expect(await wrap({ key: "k" }, compute)).toMatchObject({
        value: { count },
        outcome: { kind: "bypass", reason: "not_cacheable" },
      });
    }
  });

  it.each<[string, object, RegExp]>([
    ["key", { key: undefined }, /must be a JSON value/],
    ["key", { key: () => 1 }, /must be a JSON value/],
    ["key", { key: { at: new Date(0) } }, /must be a JSON value.*at/],
    ["key", { key: Number.NaN }, /must be a JSON value/],
    ["ttl", { key: "k", ttl: "soon" }, /such as "90s"/],
    ["ttl", { key: "k", ttl: -1 }, /such as "90s"/],
    ["ttl", { key: "k", ttl: Number.NaN }, /such as "90s"/],
  ])("turns a bad %s down and says what to do (%o)", async (path, options, message) => {
    const { wrap, compute, computed } = await setUp();
    const error = await wrap(options as WrapOptions, compute).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "invalid_option", path, remedy: expect.any(String) });
    expect((error as Error).message).toMatch(message);
    expect(computed()).toBe(0);
  });
});
