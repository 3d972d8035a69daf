import { describe, expect, it } from "vitest";
import { memory } from "../stores/memory.ts";
import { ManualClock } from "./clock.ts";
import { openEntry, type SealedEntry, sealEntry } from "./entry.ts";
import { Generations, renewGeneration } from "./generations.ts";
import { isPromise } from "./maybe-promise.ts";
import { readWithPresent, ScopeReading } from "./present.ts";
import { type Belonging, everything, type Scope, scopeOf, wholeTenant } from "./scopes.ts";
import type { MaybePromise, Store } from "./store.ts";

const belonging: Belonging = { tenant: "t", namespace: "n", model: "m", version: "v", user: "ann", tags: ["a", "b"] };
/** Somebody else who asks the same. */
const other: Belonging = { ...belonging, user: "bob", tags: ["c"] };
const nobody: Belonging = { ...belonging, user: undefined, tags: [] };
const forEver = { deleteAt: Number.POSITIVE_INFINITY };

async function setUp({ isRemote = false } = {}) {
  let seed = 0;
  const random = { fraction: () => 0, bytes: (length: number) => new Uint8Array(length).fill(++seed) };
  const near = memory({ clock: new ManualClock() });
  const reads: (readonly [string, number])[] = [];
  const later = <T>(value: MaybePromise<T>): MaybePromise<T> => (isRemote ? Promise.resolve(value) : value);
  const store: Store = {
    ...{ name: "counted", set: near.set.bind(near), add: near.add.bind(near), delete: near.delete.bind(near) },
    ...{ stats: () => near.stats(), close: () => near.close() },
    get(tenant, keys) {
      reads.push([tenant, keys.length]);
      return later(near.get(tenant, keys));
    },
  };
  const store1 = async (whose: Belonging, slot: string): Promise<void> => {
    const generations = new Generations(store, random);
    const { scopes } = new ScopeReading(whose);
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
    await store.set("t", slot, sealEntry(entry, slot), forEver);
  };
  await store1(belonging, "own");
  await store1(nobody, "plain");
  const look = async (whose: Belonging, slots: readonly string[] = ["own"]) => {
    reads.length = 0;
    const found = await readWithPresent(store, "t", slots, new ScopeReading(whose));
    const entries = slots.map((slot, index) => {
      const opened = openEntry(found.values[index] as Uint8Array, "t", slot);
      if (!opened.ok) throw new Error(opened.reason);
      return opened.entry;
    });
    return { present: found.present, entries: entries as [SealedEntry, ...SealedEntry[]] };
  };
  return { store, random, reads, look };
}

describe("Present", () => {
  it.each([
    ["whoever asked first", belonging, 2],
    ["another user with other tags", other, 4],
    ["who names no user and no tags", nobody, 4],
  ])(
    "finds an entry alive for %s, with one read of each tenant more where its scopes are not known",
    async (_, whose, n) => {
      const { look, reads } = await setUp({ isRemote: true });
      const { present, entries } = await look(whose);
      expect(await present.isAlive(entries[0])).toBe(true);
      expect(reads).toHaveLength(n);
    },
  );

  it.each<[string, Scope]>([
    ["everything", everything],
    ["the tenant", wholeTenant("t")],
    ...(["namespace", "model", "version", "user", "tag"] as const).flatMap((kind): [string, Scope][] => {
      const value = { namespace: "n", model: "m", version: "v", user: "ann", tag: "b" }[kind];
      return [
        [`the ${kind} of all tenants`, scopeOf(kind, value, undefined)],
        [`the ${kind} of the tenant`, scopeOf(kind, value, "t")],
      ];
    }),
  ])("finds it dead after an invalidation of %s, whoever asks", async (_, scope) => {
    const { store, random, look } = await setUp();
    await renewGeneration(store, scope, random);
    for (const whose of [belonging, other, nobody]) {
      const { present, entries } = await look(whose, ["own", "own"]);
      expect(await present.isAlive(entries[0])).toBe(false);
      expect(await present.areAlive(entries)).toEqual([false, false]);
    }
  });

  it("finds it alive after an invalidation of anything else", async () => {
    const { store, random, look } = await setUp();
    for (const scope of [
      scopeOf("tag", "c", "t"),
      scopeOf("user", "bob", "t"),
      scopeOf("namespace", "", undefined),
      wholeTenant("other"),
      scopeOf("tag", "a", "other"),
    ])
      await renewGeneration(store, scope, random);
    for (const whose of [belonging, nobody]) {
      const { present, entries } = await look(whose);
      expect(await present.isAlive(entries[0])).toBe(true);
    }
  });

  it("finds it dead when a token is lost", async () => {
    const { store, look } = await setUp();
    await store.delete("t", "g:tag:a");
    for (const whose of [belonging, other]) {
      const { present, entries } = await look(whose);
      expect(await present.isAlive(entries[0])).toBe(false);
    }
  });

  it("judges many with one further round trip, those without own scopes with none, and at once where it can", async () => {
    const { store, random, reads, look } = await setUp();
    const plain = await look(nobody, ["plain"]);
    expect(isPromise(plain.present.isAlive(plain.entries[0]))).toBe(false);
    expect(reads).toHaveLength(2);
    await renewGeneration(store, scopeOf("tag", "a", "t"), random);
    const { present, entries } = await look(nobody, ["plain", "own", "plain", "own"]);
    expect(await present.areAlive(entries)).toEqual([true, false, true, false]);
    expect(reads).toHaveLength(4);
  });
});
