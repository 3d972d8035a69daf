/**
 * SIEVE: one queue in order of arrival, one visited bit an entry, one hand (Zhang et al., "SIEVE is Simpler than
 * LRU", NSDI 2024). A hit sets the bit and moves nothing. To make room the hand walks from the oldest entry towards
 * the newest, clears the bits it meets and stops at the first entry without one. So an entry asked for once leaves
 * early and one asked for again stays, at the price of one store to memory a hit.
 *
 * Clearing bits is paid for by the hits that set them, but a burst of hits could make one walk long. A walk is
 * therefore cut after `longestWalk` steps and takes the entry it has reached.
 */

export interface Evictable {
  visited: boolean;
  deleteAt: number;
  newer: this | undefined;
  older: this | undefined;
}

const longestWalk = 128;

export class EvictionQueue<T extends Evictable> {
  #newest: T | undefined;
  #oldest: T | undefined;
  #hand: T | undefined;

  get oldest(): T | undefined {
    return this.#oldest;
  }

  get newest(): T | undefined {
    return this.#newest;
  }

  push(entry: T): void {
    entry.newer = undefined;
    entry.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  remove(entry: T): void {
    if (this.#hand === entry) this.#hand = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    entry.newer = undefined;
    entry.older = undefined;
  }

  /** The entry to evict next, still in the queue; `undefined` when it is empty. Expired entries go whatever their bit. */
  victim(now: number): T | undefined {
    let entry = this.#hand ?? this.#oldest;
    for (let steps = 0; entry?.visited === true && entry.deleteAt > now && steps < longestWalk; steps += 1) {
      entry.visited = false;
      entry = entry.newer ?? this.#oldest;
    }
    this.#hand = entry;
    return entry;
  }
}
