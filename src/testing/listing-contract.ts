/**
 * What every store that can be listed must do, as a list of cases that any test runner can take:
 *
 *     for (const { name, run } of listingContract(make)) test(name, run);
 *
 * Each case makes a store of its own, empty, with the clock handed to it. A driver that cannot do something says so
 * with a reason in `except`, as in the store contract.
 */

import assert from "node:assert/strict";
import type { ListableStore, ListingQuery, StoredItem } from "../core/store-listing.ts";
import { bytesOf, hour, type StoreCapability, type StoreUnderTest } from "./store-case.ts";
import { type StoreContractCase, type StoreContractOptions, selectCases } from "./store-contract.ts";

export interface ListableStoreUnderTest extends StoreUnderTest {
  readonly store: ListableStore;
  readonly reopen?: () => Promise<ListableStore>;
}

interface ListingCase {
  readonly name: string;
  readonly needs?: StoreCapability;
  readonly check: (subject: ListableStoreUnderTest) => Promise<void>;
}

export function listingContract(
  make: () => Promise<ListableStoreUnderTest>,
  options: StoreContractOptions = {},
): readonly StoreContractCase[] {
  return selectCases(cases, make, options);
}

type Pages = Omit<ListingQuery, "cursor">;

/** All pages; `between` is called after each one that is not the last. */
async function listed(
  store: ListableStore,
  query: Pages,
  between: () => Promise<unknown> = async () => {},
): Promise<StoredItem[]> {
  const items: StoredItem[] = [];
  let cursor: string | undefined;
  for (let pages = 1; ; pages += 1) {
    const page = await store.list(cursor === undefined ? query : { ...query, cursor });
    // What is read later must not change what was read before.
    items.push(...page.items.map((item) => ({ ...item, value: new Uint8Array(item.value) })));
    assert.ok(page.items.length <= 4 * query.limit, `${page.items.length} items on a page of about ${query.limit}`);
    if (page.cursor === undefined) return items;
    assert.ok(pages < 10_000, "the pages come to an end");
    cursor = page.cursor;
    await between();
  }
}

/** By tenant and key, sorted, each once. */
function namesOf(items: readonly StoredItem[]): string[] {
  return [...new Set(items.map(({ tenant, key }) => JSON.stringify([tenant, key])))].sort();
}

function named(names: readonly (readonly [tenant: string, key: string])[]): string[] {
  return names.map((name) => JSON.stringify(name)).sort();
}

function textOf(items: readonly StoredItem[], tenant: string, key: string): string | undefined {
  // Of several, the last one is the newest.
  const item = items.findLast((one) => one.tenant === tenant && one.key === key);
  return item && new TextDecoder().decode(item.value);
}

/** A server may keep how long instead of until when. */
function assertAbout(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) <= 1_000, `deleteAt is ${actual} and not about ${expected}`);
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `key${index}`);

