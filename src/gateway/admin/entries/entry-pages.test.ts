import { expect, test } from "vitest";
import { ManualClock } from "../../../core/clock.ts";
import { sealEntry } from "../../../core/entry.ts";
import { lifetimeOf } from "../../../core/freshness.ts";
import type { ListableStore } from "../../../core/store-listing.ts";
import { memory } from "../../../stores/memory.ts";
import { type EntryPage, entryPage } from "./entry-pages.ts";
import type { KeptAnswer } from "./kept-answer.ts";

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const note = { protocol: "value", model: undefined, usage: undefined, tags: [] };

function setUp(count: number, name = (index: number) => `slot${index}`) {
  const clock = new ManualClock();
  const store = memory({ clock });
  for (let index = 0; index < count; index++) {
    const key = name(index);
    const lifetime = lifetimeOf(clock.now(), 1_000, 0, 0);
    const entry = { form: "json", lifetime, tenant: "t", generations: [], note, body: Buffer.from("1") } as const;
    store.set("t", key, sealEntry(entry, key), forEver);
  }
  return { clock, store };
}

type Parts = Parameters<typeof entryPage>[0];

async function pages(
  parts: Parts,
  query: { readonly limit: number; readonly fits?: (kept: KeptAnswer) => boolean },
  between: (page: EntryPage) => void = () => {},
): Promise<EntryPage[]> {
  const all: EntryPage[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await entryPage(parts, { fits: () => true, ...query, ...(cursor !== undefined && { cursor }) });
    all.push(page);
    if (page.cursor === undefined) return all;
    cursor = page.cursor;
    between(page);
  }
}

const slotsOf = (all: readonly EntryPage[]) => all.flatMap(({ entries }) => entries.map(({ slot }) => slot));

test("pages of any size give each entry once, the newest first", async () => {
  const { clock, store } = setUp(250);
  const newest = Array.from({ length: 250 }, (_, index) => `slot${249 - index}`);
  for (const limit of [1, 7, 100, 101, 249, 250, 251]) {
    const all = await pages({ listed: store, store, clock }, { limit });
    expect([limit, slotsOf(all)]).toEqual([limit, newest]);
    expect(all.every(({ entries }) => entries.length <= limit)).toBe(true);
  }
});

test("a page goes on behind its last entry, also when that is gone by then", async () => {
  const { clock, store } = setUp(60);
  const all = await pages({ listed: store, store, clock }, { limit: 7 }, ({ entries }) => {
    store.delete("t", entries.at(-1)?.key as string);
  });
  expect(new Set(slotsOf(all)).size).toBe(60);
});

test("with a filter that fits little no page looks at more than it may, and all are found in the end", async () => {
  const { clock, store } = setUp(12_000);
  let looked = 0;
  const mostOnOnePage: number[] = [];
  const fits = ({ slot }: KeptAnswer) => {
    looked += 1;
    return slot === "slot3";
  };
  const all = await pages({ listed: store, store, clock }, { limit: 10, fits }, () => {
    mostOnOnePage.push(looked);
    looked = 0;
  });
  expect(slotsOf(all)).toEqual(["slot3"]);
  expect(all.length).toBe(3);
  expect(Math.max(...mostOnOnePage)).toBe(5_000);
});

test("what takes long ends a page early, which still goes on by at least one", async () => {
  const { clock, store } = setUp(20);
  let at = 0;
  clock.monotonic = () => {
    at += 30;
    return at;
  };
  const all = await pages({ listed: store, store, clock }, { limit: 10 });
  expect(new Set(slotsOf(all)).size).toBe(20);
  expect(all.length).toBe(20);
});

test("what is no answer is left out: tokens, evidence, what is damaged, what another tenant's key was given to", async () => {
  const { clock, store } = setUp(1);
  const sealed = store.get("t", ["slot0"])[0] as Uint8Array;
  for (const key of ["g:tenant", "semantic-learnt:slot0", "semantic-signature:x", "rollup:1", ""])
    store.set("t", key, Buffer.from("x"), forEver);
  store.set("t", "semantic-normal:x", Buffer.from("no alias"), forEver);
  store.set("t", "damaged", sealed.slice(0, 40), forEver);
  store.set("t", "elsewhere", sealed, forEver);
  store.set("other", "slot0", sealed, forEver);
  store.set("", "slot0", sealed, forEver);
  expect(slotsOf(await pages({ listed: store, store, clock }, { limit: 10 }))).toEqual(["slot0"]);
});

test("a store that fails in its own words, or says nothing, cannot be listed at present", async () => {
  const { clock, store } = setUp(1);
  const listing = (list: ListableStore["list"]) => ({ listed: { ...store, name: "far", list }, store, clock });
  const asked = (list: ListableStore["list"]) => entryPage(listing(list), { limit: 1, fits: () => true });
  const away = { code: "store_unavailable", message: "The far store cannot be listed at present." };
  await expect(asked(() => Promise.reject(new Error("ECONNREFUSED")))).rejects.toMatchObject(away);
  const silent = asked(() => new Promise(() => {}));
  clock.advance(5_000);
  await expect(silent).rejects.toMatchObject(away);
});

test.each(["x", "WzEsMl0", "WyJhIl0", "e30", Buffer.from('["x",null]').toString("base64url")])(
  "%s is no cursor",
  async (cursor) => {
    const { clock, store } = setUp(1);
    const asked = entryPage({ listed: store, store, clock }, { limit: 1, cursor, fits: () => true });
    await expect(asked).rejects.toMatchObject({ path: "cursor", rule: "must be the cursor of the page before" });
  },
);
