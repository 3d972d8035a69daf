/**
 * The content of a store in memory in pages. Entries are numbered as they come in, and each eviction queue has its own
 * in that order, so the queues are merged by number and a page ends at one. What is put in another queue, or in place
 * of an entry that was smaller, gets a new number, and is met again further on. To find where a page begins, entries
 * before it are stepped over: a page costs time in proportion to all of them, some milliseconds for a million. From the
 * newest to the oldest it is the same, backwards.
 */

import { foreignCursor, type ListingPage, type ListingQuery, type StoredItem } from "../core/store-listing.ts";

export interface NumberedEntry extends StoredItem {
  /** Larger than that of every entry that came before. */
  readonly number: number;
  readonly newer: this | undefined;
  readonly older: this | undefined;
}

/** `ends`: the entry of each queue with which the listing begins. */
export function pageOf(
  ends: readonly (NumberedEntry | undefined)[],
  { tenant, cursor, limit, newestFirst = false }: ListingQuery,
  now: number,
): ListingPage {
  const from = cursor === undefined && newestFirst ? Number.MAX_SAFE_INTEGER : numberOf(cursor);
  const isBefore = (one: number, other: number) => (newestFirst ? one > other : one < other);
  const next = (entry: NumberedEntry) => (newestFirst ? entry.older : entry.newer);
  const heads = ends.map((head) => {
    let entry = head;
    while (entry !== undefined && !isBefore(from, entry.number)) entry = next(entry);
    return entry;
  });
  let last = from;
  const items: StoredItem[] = [];
  for (;;) {
    let first = -1;
    for (const [queue, head] of heads.entries()) {
      if (head !== undefined && (first < 0 || isBefore(head.number, (heads[first] as NumberedEntry).number)))
        first = queue;
    }
    const entry = heads[first];
    if (entry === undefined) return { items, cursor: undefined, isNewestFirst: newestFirst };
    if (items.length >= limit) return { items, cursor: String(last), isNewestFirst: newestFirst };
    last = entry.number;
    heads[first] = next(entry);
    if ((tenant === undefined || entry.tenant === tenant) && entry.deleteAt > now) items.push(itemOf(entry));
  }
}

/** Cursors of stores that number what they hold. */
export function numberOf(cursor: string | undefined): number {
  const number = cursor === undefined ? 0 : Number(cursor);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw foreignCursor();
}

function itemOf({ tenant, key, value, deleteAt, priority }: StoredItem): StoredItem {
  return { tenant, key, value, deleteAt, priority };
}
