/**
 * Values in the memory of this process, bounded in bytes, fully synchronous.
 *
 * One map a tenant, so that a look-up builds no composite string; a tenant's map is freed with its last entry. Room
 * is made by SIEVE (see eviction-queue.ts), in one queue for each priority: `low` is emptied before `normal` is
 * touched, `normal` before `high`. A tenant that has more than its fair share makes room among its own entries (see
 * tenant-entries.ts). An expired value is dropped when a look-up or the hand meets it.
 */

import { type Clock, systemClock } from "../core/clock.ts";
import { InvalidOptionError, StoreUnavailableError } from "../core/errors.ts";
import { shareOf } from "../core/fair-share.ts";
import type { Holding } from "../core/holding.ts";
import type { EvictionPriority, StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import type { ListableStore, ListingPage, ListingQuery } from "../core/store-listing.ts";
import { type Evictable, EvictionQueue } from "./eviction-queue.ts";
import { HeldEntries } from "./held-entries.ts";
import { type NumberedEntry, pageOf } from "./memory-listing.ts";
import { ownBytes } from "./own-bytes.ts";
import type { StoredEntry, StoreWithExpiry } from "./store-with-expiry.ts";
import { largestOver, roundMs, TenantEntries } from "./tenant-entries.ts";

export interface MemoryOptions {
  /** Bytes of keys, values and `MEMORY_ENTRY_OVERHEAD` an entry. Default 128 MiB. */
  readonly maxBytes?: number;
  /** A larger value is declined. Default: an eighth of `maxBytes`. */
  readonly maxEntryBytes?: number;
  readonly clock?: Clock;
}

export interface MemoryStore extends StoreWithExpiry, ListableStore {
  get(tenant: string, keys: readonly string[]): readonly (Uint8Array | undefined)[];
  getEntries(tenant: string, keys: readonly string[]): readonly (StoredEntry | undefined)[];
  hold(tenant: string, keys: readonly string[]): Holding | undefined;
  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): WriteResult;
  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Uint8Array;
  delete(tenant: string, key: string): boolean;
  list(query: ListingQuery): ListingPage;
  stats(): StoreStats;
  close(): void;
  /** Changes the bound, under memory pressure say, and evicts down to it at once. */
  resize(maxBytes: number): void;
}

/**
 * What an entry costs beside its key and value: map slot, node, two array objects, allocator. Resident memory of
 * 200,000 entries on Node 24: 490 to 680 bytes each, by the size of the value.
 */
export const MEMORY_ENTRY_OVERHEAD = 640;

class MemoryEntry implements Evictable, StoredEntry, NumberedEntry {
  readonly number: number;
  readonly tenant: string;
  readonly key: string;
  value: Uint8Array;
  deleteAt: number;
  storedAt: number;
  priority: EvictionPriority;
  visited = false;
  newer: this | undefined = undefined;
  older: this | undefined = undefined;

  constructor(
    number: number,
    tenant: string,
    key: string,
    value: Uint8Array,
    deleteAt: number,
    at: number,
    priority: EvictionPriority,
  ) {
    this.number = number;
    this.tenant = tenant;
    this.key = key;
    this.value = value;
    this.deleteAt = deleteAt;
    this.storedAt = at;
    this.priority = priority;
  }
}

/** The `deleteAt` of an entry that is not in the store any more. */
const gone = Number.NEGATIVE_INFINITY;

/** Keys count two bytes a character: the engine needs that for anything beyond Latin-1. */
function sizeOf(key: string, value: Uint8Array): number {
  return MEMORY_ENTRY_OVERHEAD + 2 * key.length + value.byteLength;
}

/** A store in memory. It keeps its own reference to the bytes and returns the same object on every `get`. */
export function memory(options: MemoryOptions = {}): MemoryStore {
  return new Memory(options);
}

