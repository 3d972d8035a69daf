/**
 * The content of a store in memory in pages. Entries are numbered as they come in, and each eviction queue has its own
 * in that order, so the queues are merged by number and a page ends at one. What is put in another queue, or in place
 * of an entry that was smaller, gets a new number, and is met again further on. To find where a page begins, entries
 * before it are stepped over: a page costs time in proportion to all of them, some milliseconds for a million.
 */

import { foreignCursor, type ListingPage, type ListingQuery, type StoredItem } from "../core/store-listing.ts";

export interface NumberedEntry extends StoredItem {
  /** Larger than that of every entry that came before. */
  readonly number: number;
  readonly newer: this | undefined;
}

/** `oldest`: the first entry of each queue. */
export function pageOf(
  oldest: readonly (NumberedEntry | undefined)[],
  { tenant, cursor, limit }: ListingQuery,
  now: number,
): ListingPage {
  const from = numberOf(cursor);
  const heads = oldest.map((head) => {
    let entry = head;
    while (entry !== undefined && entry.number <= from) entry = entry.newer;
    return entry;
  });
  const items: StoredItem[] = [];
  for (;;) {
    let first = -1;
    for (const [queue, head] of heads.entries()) {
      if (head !== undefined && (first < 0 || head.number < (heads[first] as NumberedEntry).number)) first = queue;
    }
    const entry = heads[first];
    if (entry === undefined) return { items, cursor: undefined };
    if (items.length >= limit) return { items, cursor: String(entry.number - 1) };
    heads[first] = entry.newer;
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
