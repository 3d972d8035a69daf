/**
 * What one tenant has in the memory store, and which of it goes first when the tenant has to make room for itself.
 *
 * A store that many share must not let one of them push out what the others use. So a tenant that has more than its
 * fair share makes room among its own entries, and who has less gets room from the one that has most (max-min fairness:
 * nobody gets more while somebody has less and wants it). The hand is that of SIEVE (eviction-queue.ts), and the queue it
 * walks is the tenant's own map, which is in order of arrival: an iterator of a map stays where it is while entries
 * come and go, so this costs an entry nothing.
 *
 * Now and then the hand of the whole store decides instead, so often that it goes round once in `roundMs`. What nobody
 * asks for any more, of a tenant that has gone quiet, leaves by and by, however slowly it dies; what is asked for is
 * spared by its visited bit. By the clock, and not at every so many writes: a flood would only turn that hand faster.
 */

import type { EvictionPriority } from "../core/store.ts";

export interface OwnedEntry {
  readonly key: string;
  visited: boolean;
  readonly deleteAt: number;
  readonly priority: EvictionPriority;
}

/** Entries looked at for one victim. */
const longestWalk = 128;
/** What nobody has asked for in this time is given up even to a tenant that has more than its share. */
export const roundMs = 3_600_000;

/** The one that has most, of those that have more than `share`; the others are taken out of `large`. */
export function largestOver<T extends { readonly bytes: number }>(share: number, large: Set<T>): T | undefined {
  let largest: T | undefined;
  for (const each of large) {
    if (each.bytes <= share) large.delete(each);
    else if (each.bytes > (largest?.bytes ?? 0)) largest = each;
  }
  return largest;
}

export class TenantEntries<T extends OwnedEntry> {
  readonly byKey = new Map<string, T>();
  bytes = 0;
  readonly #hand = new Hand<T>();
  /** Those of low priority once more, where there are any: they go first. */
  #low: { readonly entries: Set<T>; readonly hand: Hand<T> } | undefined;

  add(entry: T, size: number): void {
    this.byKey.set(entry.key, entry);
    this.bytes += size;
    if (entry.priority !== "low") return;
    this.#low ??= { entries: new Set(), hand: new Hand() };
    this.#low.entries.add(entry);
  }

  remove(entry: T, size: number): void {
    this.byKey.delete(entry.key);
    this.bytes -= size;
    if (entry.priority === "low") this.#low?.entries.delete(entry);
  }

  /** The entry to evict next, still there. What has `high` priority is left to the whole store, unless it is dead. */
  victim(now: number): T | undefined {
    return this.#low?.hand.victim(this.#low.entries, now) ?? this.#hand.victim(this.byKey, now);
  }
}

/** Goes from the oldest entry to the newest, and round again. */
class Hand<T extends OwnedEntry> {
  #rest: Iterator<T> | undefined;

  victim(entries: { values(): Iterator<T> }, now: number): T | undefined {
    let last: T | undefined;
    for (let steps = 0; steps < longestWalk; steps += 1) {
      const entry = this.#next(entries);
      if (entry === undefined) break;
      if (entry.deleteAt <= now) return entry;
      if (entry.priority === "high") continue;
      if (!entry.visited) return entry;
      entry.visited = false;
      last = entry;
    }
    return last;
  }

  #next(entries: { values(): Iterator<T> }): T | undefined {
    let step = this.#rest?.next();
    if (step === undefined || step.done === true) {
      this.#rest = entries.values();
      step = this.#rest.next();
    }
    return step.done === true ? undefined : step.value;
  }
}
