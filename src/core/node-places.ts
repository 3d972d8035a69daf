import { systemTenant } from "./scopes.ts";
import type { Store } from "./store.ts";

/**
 * Which processes wrote rows that belong together, such as those of a day. No store can list what it holds by name, and
 * some cannot list at all, so there are numbered places, and a process takes the first one that is free: `add` gives a place to one alone, whoever else
 * wants it, and none ever writes what another wrote. Whoever reads asks for the places in order, some at a time, until
 * there are some that are all free. A place that the store has forgotten is a hole, which the next newcomer may take; its
 * process notices when it looks after it, and takes another.
 */

/** More processes than this are not told apart, and not counted. */
const mostPlaces = 1_024;
const firstPage = 16;
const mostAtOnce = 256;

/** Where the places of one list stand, under the tenant of the system, and when they are forgotten. */
export interface PlaceList {
  keyOf(place: number): string;
  readonly deleteAt: number;
}

export interface Places {
  readonly nodes: readonly string[];
  /** All places are taken: there may have been more. */
  readonly full: boolean;
}

type PlaceStore = Pick<Store, "get" | "add">;

/** Places in pages that grow, for few processes are usual and many possible. */
function* pages(): Generator<readonly number[]> {
  for (let from = 0, size = firstPage; from < mostPlaces; from += size, size = Math.min(size * 2, mostAtOnce))
    yield Array.from({ length: Math.min(size, mostPlaces - from) }, (_, index) => from + index);
}

/** Takes a place, or sees that `known` is still its own. `undefined` when all are taken. Rejects where the store does. */
export async function takePlace(
  store: PlaceStore,
  list: PlaceList,
  node: string,
  known: number | undefined,
): Promise<number | undefined> {
  const own = Buffer.from(node, "utf8");
  const take = async (place: number): Promise<boolean> => {
    const options = { deleteAt: list.deleteAt, priority: "high" } as const;
    const there = await store.add(systemTenant, list.keyOf(place), own, options);
    return Buffer.compare(there, own) === 0;
  };
  if (known !== undefined && (await take(known))) return known;
  for (const page of pages()) {
    const found = await read(store, list, page);
    for (const [index, name] of found.entries()) {
      const place = page[index] as number;
      if ((name === undefined || name === node) && (await take(place))) return place;
    }
  }
  return undefined;
}

/** Rejects where the store does. */
export async function nodesOf(store: Pick<Store, "get">, list: PlaceList): Promise<Places> {
  const nodes = new Set<string>();
  for (const page of pages()) {
    const found = (await read(store, list, page)).filter((name) => name !== undefined);
    if (found.length === 0) return { nodes: [...nodes], full: false };
    for (const name of found) nodes.add(name);
  }
  return { nodes: [...nodes], full: true };
}

async function read(store: Pick<Store, "get">, list: PlaceList, places: readonly number[]) {
  const keys = places.map((place) => list.keyOf(place));
  const found = await store.get(systemTenant, keys);
  return found.map((value) => value && Buffer.from(value).toString("utf8"));
}
