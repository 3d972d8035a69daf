import { describe, expect, it } from "vitest";
import { ManualClock, type Random } from "../../core/clock.ts";
import { type Directives, defaultDirectives } from "../../core/directives.ts";
import { sealEntry } from "../../core/entry.ts";
import { lifetimeOf } from "../../core/freshness.ts";
import { Generations, renewGeneration } from "../../core/generations.ts";
import type { Keyed, Lookup } from "../../core/layer.ts";
import { isPromise } from "../../core/maybe-promise.ts";
import type { CallPolicy } from "../../core/policy.ts";
import type { Recording } from "../../core/recording.ts";
import { scopesOf } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";
import type { TraceEvent } from "../../core/trace.ts";
import { guarded } from "../../stores/guarded.ts";
import { memory } from "../../stores/memory.ts";
import { ChaosStore } from "../../testing/chaos-store.ts";
import { ExactLayer } from "./exact-layer.ts";

const policy = {
  ttlMs: 60_000,
  maxTtlMs: 600_000,
  ttlJitter: 0,
  staleWhileRevalidateMs: 30_000,
  staleIfErrorMs: 120_000,
} as CallPolicy;

const recording = (text: string): Recording => ({
  form: "json",
  body: Buffer.from(text),
  model: "m",
  usage: undefined,
});

function setUp(storeOver: (inner: ReturnType<typeof memory>, clock: ManualClock) => Store = (inner) => inner) {
  const clock = new ManualClock();
  const inner = memory({ clock });
  const store = storeOver(inner, clock);
  const events: TraceEvent[] = [];
  let drawn = 0;
  const random: Random = {
    bytes: (length) =>
      Uint8Array.from({ length }, (_, index) => (index < 4 ? (++drawn >> (8 * index)) & 255 : drawn & 255)),
    fraction: () => (drawn++ % 10) / 10,
  };
  const layer = new ExactLayer({ store, clock, random, trace: (event) => events.push(event) });
  const keyed = (directives: Partial<Directives> = {}, more: Partial<Keyed> = {}): Keyed => ({
    key: "the-key",
    principal: { tenant: "t", user: undefined },
    directives: { ...defaultDirectives, ...directives },
    policy,
    variants: 1,
    ...more,
  });
  const put = async (call: Keyed, text: string, slot = call.key) =>
    layer.record(call, slot, await layer.prepare(call), recording(text), "openai-chat");
  return { clock, inner, store, events, random, layer, keyed, put };
}

const bodyOf = (lookup: Lookup): string =>
  lookup.kind === "miss" ? expect.fail(`a miss: ${lookup.reason}`) : Buffer.from(lookup.found.entry.body).toString();

