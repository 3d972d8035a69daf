import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MemoryStore, memory } from "../stores/memory.ts";
import { tiered } from "../stores/tiered.ts";
import { ManualClock } from "./clock.ts";
import { openEntry, type SealedEntry, sealEntry } from "./entry.ts";
import { Generations, renewGeneration, scopeKey } from "./generations.ts";
import { readWithPresent, ScopeReading } from "./present.ts";
import { type Belonging, scopeOf, scopesOf } from "./scopes.ts";
import type { Store } from "./store.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const belongings: readonly Belonging[] = [
  { tenant: "t", namespace: "n", model: "m", version: "v", user: undefined, tags: [] },
  { tenant: "t", namespace: "n", model: "m", version: "v", user: "ann", tags: ["a", "b"] },
  { tenant: "t", namespace: "n", model: "m", version: "v", user: "bob", tags: ["b"] },
];
const slots = ["first", "second"] as const;
const allScopes = [...new Map(belongings.flatMap(scopesOf).map((scope) => [scope.name, scope])).values()];

/** A store in memory alone, or memory before another that other processes write to. */
function setUp(isShared: boolean) {
  let seed = 0;
  const random = {
    fraction: () => 0,
    bytes(length: number): Uint8Array {
      const token = new Uint8Array(length);
      new DataView(token.buffer).setUint32(length - 4, ++seed);
      return token;
    },
  };
  const clock = new ManualClock();
  const near = memory({ clock });
  const far = isShared ? memory({ clock }) : near;
  const all = isShared ? tiered([near, far], { clock, recheckMs: 1_000 }) : near;
  const reads: number[] = [];
  // What a store that counts its reads, and can hold, looks like.
  const store: Store & Pick<MemoryStore, "hold"> = {
    ...{ name: "counted", set: all.set.bind(all), add: all.add.bind(all), delete: all.delete.bind(all) },
    ...{ stats: () => all.stats(), close: () => all.close(), hold: all.hold.bind(all) },
    get(tenant, keys) {
      reads.push(keys.length);
      return all.get(tenant, keys);
    },
  };
  const record = async (whose: Belonging, slot: string): Promise<void> => {
    const generations = new Generations(store, random);
    const scopes = scopesOf(whose);
    const confirmed = await generations.confirm(scopes, await generations.read(scopes));
    if (confirmed === undefined) throw new Error("something was invalidated");
    const lifetime = { createdAt: 0, staleAt: 1, revalidateUntil: 1, errorUntil: 1, deleteAt: 1 };
    const note = { protocol: "p", model: "m", usage: undefined, tags: whose.tags };
    const entry = {
      form: "json",
      lifetime,
      tenant: "t",
      generations: confirmed,
      note,
      body: Buffer.from("x"),
    } as const;
    store.set("t", slot, sealEntry(entry, slot), forEver);
  };
  const opened = new WeakMap<Uint8Array, SealedEntry>();
  /** Entries that were opened before are the same objects again, unless all is to be `anew`. */
  const look = async (reading: ScopeReading, anew = false): Promise<readonly (boolean | undefined)[]> => {
    const { values, present } = await readWithPresent(store, "t", slots, reading);
    const verdicts = slots.map((slot, index) => {
      const bytes = values[index];
      if (bytes === undefined) return undefined;
      const entry = (anew ? undefined : opened.get(bytes)) ?? openedEntry(bytes, slot);
      if (!anew) opened.set(bytes, entry);
      return anew ? present.areAlive([entry]) : present.isAlive(entry);
    });
    return (await Promise.all(verdicts)).flat();
  };
  return { clock, store, far, random, reads, record, look };
}

function openedEntry(bytes: Uint8Array, slot: string): SealedEntry {
  const result = openEntry(bytes, "t", slot);
  if (!result.ok) throw new Error(result.reason);
  return result.entry;
}

type Parts = ReturnType<typeof setUp>;
type Step = readonly [name: string, act: (parts: Parts) => unknown];