const cases: readonly ListingCase[] = [
  {
    name: "lists nothing where nothing is",
    check: async ({ store }) => {
      assert.deepEqual(await listed(store, { limit: 10 }), []);
      assert.deepEqual(await listed(store, { tenant: "tenant", limit: 10 }), []);
    },
  },
  {
    name: "lists tenant, key, value and time of death, as soon as a write is acknowledged",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const value = Uint8Array.from({ length: 256 }, (_, index) => index);
      assert.equal(await store.set("tenant", "key", value, { deleteAt }), "stored");
      assert.equal(await store.set("tenant", "for ever", bytesOf("token"), { deleteAt: Infinity }), "stored");
      await store.add("other", "added", bytesOf("added"), { deleteAt });
      const items = await listed(store, { limit: 10 });
      assert.equal(items.length, 3);
      const item = items.find(({ key }) => key === "key");
      assert.deepEqual(item && [item.tenant, ...item.value], ["tenant", ...value]);
      assertAbout(item?.deleteAt ?? Number.NaN, deleteAt);
      assert.equal(items.find(({ key }) => key === "for ever")?.deleteAt, Infinity);
      assert.equal(textOf(items, "other", "added"), "added");
    },
  },
  {
    name: "tells the priority",
    needs: "priorities",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      for (const priority of ["low", "normal", "high"] as const)
        await store.set("tenant", priority, bytesOf("value"), { deleteAt, priority });
      await store.set("tenant", "unsaid", bytesOf("value"), { deleteAt });
      const priorities = Object.fromEntries(
        (await listed(store, { limit: 10 })).map(({ key, priority }) => [key, priority]),
      );
      assert.deepEqual(priorities, { low: "low", normal: "normal", high: "high", unsaid: "normal" });
    },
  },
  {
    name: "lists one tenant alone, also the one whose name is empty",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const tenants = ["", "a", "ab", "a:b", "A", "*", "a*", "[a]", "%", "_", "__proto__", "é", "🙂", "a\u0000b"];
      for (const tenant of tenants) {
        for (const key of ["c", "", "bc"]) await store.set(tenant, key, bytesOf(tenant), { deleteAt });
      }
      for (const tenant of tenants) {
        const items = await listed(store, { tenant, limit: 5 });
        assert.deepEqual(namesOf(items), named(["c", "", "bc"].map((key) => [tenant, key] as const)), tenant);
        for (const { value } of items) assert.deepEqual([...value], [...bytesOf(tenant)]);
      }
      assert.deepEqual(await listed(store, { tenant: "b", limit: 5 }), []);
      assert.equal(namesOf(await listed(store, { limit: 5 })).length, 3 * tenants.length);
    },
  },
  {
    name: "takes odd keys",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const keys = ["__proto__", "", " ", "\n", "'; --", "%00", "é", "e\u0301", "日本語", "🙂", "K".repeat(10_000)];
      for (const key of keys) await store.set("tenant", key, bytesOf(key), { deleteAt });
      const items = await listed(store, { tenant: "tenant", limit: 4 });
      assert.deepEqual(namesOf(items), named(keys.map((key) => ["tenant", key] as const)));
      for (const { key, value } of items) assert.deepEqual([...value], [...bytesOf(key)]);
    },
  },
  {
    name: "goes through thousands in pages, also of one item",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const keys = numbered(2_000);
      for (const key of keys) await store.set("many", key, bytesOf(key), { deleteAt });
      for (const key of numbered(20)) await store.set("few", key, bytesOf(key), { deleteAt });
      const many = await listed(store, { tenant: "many", limit: 300 });
      assert.deepEqual(namesOf(many), named(keys.map((key) => ["many", key] as const)));
      for (const { key, value } of many) assert.deepEqual([...value], [...bytesOf(key)]);
      const few = await listed(store, { tenant: "few", limit: 1 });
      assert.deepEqual(namesOf(few), named(numbered(20).map((key) => ["few", key] as const)));
      assert.equal(namesOf(await listed(store, { limit: 100_000 })).length, 2_020);
    },
  },
  {
    name: "misses nothing that is there all the time, whatever comes, goes and changes meanwhile",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const kept = numbered(300);
      for (const key of kept) {
        await store.set("tenant", key, bytesOf(key), { deleteAt });
        await store.set("tenant", `gone ${key}`, bytesOf(key), { deleteAt });
      }
      let round = 0;
      const items = await listed(store, { tenant: "tenant", limit: 20 }, async () => {
        round += 1;
        await store.delete("tenant", `gone key${round * 7}`);
        await store.set("tenant", `new ${round}`, bytesOf("new"), { deleteAt });
        // Longer, shorter and of another priority: a store may put what it replaces in another place.
        await store.set("tenant", `key${round * 3}`, bytesOf(`key${round * 3}`.repeat(50)), { deleteAt });
        await store.set("tenant", `key${round * 5}`, bytesOf("k"), { deleteAt });
        await store.set("tenant", `key${299 - round}`, bytesOf("low"), { deleteAt, priority: "low" });
      });
      assert.ok(round > 5, "it took several pages");
      const found = new Set(items.map(({ key }) => key));
      assert.deepEqual(
        kept.filter((key) => !found.has(key)),
        [],
      );
    },
  },
  {
    name: "lists what a key holds now, and not what was deleted",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      await store.set("tenant", "replaced", bytesOf("before"), { deleteAt });
      await store.set("tenant", "deleted", bytesOf("deleted"), { deleteAt });
      assert.equal((await listed(store, { limit: 10 })).length, 2);
      await store.set("tenant", "replaced", bytesOf("a longer one, after"), { deleteAt: deleteAt + hour });
      await store.delete("tenant", "deleted");
      const items = await listed(store, { limit: 10 });
      assert.deepEqual(namesOf(items), named([["tenant", "replaced"]]));
      assert.equal(textOf(items, "tenant", "replaced"), "a longer one, after");
      assertAbout(items.at(-1)?.deleteAt ?? Number.NaN, deleteAt + hour);
    },
  },
  {
    name: "lists the newest first where it keeps an order, each once, and what is written meanwhile moves nothing",
    check: async ({ store, clock }) => {
      const deleteAt = clock.now() + hour;
      const keys = numbered(50);
      for (const key of keys) {
        const priority = (["low", "normal", "high"] as const)[key.length % 3] as "low" | "normal" | "high";
        await store.set("tenant", key, bytesOf(key), { deleteAt, priority });
        await store.set("other", key, bytesOf(key), { deleteAt });
      }
      for (const tenant of ["tenant", undefined]) {
        const query = { limit: 7, newestFirst: true, ...(tenant === undefined ? {} : { tenant }) };
        const first = await store.list(query);
        const items = await listed(store, query, async () => {
          await store.set("tenant", `new ${clock.now()}`, bytesOf("new"), { deleteAt });
          clock.advance(1);
        });
        const found = items.filter((item) => item.tenant === "tenant" && keys.includes(item.key)).map(({ key }) => key);
        if (first.isNewestFirst === true) assert.deepEqual(found, keys.toReversed());
        else assert.deepEqual([...new Set(found)].sort(), keys.toSorted());
      }
    },
  },
  {
    name: "lists nothing that is past its deleteAt",
    needs: "manual-clock",
    check: async ({ store, clock }) => {
      await store.set("tenant", "short", bytesOf("short"), { deleteAt: clock.now() + hour / 60 });
      await store.set("tenant", "long", bytesOf("long"), { deleteAt: clock.now() + hour });
      await store.set("tenant", "past", bytesOf("past"), { deleteAt: clock.now() - 1 });
      assert.deepEqual(
        namesOf(await listed(store, { limit: 10 })),
        named([
          ["tenant", "long"],
          ["tenant", "short"],
        ]),
      );
      clock.advance(hour / 60 + 10);
      assert.deepEqual(namesOf(await listed(store, { limit: 10 })), named([["tenant", "long"]]));
    },
  },
  {
    name: "lists what was kept when it is closed and opened again",
    check: async ({ store, clock, reopen }) => {
      if (reopen === undefined) return;
      const deleteAt = clock.now() + hour;
      for (const key of numbered(30)) await store.set("tenant", key, bytesOf(key), { deleteAt });
      const again = await reopen();
      try {
        const items = await listed(again, { limit: 7 });
        assert.deepEqual(namesOf(items), named(numbered(30).map((key) => ["tenant", key] as const)));
      } finally {
        await again.close();
      }
    },
  },
  {
    name: "throws when listed after close",
    check: async ({ store }) => {
      await store.close();
      await assert.rejects(async () => await store.list({ limit: 10 }), /closed/);
    },
  },
];