class Memory implements MemoryStore {
  readonly name = "memory";
  readonly #clock: Clock;
  readonly #tenants = new Map<string, TenantEntries<MemoryEntry>>();
  readonly #queues: Readonly<Record<EvictionPriority, EvictionQueue<MemoryEntry>>> = {
    low: new EvictionQueue(),
    normal: new EvictionQueue(),
    high: new EvictionQueue(),
  };
  #maxBytes: number;
  readonly #maxEntryBytes: number | undefined;
  #bytes = 0;
  #entries = 0;
  /** Of the newest entry. */
  #number = 0;
  #evictions = 0;
  /** Those that have had more than their share since they were last asked to yield. */
  readonly #large = new Set<TenantEntries<MemoryEntry>>();
  /** When the hand of the whole store may take something for a tenant that is over its share. */
  #turnOfAllAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor({ maxBytes = 128 * 1024 * 1024, maxEntryBytes, clock = systemClock }: MemoryOptions) {
    this.#maxBytes = checkedBound(maxBytes);
    this.#maxEntryBytes = maxEntryBytes;
    this.#clock = clock;
  }

  get(tenant: string, keys: readonly string[]): readonly (Uint8Array | undefined)[] {
    if (keys.length === 1) return [this.#find(tenant, keys[0] as string)?.value];
    return keys.map((key) => this.#find(tenant, key)?.value);
  }

  getEntries(tenant: string, keys: readonly string[]): readonly (StoredEntry | undefined)[] {
    if (keys.length === 1) return [this.#find(tenant, keys[0] as string)];
    return keys.map((key) => this.#find(tenant, key));
  }

  hold(tenant: string, keys: readonly string[]): Holding | undefined {
    return HeldEntries.of(keys.map((key) => this.#find(tenant, key)));
  }

  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): WriteResult {
    this.#assertOpen();
    const size = sizeOf(key, value);
    if (size > Math.min(this.#maxEntryBytes ?? this.#maxBytes / 8, this.#maxBytes)) return "declined";
    const { deleteAt, priority = "normal" } = options;
    const now = this.#clock.now();
    const earlier = this.#tenants.get(tenant)?.byKey.get(key);
    if (earlier !== undefined && earlier.priority === priority && value.byteLength <= earlier.value.byteLength) {
      const growth = value.byteLength - earlier.value.byteLength;
      this.#bytes += growth;
      (this.#tenants.get(tenant) as TenantEntries<MemoryEntry>).bytes += growth;
      earlier.value = ownBytes(value);
      earlier.deleteAt = deleteAt;
      earlier.storedAt = now;
      earlier.visited = true;
      return "stored";
    }
    if (earlier !== undefined) this.#remove(earlier);
    // Room first: the new entry must not be its own victim, not even as the only one of low priority.
    this.#makeRoom(size, now, tenant);
    this.#number += 1;
    const entry = new MemoryEntry(this.#number, tenant, key, ownBytes(value), deleteAt, now, priority);
    entry.visited = earlier !== undefined;
    this.#insert(entry, size);
    return "stored";
  }

  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Uint8Array {
    const earlier = this.#find(tenant, key);
    if (earlier !== undefined) return earlier.value;
    this.set(tenant, key, value, options);
    return this.#tenants.get(tenant)?.byKey.get(key)?.value ?? value;
  }

  delete(tenant: string, key: string): boolean {
    const entry = this.#find(tenant, key);
    if (entry === undefined) return false;
    this.#remove(entry);
    return true;
  }

  list(query: ListingQuery): ListingPage {
    this.#assertOpen();
    const { low, normal, high } = this.#queues;
    const ends = query.newestFirst === true ? newestOf : oldestOf;
    return pageOf([low, normal, high].map(ends), query, this.#clock.now());
  }

  stats(): StoreStats {
    this.#assertOpen();
    return {
      entries: this.#entries,
      bytes: this.#bytes,
      capacityBytes: this.#maxBytes,
      evictions: this.#evictions,
      corrupt: 0,
    };
  }

  close(): void {
    this.#closed = true;
    this.#tenants.clear();
  }

  resize(maxBytes: number): void {
    this.#maxBytes = checkedBound(maxBytes);
    this.#makeRoom(0, this.#clock.now());
  }

  #find(tenant: string, key: string): MemoryEntry | undefined {
    if (this.#closed) this.#assertOpen();
    const entry = this.#tenants.get(tenant)?.byKey.get(key);
    if (entry === undefined) return undefined;
    if (entry.deleteAt !== Number.POSITIVE_INFINITY && entry.deleteAt <= this.#clock.now()) {
      this.#remove(entry);
      return undefined;
    }
    entry.visited = true;
    return entry;
  }

  #insert(entry: MemoryEntry, size: number): void {
    let own = this.#tenants.get(entry.tenant);
    if (own === undefined) {
      own = new TenantEntries();
      this.#tenants.set(entry.tenant, own);
    }
    own.add(entry, size);
    if (own.bytes > shareOf(this.#maxBytes, this.#tenants.size)) this.#large.add(own);
    this.#queues[entry.priority].push(entry);
    this.#bytes += size;
    this.#entries += 1;
  }

  #remove(entry: MemoryEntry): void {
    const size = sizeOf(entry.key, entry.value);
    const own = this.#tenants.get(entry.tenant);
    own?.remove(entry, size);
    if (own?.byKey.size === 0) {
      this.#tenants.delete(entry.tenant);
      this.#large.delete(own);
    }
    this.#queues[entry.priority].remove(entry);
    this.#bytes -= size;
    this.#entries -= 1;
    // For whoever holds it.
    entry.deleteAt = gone;
  }

  /** `tenant`: who wants it, if anybody does. */
  #makeRoom(needed: number, now: number, tenant?: string): void {
    while (this.#bytes + needed > this.#maxBytes) {
      const { low, normal, high } = this.#queues;
      const yielding = tenant === undefined ? undefined : this.#whoYields(tenant, needed, now);
      const victim = yielding?.victim(now) ?? low.victim(now) ?? normal.victim(now) ?? high.victim(now);
      if (victim === undefined) return;
      if (victim.deleteAt > now) this.#evictions += 1;
      this.#remove(victim);
    }
  }

  /** Who is to make room for `tenant`: itself, or who has most of those that have too much. `undefined`: all of them. */
  #whoYields(tenant: string, needed: number, now: number): TenantEntries<MemoryEntry> | undefined {
    if (this.#tenants.size === 1) return undefined;
    const own = this.#tenants.get(tenant);
    const share = shareOf(this.#maxBytes, this.#tenants.size);
    if (own === undefined || own.bytes + needed <= share) return largestOver(share, this.#large);
    if (now < this.#turnOfAllAt) return own;
    this.#turnOfAllAt = now + roundMs / this.#entries;
    return undefined;
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError({ message: "the memory store is closed" });
  }
}

const oldestOf = (queue: EvictionQueue<MemoryEntry>) => queue.oldest;
const newestOf = (queue: EvictionQueue<MemoryEntry>) => queue.newest;

function checkedBound(maxBytes: number): number {
  if (maxBytes > 0) return maxBytes;
  throw new InvalidOptionError("store.maxBytes", {
    message: `store.maxBytes must be a number above 0, not ${maxBytes}`,
    remedy: "give the bound in bytes, for example 134217728 for 128 MiB",
  });
}