const aScope = fc.constantFrom(...allScopes);
const step: fc.Arbitrary<Step> = fc.oneof(
  aScope.map((scope): Step => [`renew ${scope.name}`, ({ store, random }) => renewGeneration(store, scope, random)]),
  aScope.map((scope): Step => [`lose ${scope.name}`, ({ store }) => store.delete(scope.tenant, scopeKey(scope))]),
  aScope.map((scope): Step => [`elsewhere ${scope.name}`, ({ far, random }) => renewGeneration(far, scope, random)]),
  fc
    .tuple(fc.constantFrom(...belongings), fc.constantFrom(...slots))
    .map(([whose, slot]): Step => [`record ${slot} of ${whose.user}`, ({ record }) => record(whose, slot)]),
  fc.integer({ min: 1, max: 1_200 }).map((ms): Step => [`wait ${ms}`, ({ clock }) => clock.advance(ms)]),
);

describe("a reading of scopes that is kept", () => {
  it.each([
    ["memory", false],
    ["memory before a store that others write to", true],
  ])("finds alive at any time what a new one finds alive, over %s", async (_, isShared) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const parts = setUp(isShared);
        const kept = belongings.map((whose) => new ScopeReading(whose));
        await parts.record(belongings[1] as Belonging, "first");
        await parts.record(belongings[0] as Belonging, "second");
        for (const [, act] of steps) {
          await act(parts);
          for (const [index, whose] of belongings.entries()) {
            const found = await parts.look(kept[index] as ScopeReading);
            expect(found).toEqual(await parts.look(new ScopeReading(whose), true));
          }
        }
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it("reads nothing of the scopes as long as they stay the same, and all of them once when one has changed", async () => {
    const { look, record, reads, store, random } = setUp(false);
    const [plain] = belongings as readonly [Belonging, ...Belonging[]];
    await record(plain, "first");
    const reading = new ScopeReading(plain);
    const readsOf = async () => {
      reads.length = 0;
      await look(reading);
      return [...reads];
    };
    const [withScopes, without] = [[4, slots.length + 4], [slots.length]];
    expect(await readsOf()).toEqual(withScopes);
    expect(await readsOf()).toEqual(without);
    await renewGeneration(store, scopeOf("tag", "a", "t"), random);
    expect(await readsOf()).toEqual(without);
    await renewGeneration(store, scopeOf("model", "m", undefined), random);
    expect(await readsOf()).toEqual(withScopes);
    expect(await readsOf()).toEqual(without);
  });

  it("keeps none of one store for another", async () => {
    const { look, record, far, random } = setUp(true);
    const [plain] = belongings as readonly [Belonging, ...Belonging[]];
    await record(plain, "first");
    const reading = new ScopeReading(plain);
    expect((await look(reading))[0]).toBe(true);
    await renewGeneration(far, scopeOf("model", "m", "t"), random);
    const { values, present } = await readWithPresent(far, "t", ["first"], reading);
    expect(await present.isAlive(openedEntry(values[0] as Uint8Array, "first"))).toBe(false);
    // The copies before it count a while longer.
    expect((await look(reading))[0]).toBe(true);
  });

  it("is not held by what a store has in memory when that is not what it answered", async () => {
    const { record, store, far, random } = setUp(false);
    const [plain] = belongings as readonly [Belonging, ...Belonging[]];
    await record(plain, "first");
    const before = memory();
    for (const { tenant, name } of scopesOf(plain)) {
      const key = scopeKey({ name });
      before.set(tenant, key, far.get(tenant, [key])[0] as Uint8Array, forEver);
    }
    await renewGeneration(far, scopeOf("model", "m", "t"), random);
    const ahead = { ...store, hold: before.hold.bind(before) };
    const reading = new ScopeReading(plain);
    for (let time = 0; time < 2; time++) {
      const { values, present } = await readWithPresent(ahead, "t", ["first"], reading);
      expect(await present.isAlive(openedEntry(values[0] as Uint8Array, "first"))).toBe(false);
      expect(values.length).toBeGreaterThan(1);
    }
  });
});
