import { describe, expect, it } from "vitest";
import { ManualClock, type Random } from "../../core/clock.ts";
import { type Directives, defaultDirectives } from "../../core/directives.ts";
import { sealEntry } from "../../core/entry.ts";
import { lifetimeOf } from "../../core/freshness.ts";
import { renewGeneration } from "../../core/generations.ts";
import { isPromise } from "../../core/maybe-promise.ts";
import type { CallPolicy } from "../../core/policy.ts";
import { scopeOf, wholeTenant } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";
import type { TraceEvent } from "../../core/trace.ts";
import { bytesOfNumbers, floatsOf } from "../../core/vector.ts";
import { memory } from "../../stores/memory.ts";
import { EmbeddingLayer, type NewVector, type VectorCall, type VectorLookup } from "./embedding-layer.ts";
import type { VectorScope } from "./vector-key.ts";

const policy = { ttlMs: 60_000, maxTtlMs: 60_000 } as CallPolicy;
const scope = { model: "m" } as VectorScope;

const vector = (slot: string, ...numbers: number[]): NewVector => ({
  slot,
  record: { vector: bytesOfNumbers(numbers), tokens: 3, model: "m-1", origin: { digest: "d", scope } },
});

function setUp(storeOver: (inner: Store) => Store = (inner) => inner) {
  const clock = new ManualClock();
  const inner = memory({ clock });
  const store = storeOver(inner);
  const events: TraceEvent[] = [];
  let drawn = 0;
  const random: Random = { bytes: (length) => new Uint8Array(length).fill(++drawn), fraction: () => 0 };
  const layer = new EmbeddingLayer({ store, clock, random, trace: (event) => events.push(event) });
  const call = (directives: Partial<Directives> = {}, tenant = "t"): VectorCall => ({
    principal: { tenant, user: undefined },
    facts: { model: "m" },
    directives: { ...defaultDirectives, ...directives },
    policy,
  });
  const put = async (vectors: readonly NewVector[], of = call()) =>
    layer.record(of, await layer.prepare(of), vectors, "openai-embeddings");
  return { call, clock, events, inner, layer, put, random, store };
}

const changed = (inner: Store, change: Partial<Store>): Store => ({
  name: inner.name,
  get: (...given) => inner.get(...given),
  set: (...given) => inner.set(...given),
  add: (...given) => inner.add(...given),
  delete: (...given) => inner.delete(...given),
  stats: () => inner.stats(),
  close: () => inner.close(),
  ...change,
});

const told = (lookups: readonly VectorLookup[]) =>
  lookups.map((lookup) => (lookup.kind === "miss" ? lookup.reason : [...floatsOf(lookup.record.vector)]));

describe("looking up", () => {
  it("has vectors in the order of the slots, also the same one twice", async () => {
    const { call, layer, put } = setUp();
    expect(await put([vector("a", 1, 2), vector("b", 3, 4)])).toEqual(["stored", "stored"]);
    expect(told(await layer.lookup(call(), ["b", "x", "a", "b"]))).toEqual([[3, 4], "absent", [1, 2], [3, 4]]);
  });

  it("has the same record for the same bytes, and another as soon as the vector was stored anew", async () => {
    const { call, layer, put, random, store } = setUp();
    const record = async () => {
      const [found] = await layer.lookup(call(), ["a"]);
      return found?.kind === "hit" ? found.record : found?.reason;
    };
    await put([vector("a", 1, 2)]);
    const first = await record();
    expect(await record()).toBe(first);
    await put([vector("a", 1, 2)]);
    const second = await record();
    expect(typeof second === "object" && [...floatsOf(second.vector)]).toEqual([1, 2]);
    expect(second).not.toBe(first);
    await renewGeneration(store, wholeTenant("t"), random);
    expect(await record()).toBe("generation_changed");
  });

  it("asks the store for all of a batch at once, and is answered in the same turn", async () => {
    let reads = 0;
    const { call, layer, put } = setUp((inner) =>
      changed(inner, {
        get: (tenant, keys) => {
          reads++;
          return inner.get(tenant, keys);
        },
      }),
    );
    await put([vector("a", 1), vector("b", 2)]);
    reads = 0;
    const lookups = layer.lookup(call(), ["a", "b", "c", "d"]);
    expect(isPromise(lookups)).toBe(false);
    // One for the tenant's keys, one for the tokens of all tenants.
    expect(reads).toBe(2);
  });

  it("keeps tenants apart", async () => {
    const { call, layer, put } = setUp();
    await put([vector("a", 1)]);
    expect(told(await layer.lookup(call({}, "other"), ["a"]))).toEqual(["absent"]);
  });

  it("judges each vector by its own age", async () => {
    const { call, clock, layer, put } = setUp();
    await put([vector("old", 1)]);
    clock.advance(30_000);
    await put([vector("new", 2)]);
    const young = call({ maxAgeMs: 10_000 });
    expect(told(await layer.lookup(young, ["old", "new"]))).toEqual(["max_age", [2]]);
    expect(told(await layer.lookup(call({ minFreshMs: 45_000 }), ["old", "new"]))).toEqual(["min_fresh", [2]]);
    clock.advance(29_999);
    expect(told(await layer.lookup(call(), ["old", "new"]))).toEqual([[1], [2]]);
    clock.advance(1);
    expect(told(await layer.lookup(call(), ["old", "new"]))).toEqual(["absent", [2]]);
  });

  it("takes what is damaged, or of another tenant or form, for absent, and removes it", async () => {
    const { call, clock, events, inner, layer, put } = setUp();
    await put(["damaged", "cut", "fine"].map((slot, index) => vector(slot, index)));
    const forGood = { deleteAt: Number.POSITIVE_INFINITY };
    const bytesOf = (slot: string) => new Uint8Array((inner.get("t", [slot]) as Uint8Array[])[0] as Uint8Array);
    const damaged = bytesOf("damaged");
    damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1;
    inner.set("t", "damaged", damaged, forGood);
    inner.set("t", "cut", bytesOf("cut").subarray(0, 40), forGood);
    const lifetime = lifetimeOf(clock.now(), 60_000, 0, 0);
    const note = { protocol: "p", model: "m", usage: undefined, tags: [] };
    const entry = { form: "json", lifetime, tenant: "t", generations: [], note, body: new Uint8Array(40) } as const;
    inner.set("t", "json", sealEntry(entry, "json"), forGood);
    inner.set("t", "foreign", sealEntry({ ...entry, form: "vector", tenant: "u" }, "foreign"), forGood);
    inner.set("t", "moved", bytesOf("fine"), forGood);
    const slots = ["damaged", "cut", "json", "foreign", "moved"];
    expect(told(await layer.lookup(call(), [...slots, "fine"]))).toEqual([...slots.map(() => "corrupt"), [2]]);
    expect(inner.get("t", slots)).toEqual(slots.map(() => undefined));
    expect(events.map((event) => event.type === "entry-reject" && event.reason)).toEqual([
      "corrupt",
      "corrupt",
      "corrupt",
      "tenant_mismatch",
      "corrupt",
    ]);
  });
});

