import type { PromptBlocks } from "../../src/layers/prefix/routing/prompt-blocks.ts";
import type { Dispatched, RoutingPolicy } from "../../src/layers/prefix/routing/routing-policy.ts";

/**
 * A pool of engines under a recorded load, in virtual time. Each computes what its cache lacks of the prompts it was
 * given, one after the other, and then writes all answers side by side; its cache holds so many blocks, the least
 * recently used leave. Policies hear what a gateway would hear: when an answer begins and ends, and how much of the
 * prompt was cached.
 */

export interface Arrival {
  readonly atMs: number;
  readonly prompt: PromptBlocks;
  readonly outputTokens: number;
}

export interface PoolOptions {
  readonly replicas: number;
  /** Blocks that each holds. */
  readonly capacity: number;
  /** Tokens a second. */
  readonly prefill: number;
  /** For each token of an answer. */
  readonly decodeMs: number;
  /** A replica that begins anew, with nothing in its cache and without telling anybody. */
  readonly restart?: { readonly atMs: number; readonly replica: number };
}

export interface SimulatedRun {
  /** Of all tokens of prompts, how many were cached. */
  readonly hitShare: number;
  /** Until the first token, in seconds, in ascending order. */
  readonly firstTokens: readonly number[];
  readonly decisionsMs: readonly number[];
}

function end(dispatched: Dispatched, atMs: number, cached: number): void {
  dispatched.ended(atMs);
  dispatched.told(cached);
}

interface Replica {
  readonly cache: BlockCache;
  freeAtMs: number;
}

interface Event {
  readonly atMs: number;
  run(): void;
}

export function simulate(arrivals: readonly Arrival[], policy: RoutingPolicy, options: PoolOptions): SimulatedRun {
  const { replicas, capacity, prefill, decodeMs, restart } = options;
  const pool: Replica[] = Array.from({ length: replicas }, () => ({ cache: new BlockCache(capacity), freeAtMs: 0 }));
  const eligible = pool.map((_, index) => index);
  const events = new EventQueue();
  let [cachedTokens, allTokens] = [0, 0];
  let isRestarted = false;
  const firstTokens: number[] = [];
  const decisionsMs: number[] = [];
  for (const { atMs, prompt, outputTokens } of arrivals) {
    events.runUntil(atMs);
    if (restart !== undefined && !isRestarted && atMs >= restart.atMs) {
      isRestarted = true;
      (pool[restart.replica] as Replica).cache.clear();
    }
    const startedAt = performance.now();
    const choice = policy.choose(prompt, eligible, atMs);
    const dispatched: Dispatched = policy.dispatch(prompt, choice, atMs);
    decisionsMs.push(performance.now() - startedAt);
    const replica = pool[choice.replica] as Replica;
    const cached = Math.min(replica.cache.use(prompt.names) * prompt.blockLength, prompt.length);
    cachedTokens += cached;
    allTokens += prompt.length;
    const firstAtMs = Math.max(atMs, replica.freeAtMs) + (1000 * (prompt.length - cached)) / prefill;
    replica.freeAtMs = firstAtMs;
    firstTokens.push((firstAtMs - atMs) / 1000);
    events.add({ atMs: firstAtMs, run: () => dispatched.begun(firstAtMs) });
    const endAtMs = firstAtMs + outputTokens * decodeMs;
    events.add({ atMs: endAtMs, run: () => end(dispatched, endAtMs, cached) });
  }
  events.runUntil(Number.POSITIVE_INFINITY);
  return { hitShare: cachedTokens / allTokens, firstTokens: firstTokens.sort((a, b) => a - b), decisionsMs };
}

/** What one cache as large as all together would have had. */
export function sharedHitShare(arrivals: readonly Arrival[], blocks: number): number {
  const cache = new BlockCache(blocks);
  let [cachedTokens, allTokens] = [0, 0];
  for (const { prompt } of arrivals) {
    cachedTokens += Math.min(cache.use(prompt.names) * prompt.blockLength, prompt.length);
    allTokens += prompt.length;
  }
  return cachedTokens / allTokens;
}

/** The blocks an engine holds. */
class BlockCache {
  readonly #blocks = new Set<number>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many leading blocks are there; afterwards all are. */
  use(names: readonly number[]): number {
    const missing = names.findIndex((name) => !this.#blocks.has(name));
    // The deepest are the first to leave.
    for (const name of names.toReversed()) {
      this.#blocks.delete(name);
      this.#blocks.add(name);
    }
    for (const name of this.#blocks) {
      if (this.#blocks.size <= this.#capacity) break;
      this.#blocks.delete(name);
    }
    return missing === -1 ? names.length : missing;
  }

  clear(): void {
    this.#blocks.clear();
  }
}

/** A binary heap by time; of one time in the order of adding. */
class EventQueue {
  readonly #heap: (Event & { readonly turn: number })[] = [];
  #turns = 0;

  add(event: Event): void {
    const heap = this.#heap;
    heap.push({ ...event, turn: this.#turns++ });
    for (let at = heap.length - 1; at > 0; ) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  runUntil(atMs: number): void {
    while (this.#heap.length > 0 && (this.#heap[0] as Event).atMs <= atMs) this.#take().run();
  }

  #take(): Event {
    const heap = this.#heap;
    this.#swap(0, heap.length - 1);
    const first = heap.pop() as Event;
    for (let at = 0; ; ) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2])
        if (below < heap.length && this.#isBefore(below, least)) least = below;
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]] as [Event & { turn: number }, Event & { turn: number }];
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.turn < other.turn);
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap;
    [heap[a], heap[b]] = [heap[b] as (typeof heap)[0], heap[a] as (typeof heap)[0]];
  }
}