describe("ExactLayer", () => {
  it("goes through its life: miss, hit, stale, reserve, miss", async () => {
    const { clock, layer, keyed, put } = setUp();
    const call = keyed();
    expect(await layer.lookup(call)).toEqual({ kind: "miss", reason: "absent", slot: "the-key", reserve: undefined });
    expect(await put(call, "answer")).toMatchObject({ kind: "stored", id: "the-key" });
    const hit = await layer.lookup(call);
    expect(hit).toMatchObject({
      kind: "hit",
      found: { id: "the-key", entry: { note: { protocol: "openai-chat", model: "m" } } },
    });
    expect(bodyOf(hit)).toBe("answer");
    clock.advance(60_000);
    expect(await layer.lookup(call)).toMatchObject({ kind: "stale", why: "swr" });
    expect(await layer.lookup(keyed({ maxStaleMs: 0 }))).toMatchObject({ kind: "stale", why: "swr" });
    clock.advance(30_000);
    const reserve = await layer.lookup(call);
    expect(reserve).toMatchObject({ kind: "miss", reason: "expired", reserve: { id: "the-key" } });
    expect(await layer.lookup(keyed({ maxStaleMs: 60_000 }))).toMatchObject({ kind: "stale", why: "max_stale" });
    clock.advance(90_000);
    expect(await layer.lookup(call)).toMatchObject({ kind: "miss", reason: "absent", reserve: undefined });
  });

  it("answers in the same turn when everything is in memory", async () => {
    const { layer, keyed, put } = setUp();
    await put(keyed({ tags: ["a"] }), "answer");
    expect(isPromise(layer.lookup(keyed()))).toBe(false);
  });

  it("counts the time of the computation as age, and its generations as of before", async () => {
    const { clock, store, random, layer, keyed } = setUp();
    const call = keyed({ tags: ["a"] });
    const ticket = await layer.prepare(call);
    clock.advance(59_999);
    expect(await layer.record(call, call.key, ticket, recording("late"), "p")).toMatchObject({ kind: "stored" });
    expect(await layer.lookup(call)).toMatchObject({ kind: "hit" });
    clock.advance(1);
    expect(await layer.lookup(call)).toMatchObject({ kind: "stale" });
    const second = await layer.prepare(call);
    await renewGeneration(store, { tenant: "t", name: "tag:a" }, random);
    expect(await layer.record(call, call.key, second, recording("purged"), "p")).toEqual({
      kind: "refused",
      reason: "generation_changed",
    });
  });

  it("lives by the tags of the entry, not of who asks", async () => {
    const { store, random, layer, keyed, put } = setUp();
    await put(keyed({ tags: ["a", "b"] }), "answer");
    await renewGeneration(store, { tenant: "t", name: "tag:c" }, random);
    expect(await layer.lookup(keyed({ tags: ["c"] }))).toMatchObject({ kind: "hit" });
    await renewGeneration(store, { tenant: "t", name: "tag:b" }, random);
    expect(await layer.lookup(keyed())).toMatchObject({
      kind: "miss",
      reason: "generation_changed",
      reserve: undefined,
    });
  });

  it("clamps what a caller asks for, and jitters what the policy says", async () => {
    const lifeOf = async (directives: Partial<Directives>, more: Partial<CallPolicy> = {}) => {
      const { clock, layer, keyed, put } = setUp();
      const call = keyed(directives, { policy: { ...policy, ...more } });
      const before = clock.now();
      await put(call, "answer");
      const lookup = await layer.lookup(call);
      return lookup.kind === "miss" ? -1 : lookup.found.entry.lifetime.staleAt - before;
    };
    expect(await lifeOf({ ttlMs: 10_000 })).toBe(10_000);
    expect(await lifeOf({ ttlMs: 10_000_000 })).toBe(600_000);
    expect(await lifeOf({}, { ttlMs: 10_000_000 })).toBe(600_000);
    const jittered = await lifeOf({}, { ttlJitter: 0.5 });
    expect(jittered).toBeGreaterThanOrEqual(30_000);
    expect(jittered).toBeLessThan(60_000);
  });

  it("removes and counts a damaged entry (R6, R15)", async () => {
    const { inner, events, layer, keyed, put } = setUp();
    await put(keyed(), "answer");
    const sealed = new Uint8Array(inner.get("t", ["the-key"])[0] as Uint8Array);
    sealed[sealed.length - 1] = (sealed.at(-1) as number) ^ 1;
    inner.set("t", "the-key", sealed, { deleteAt: Number.POSITIVE_INFINITY });
    expect(await layer.lookup(keyed())).toMatchObject({ kind: "miss", reason: "corrupt", reserve: undefined });
    expect(events).toEqual([{ type: "entry-reject", layer: "exact", reason: "corrupt" }]);
    expect(inner.get("t", ["the-key"])).toEqual([undefined]);
  });

  it("does not serve an entry of another tenant, though a store hand out the very same bytes (I1)", async () => {
    const { inner, events, layer, keyed, put } = setUp();
    await put(keyed(), "secret of t");
    expect(await layer.lookup(keyed())).toMatchObject({ kind: "hit" });
    const bytes = inner.get("t", ["the-key"])[0] as Uint8Array;
    const other = keyed({}, { principal: { tenant: "u", user: undefined } });
    await layer.prepare(other);
    inner.set("u", "the-key", bytes, { deleteAt: Number.POSITIVE_INFINITY });
    expect(await layer.lookup(other)).toMatchObject({ kind: "miss", reason: "corrupt" });
    expect(events).toEqual([{ type: "entry-reject", layer: "exact", reason: "tenant_mismatch" }]);
    expect(inner.get("u", ["the-key"])).toEqual([undefined]);
    // Nor under another key of the same tenant.
    inner.set("t", "other-key", bytes, { deleteAt: Number.POSITIVE_INFINITY });
    expect(await layer.lookup(keyed({}, { key: "other-key" }))).toMatchObject({ kind: "miss", reason: "corrupt" });
    expect(await layer.lookup(keyed())).toMatchObject({ kind: "hit" });
  });

  it("misses an entry of another wire version and leaves it to those who can read it (T7)", async () => {
    const { inner, events, layer, keyed, put } = setUp();
    await put(keyed(), "answer");
    const sealed = new Uint8Array(inner.get("t", ["the-key"])[0] as Uint8Array);
    sealed[4] = 2;
    inner.set("t", "the-key", sealed, { deleteAt: Number.POSITIVE_INFINITY });
    expect(await layer.lookup(keyed())).toMatchObject({ kind: "miss", reason: "corrupt" });
    expect(events).toEqual([]);
    expect(inner.get("t", ["the-key"])[0]).toBe(sealed);
  });

  it("misses entries from a clock that is far ahead (T1)", async () => {
    const { clock, inner, random, layer, keyed } = setUp();
    const scopes = scopesOf({ tenant: "t", namespace: "", model: "", version: "", user: undefined, tags: [] });
    const tokens = new Generations(inner, random);
    const generations = await tokens.read(scopes);
    await tokens.confirm(scopes, generations);
    const write = (createdAt: number) =>
      inner.set(
        "t",
        "the-key",
        sealEntry(
          {
            form: "json",
            lifetime: lifetimeOf(createdAt, 3_600_000, 0, 0),
            tenant: "t",
            generations,
            note: { protocol: "p", model: undefined, usage: undefined, tags: [] },
            body: Buffer.from("x"),
          },
          "the-key",
        ),
        { deleteAt: Number.POSITIVE_INFINITY },
      );
    write(clock.now() + 30_000);
    expect(await layer.lookup(keyed())).toMatchObject({ kind: "hit" });
    write(clock.now() + 3_600_000);
    expect(await layer.lookup(keyed())).toMatchObject({ kind: "miss", reason: "expired" });
  });
});

