import { describe, expect, it } from "vitest";
import { memory } from "../stores/memory.ts";
import { ManualClock } from "./clock.ts";
import { nodesOf, type PlaceList, takePlace } from "./node-places.ts";
import { systemTenant } from "./scopes.ts";

const day = Date.UTC(2026, 0, 1);
const listOf = (at: number): PlaceList => ({ keyOf: (place) => `nodes:${at}:${place}`, deleteAt: at + 2 * 86_400_000 });
const today = listOf(day);
const aStore = () => memory({ clock: new ManualClock(day) });

describe("places of a list", () => {
  it("are taken in order, one for each process, and found again", async () => {
    const store = aStore();
    const names = Array.from({ length: 60 }, (_, index) => `node-${index}`);
    const places = await Promise.all(names.map((name) => takePlace(store, today, name, undefined)));
    expect([...places].sort((a, b) => Number(a) - Number(b))).toEqual(names.map((_, index) => index));
    const { nodes, full } = await nodesOf(store, today);
    expect([...nodes].sort()).toEqual([...names].sort());
    expect(full).toBe(false);
    expect(await takePlace(store, today, "node-7", undefined)).toBe(places[7]);
    expect(await nodesOf(store, listOf(day + 86_400_000))).toEqual({ nodes: [], full: false });
  });

  it("that the store forgot go to the next, and whose they were takes another", async () => {
    const store = aStore();
    for (const name of ["a", "b", "c"]) await takePlace(store, today, name, undefined);
    store.delete(systemTenant, today.keyOf(1));
    expect((await nodesOf(store, today)).nodes).toEqual(["a", "c"]);
    expect(await takePlace(store, today, "d", undefined)).toBe(1);
    expect(await takePlace(store, today, "b", 1)).toBe(3);
    expect((await nodesOf(store, today)).nodes).toEqual(["a", "d", "c", "b"]);
    store.delete(systemTenant, today.keyOf(3));
    expect(await takePlace(store, today, "b", 3)).toBe(3);
  });

  it("come to an end, and it is said", async () => {
    const store = aStore();
    for (let place = 0; place < 1_024; place++)
      store.set(systemTenant, today.keyOf(place), Buffer.from(`n${place}`), { deleteAt: Number.POSITIVE_INFINITY });
    expect(await takePlace(store, today, "late", undefined)).toBeUndefined();
    const { nodes, full } = await nodesOf(store, today);
    expect([nodes.length, full]).toEqual([1_024, true]);
  });
});
