import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type CacheOptions, createCache } from "../../src/cache.ts";
import { ManualClock } from "../../src/core/clock.ts";
import { renewGeneration } from "../../src/core/generations.ts";
import type { Store } from "../../src/core/store.ts";
import { memory } from "../../src/stores/memory.ts";
import { sqlite } from "../../src/stores/sqlite.ts";
import { ChaosStore } from "../../src/testing/chaos-store.ts";
import { seededRandom, turns } from "../topology/cache-harness.ts";

/** Defects that were reproduced in other caches of JavaScript. Each has its test here, so that it is not one of ours. */

const policy = { ttl: "1m", staleWhileRevalidate: 0, staleIfError: "1h", ttlJitter: 0 } as const;
const secret = "0123456789abcdef0123456789abcdef";
const random = seededRandom(3);

interface OpenOptions extends Omit<CacheOptions, "clock"> {
  readonly clock?: ManualClock;
}

async function openCache({ clock = new ManualClock(), ...options }: OpenOptions = {}) {
  const cache = await createCache({
    clock,
    masterKey: secret,
    // What is done to the store here is done to its bare values.
    sealing: "off",
    ...options,
    policy: { ...policy, ...options.policy } as NonNullable<CacheOptions["policy"]>,
  });
  onTestFinished(() => cache.close());
  return { clock, wrap: cache.wrap, values: cache.values };
}

interface Opened {
  readonly store: Store;
  /** What was written is there for others. */
  flush(): Promise<void>;
}

const sharedStores: readonly (readonly [string, (clock: ManualClock) => () => Opened])[] = [
  [
    "memory",
    (clock) => {
      const store = memory({ clock });
      return () => ({ store, flush: async () => {} });
    },
  ],
  [
    "sqlite",
    (clock) => {
      const directory = mkdtempSync(join(tmpdir(), "reprise-rivals-"));
      onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
      return () => {
        const store = sqlite({ directory, clock });
        return { store, flush: () => store.flush() };
      };
    },
  ],
];

/** Two caches with memories of their own before one store. */
async function pairOver(opener: (clock: ManualClock) => () => Opened) {
  const clock = new ManualClock();
  const open = opener(clock);
  const [first, second] = [open(), open()];
  const one = await openCache({ clock, store: first.store });
  const other = await openCache({ clock, store: second.store });
  return { clock, one, other, flush: first.flush };
}

const failing = (tried: { count: number }) => async () => {
  tried.count++;
  await turns(2);
  throw new Error("down");
};

describe("bentocache", () => {
  it("counts the back-off after a failure from the old expiry, so that a long stale value has none", async () => {
    const { clock, wrap } = await openCache();
    await wrap({ key: "k" }, () => 1);
    clock.advance(30 * 60_000);
    const tried = { count: 0 };
    for (let read = 0; read < 5; read++) expect((await wrap({ key: "k" }, failing(tried))).outcome.kind).toBe("stale");
    expect(tried.count).toBe(1);
  });

  it("keeps a value for a shorter time when the grace is shorter than the ttl", async () => {
    for (const grace of [0, "1s", "30s"] as const) {
      const { clock, wrap } = await openCache({ policy: { staleIfError: grace, staleWhileRevalidate: grace } });
      await wrap({ key: "k" }, () => 1);
      clock.advance(59_999);
      expect((await wrap({ key: "k" }, () => 2)).outcome.kind).toBe("hit");
    }
  });

  it("computes once for each of those who wait for a failure", async () => {
    const { wrap } = await openCache();
    const tried = { count: 0 };
    const all = Array.from({ length: 50 }, () => wrap({ key: "k" }, failing(tried)));
    expect((await Promise.allSettled(all)).every(({ status }) => status === "rejected")).toBe(true);
    expect(tried.count).toBe(1);
  });

  it("computes several times at once for callers that come one after another", async () => {
    const { clock, wrap } = await openCache();
    let running = 0;
    let most = 0;
    const compute = async () => {
      most = Math.max(most, ++running);
      await turns(7);
      running--;
      throw new Error("down");
    };
    const all: Promise<unknown>[] = [];
    for (let arrival = 0; arrival < 50; arrival++) {
      all.push(wrap({ key: "k" }, compute).catch(() => {}));
      clock.advance(60);
      await turns(2);
    }
    await Promise.all(all);
    expect(most).toBe(1);
  });

  it("loses what is written in the millisecond of an invalidation", async () => {
    const clock = new ManualClock();
    const store = memory({ clock });
    const { wrap } = await openCache({ clock, store });
    const options = { key: "k", tags: ["a"] };
    for (let round = 0; round < 200; round++) {
      // What this process knows of the tag may be a second old.
      clock.advance(1_001);
      await renewGeneration(store, { tenant: "library", name: "tag:a" }, random);
      expect((await wrap(options, () => round)).value).toBe(round);
      expect(await wrap(options, () => -1)).toMatchObject({ value: round, outcome: { kind: "hit", ageMs: 0 } });
    }
  });

  it("keeps what was computed before an invalidation, where that came during the computing", async () => {
    const clock = new ManualClock();
    const store = memory({ clock });
    const { wrap } = await openCache({ clock, store });
    const options = { key: "k", tags: ["a"] };
    await wrap(options, async () => {
      await renewGeneration(store, { tenant: "library", name: "tag:a" }, random);
      return "before";
    });
    clock.advance(1_001);
    expect((await wrap(options, () => "after")).value).toBe("after");
  });

  it.each(sharedStores)("gives a value from the second tier a new life in the first one (%s)", async (_, opener) => {
    const { clock, one, other, flush } = await pairOver(opener);
    await one.wrap({ key: "k" }, () => 1);
    await flush();
    clock.advance(50_000);
    expect((await other.wrap({ key: "k" }, () => 2)).outcome).toMatchObject({ kind: "hit", ttlMs: 10_000 });
    clock.advance(10_000);
    expect((await other.wrap({ key: "k" }, () => 2)).value).toBe(2);
  });
});