describe("ExactLayer with variants", () => {
  const three = { variants: 3 };

  it("fills every slot before it repeats any", async () => {
    const { layer, keyed, put } = setUp();
    const call = keyed({}, three);
    const slots: string[] = [];
    for (let count = 0; count < 3; count++) {
      const lookup = await layer.lookup(call);
      if (lookup.kind !== "miss") return expect.fail("a repeat before all slots are filled");
      expect(lookup.reason).toBe(count === 0 ? "absent" : "variant_absent");
      expect(lookup.reserve !== undefined).toBe(count > 0);
      slots.push(lookup.slot);
      await put(call, `variant ${count}`, lookup.slot);
    }
    expect(new Set(slots).size).toBe(3);
    expect(slots[0]).toBe("the-key");
    const seen = new Set<string>();
    for (let count = 0; count < 30; count++) seen.add(bodyOf(await layer.lookup(call)));
    expect(seen).toEqual(new Set(["variant 0", "variant 1", "variant 2"]));
    return undefined;
  });

  it("gives the one that was chosen, and fills it where it is missing", async () => {
    const { layer, keyed, put } = setUp();
    const at = (variant: number) => keyed({ variant }, three);
    await put(at(1), "one", "the-key.1");
    expect(bodyOf(await layer.lookup(at(1)))).toBe("one");
    expect(bodyOf(await layer.lookup(at(4)))).toBe("one");
    expect(await layer.lookup(at(2))).toMatchObject({ kind: "miss", reason: "variant_absent", slot: "the-key.2" });
    expect(await layer.lookup(keyed({ variant: 7 }))).toMatchObject({
      kind: "miss",
      reason: "absent",
      slot: "the-key",
    });
  });

  it("keeps what was stored when the number of variants is raised", async () => {
    const { layer, keyed, put } = setUp();
    await put(keyed(), "first");
    expect(bodyOf(await layer.lookup(keyed({ variant: 0 }, three)))).toBe("first");
  });
});

describe("ExactLayer over a store that fails", () => {
  const chaotic = () => {
    let chaos: ChaosStore | undefined;
    const set = setUp((inner, clock) => {
      chaos = new ChaosStore(inner);
      return guarded(chaos, { clock, readDeadlineMs: 50, writeDeadlineMs: 250 });
    });
    return { ...set, chaos: chaos as ChaosStore };
  };
  /** Lets deadlines pass until the promise is settled. */
  const inTime = async <T>(clock: ManualClock, promise: T | Promise<T>): Promise<T> => {
    let settled = false;
    const watched = Promise.resolve(promise).finally(() => {
      settled = true;
    });
    watched.catch(() => {});
    for (let turn = 0; !settled && turn < 100; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!settled) clock.advance(10);
    }
    return watched;
  };

  it.each(["hanging", "failing"] as const)(
    "misses within the deadline while it is %s, and hits again afterwards (R3)",
    async (mode) => {
      const { chaos, clock, inner, random, layer, keyed, put } = chaotic();
      await put(keyed(), "answer");
      chaos.mode = mode;
      const before = clock.monotonic();
      expect(await inTime(clock, layer.lookup(keyed()))).toMatchObject({ kind: "miss" });
      expect(clock.monotonic() - before).toBeLessThanOrEqual(120);
      // What begins during the outage cannot know of invalidations made elsewhere; that shows when the store is back.
      const ticket = await inTime(clock, layer.prepare(keyed()));
      chaos.release();
      clock.advance(60_000 - (clock.monotonic() - before) - 1);
      expect(await inTime(clock, layer.lookup(keyed()))).toMatchObject({ kind: "hit" });
      await renewGeneration(inner, { tenant: "t", name: "tenant" }, random);
      const late = layer.record(keyed(), "the-key", ticket, recording("late"), "p");
      expect(await inTime(clock, late)).toEqual({ kind: "refused", reason: "generation_changed" });
    },
  );

  it("stores nothing when it can no longer tell whether something was invalidated", async () => {
    const { chaos, clock, layer, keyed } = chaotic();
    const ticket = await layer.prepare(keyed());
    chaos.mode = "failing";
    const stored = inTime(clock, layer.record(keyed(), "the-key", ticket, recording("x"), "p"));
    await expect(stored).rejects.toMatchObject({ code: "store_unavailable" });
  });
});