describe("invalidation", () => {
  it("of a tag takes the vectors that have it, whoever asks", async () => {
    const { call, layer, put, random, store } = setUp();
    await put([vector("tagged", 1)], call({ tags: ["x"] }));
    await put([vector("other", 2)], call({ tags: ["y"] }));
    await put([vector("plain", 3)]);
    const all = ["tagged", "other", "plain"];
    expect(told(await layer.lookup(call(), all))).toEqual([[1], [2], [3]]);
    await renewGeneration(store, scopeOf("tag", "x", "t"), random);
    for (const tags of [[], ["x"], ["y"]])
      expect(told(await layer.lookup(call({ tags }), all))).toEqual(["generation_changed", [2], [3]]);
  });

  it("between asking and storing stores nothing", async () => {
    const { call, layer, put, random, store } = setUp();
    await put([vector("a", 1)]);
    const ticket = await layer.prepare(call());
    expect(await layer.isCurrent(call(), ticket)).toBe(true);
    await renewGeneration(store, wholeTenant("t"), random);
    expect(await layer.isCurrent(call(), ticket)).toBe(false);
    expect(await layer.record(call(), ticket, [vector("b", 2)], "p")).toBe("generation_changed");
    expect(told(await layer.lookup(call(), ["a", "b"]))).toEqual(["generation_changed", "absent"]);
  });
});

describe("storing", () => {
  it("lives as long as the request or the policy says, whichever is shorter, counted from when it was asked", async () => {
    const { call, clock, layer, put } = setUp();
    const lived = async (ttlMs: number | undefined, waitedMs = 0) => {
      const of = call({ ttlMs });
      const ticket = await layer.prepare(of);
      clock.advance(waitedMs);
      await layer.record(of, ticket, [vector("a", 1)], "p");
      const [lookup] = await layer.lookup(call(), ["a"]);
      return lookup?.kind === "hit" ? lookup.lifetime.staleAt - clock.now() : lookup?.reason;
    };
    expect(await lived(undefined)).toBe(60_000);
    expect(await lived(120_000)).toBe(60_000);
    expect(await lived(5_000)).toBe(5_000);
    expect(await lived(5_000, 4_000)).toBe(1_000);
    expect(await put([vector("b", 1)], call({ ttlMs: 0 }))).toBe("no_store");
  });

  it("tells what became of each vector, and a store that throws fails only that one", async () => {
    const { put } = setUp((inner) =>
      changed(inner, {
        set: async (tenant, key, value, options) => {
          if (key === "throws") throw new Error("no");
          return key === "large" ? "declined" : inner.set(tenant, key, value, options);
        },
      }),
    );
    const slots = ["a", "throws", "large", "b"];
    expect(await put(slots.map((slot) => vector(slot, 1)))).toEqual(["stored", "failed", "declined", "stored"]);
  });

  it("writes a few at a time, and all of them", async () => {
    let [under, most] = [0, 0];
    const { call, layer, put } = setUp((inner) =>
      changed(inner, {
        set: async (...given) => {
          most = Math.max(most, ++under);
          await Promise.resolve();
          under--;
          return inner.set(...given);
        },
      }),
    );
    const slots = Array.from({ length: 300 }, (_, index) => `s${index}`);
    await put(slots.map((slot, index) => vector(slot, index)));
    expect(most).toBe(64);
    expect(told(await layer.lookup(call(), slots))).toEqual(slots.map((_, index) => [index]));
  });
});
