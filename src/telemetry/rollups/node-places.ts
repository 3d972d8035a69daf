import { systemTenant } from "../../core/scopes.ts";
import type { Store } from "../../core/store.ts";
import { deleteAtOf, placeKey } from "./periods.ts";

/**
 * Which processes wrote rows on a day. No store can list what it holds by name, and some cannot list at all, so each day
 * has numbered places, and a process takes the first one that is free: `add` gives a place to one alone, whoever else
 * wants it, and none ever writes what another wrote. Whoever reads asks for the places in order, some at a time, until
 * there are some that are all free. A place that the store has forgotten is a hole, which the next newcomer may take; its
 * process notices when it looks after it, and takes another.
 */

/** More processes than this on one day are not told apart, and not counted. */
const mostPlaces = 1_024;
const firstPage = 16;
const mostAtOnce = 256;

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

/** Takes a place on this day, or sees that `known` is still its own. `undefined` when all are taken. Rejects where the store does. */
export async function takePlace(
  store: PlaceStore,
  day: number,
  node: string,
  known: number | undefined,
): Promise<number | undefined> {
  const own = Buffer.from(node, "utf8");
  const take = async (place: number): Promise<boolean> => {
    const options = { deleteAt: deleteAtOf("day", day), priority: "high" } as const;
    const there = await store.add(systemTenant, placeKey(day, place), own, options);
    return Buffer.compare(there, own) === 0;
  };
  if (known !== undefined && (await take(known))) return known;
  for (const page of pages()) {
    const found = await read(store, day, page);
    for (const [index, name] of found.entries()) {
      const place = page[index] as number;
      if ((name === undefined || name === node) && (await take(place))) return place;
    }
  }
  return undefined;
}

/** Rejects where the store does. */
export async function nodesOf(store: PlaceStore, day: number): Promise<Places> {
  const nodes = new Set<string>();
  for (const page of pages()) {
    const found = (await read(store, day, page)).filter((name) => name !== undefined);
    if (found.length === 0) return { nodes: [...nodes], full: false };
    for (const name of found) nodes.add(name);
  }
  return { nodes: [...nodes], full: true };
}

async function read(store: PlaceStore, day: number, places: readonly number[]) {
  const keys = places.map((place) => placeKey(day, place));
  const found = await store.get(systemTenant, keys);
  return found.map((value) => value && Buffer.from(value).toString("utf8"));
}