describe("cacheable", () => {
  const falsy = [0, "", false, null];

  it.each(sharedStores)("takes a falsy value of the second tier for none (%s)", async (_, opener) => {
    const { one, other, flush } = await pairOver(opener);
    for (const [index, value] of falsy.entries()) {
      await one.wrap({ key: index }, () => value);
      await flush();
      expect(await other.wrap({ key: index }, () => "computed")).toMatchObject({ value, outcome: { kind: "hit" } });
      expect(await other.values.get({ key: index })).toMatchObject({ found: true, value });
    }
  });

  it("takes a falsy reason of a failure for a success", async () => {
    for (const reason of [undefined, ...falsy]) {
      const { wrap } = await openCache();
      const compute = async () => {
        await turns(2);
        throw reason;
      };
      const all = await Promise.allSettled([wrap({ key: "k" }, compute), wrap({ key: "k" }, compute)]);
      expect(all).toEqual([
        { status: "rejected", reason },
        { status: "rejected", reason },
      ]);
    }
  });

  it("answers with nothing when the computation fails", async () => {
    const { wrap } = await openCache();
    await expect(wrap({ key: "k" }, failing({ count: 0 }))).rejects.toThrow("down");
  });

  it("shares computations among caches that have nothing in common", async () => {
    const [one, other] = [await openCache(), await openCache()];
    const both = [one.wrap({ key: "k" }, () => "one"), other.wrap({ key: "k" }, () => "other")];
    expect((await Promise.all(both)).map(({ value }) => value)).toEqual(["one", "other"]);
  });

  it("asks the remote store for the tags of every value that it has in memory", async () => {
    const clock = new ManualClock();
    const store = new ChaosStore(memory({ clock }));
    const { wrap } = await openCache({ clock, store });
    const options = { key: "k", tags: ["a", "b", "c"] };
    await wrap(options, () => 1);
    await wrap(options, () => 1);
    const { calls } = store;
    for (let read = 0; read < 100; read++) expect((await wrap(options, () => 2)).outcome.kind).toBe("hit");
    expect(store.calls).toBe(calls);
  });

  it("brings back what was invalidated when the store forgets the tag", async () => {
    const clock = new ManualClock();
    const store = memory({ clock });
    const { wrap } = await openCache({ clock, store });
    const options = { key: "k", tags: ["a"] };
    await wrap(options, () => "before");
    await renewGeneration(store, { tenant: "library", name: "tag:a" }, random);
    clock.advance(1_001);
    expect(store.delete("library", "g:tag:a")).toBe(true);
    clock.advance(1_001);
    expect((await wrap(options, () => "after")).value).toBe("after");
    expect((await wrap(options, () => "later")).value).toBe("after");
  });
});

describe("cache-manager and keyv", () => {
  it.each(sharedStores)("lets the fastest store win although it has nothing (%s)", async (_, opener) => {
    const { one, other, flush } = await pairOver(opener);
    await one.wrap({ key: "k" }, () => "there");
    await flush();
    const all = Array.from({ length: 5 }, () => other.wrap({ key: "k" }, () => "computed"));
    expect((await Promise.all(all)).map(({ value }) => value)).toEqual(Array.from({ length: 5 }, () => "there"));
  });

  it("waits for seconds, or for ever, when the store does not answer, from the first call on", async () => {
    const clock = new ManualClock();
    const store = new ChaosStore(memory({ clock }));
    store.mode = "hanging";
    const { wrap } = await openCache({ clock, store });
    let answered = 0;
    for (let call = 0; call < 20; call++) {
      const before = clock.monotonic();
      const answer = wrap({ key: call }, () => call).finally(() => answered++);
      while (answered === call) {
        await turns(3);
        if (answered === call) clock.advance(5);
      }
      expect((await answer).value).toBe(call);
      expect(clock.monotonic() - before).toBeLessThanOrEqual(400);
    }
    // What was swallowed is counted: the store is left alone, and the last calls did not wait at all.
    const { calls } = store;
    const before = clock.monotonic();
    expect((await wrap({ key: "last" }, () => "last")).value).toBe("last");
    expect([store.calls, clock.monotonic()]).toEqual([calls, before]);
    store.release();
  });

  it("swallows errors, so that nobody knows that the store is down", async () => {
    const clock = new ManualClock();
    const store = new ChaosStore(memory({ clock }));
    const events: string[] = [];
    const { wrap } = await openCache({ clock, store, onEvent: (event) => events.push(event.type) });
    store.mode = "failing";
    for (let call = 0; call < 20; call++) expect((await wrap({ key: call }, () => call)).value).toBe(call);
    expect(events).toContain("store-fault");
    expect(events).toContain("store-state");
    const calls = store.calls;
    for (let call = 0; call < 20; call++) await wrap({ key: ["more", call] }, () => call);
    expect(store.calls).toBe(calls);
  });
});
