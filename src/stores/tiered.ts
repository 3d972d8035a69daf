/**
 * Several stores as one: the first is the fastest, the last is the truth that other processes share. One algorithm
 * for any number of tiers.
 *
 * A read asks the tiers in order, each only for what is still open, and copies what it finds into the faster tiers
 * with the `deleteAt` and priority of its source (see store-with-expiry.ts). A copy above the last tier counts for
 * three quarters of `recheckMs` or somewhat longer, by its key, so that copies that came at once are not all old at once;
 * then the tiers below are asked again, also for what else the read has that is half as old, so that a delete or an
 * overwrite by another process is seen within `recheckMs`. While the last tier is unavailable the copy goes on serving. A recheck that finds the same bytes
 * keeps the object, so whoever remembers something about it by identity keeps that too.
 *
 * Writes go to every tier. The answer of the last one counts, and `add` is decided by it alone. Reads under way
 * while a key is written copy nothing upward (write-epochs.ts): else a slow read could bring back what was deleted.
 * With tiers that answer at once, everything here happens at once.
 */

import { type Clock, systemClock } from "../core/clock.ts";
import { InvalidOptionError, StoreUnavailableError } from "../core/errors.ts";
import { type Holding, holdIn } from "../core/holding.ts";
import { chain, isPromise } from "../core/maybe-promise.ts";
import type { MaybePromise, Store, StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import { entriesOf } from "./store-with-expiry.ts";
import { overwrite, quietly, TierSearch } from "./tier-search.ts";
import { WriteEpochs } from "./write-epochs.ts";

export interface TieredOptions {
  /** How long a copy above the last tier counts at most, in milliseconds. Default 1,000. */
  readonly recheckMs?: number;
  /** Larger values are not copied upward. Default: whatever the tier above takes. */
  readonly promoteMaxBytes?: number;
  readonly clock?: Clock;
}

export interface TieredStore extends Store {
  /** Copies in the first tier, if that can hold them, for as long as they count. */
  hold(tenant: string, keys: readonly string[]): Holding | undefined;
  /** As given, fastest first; for metrics, since `stats` speaks of the last. */
  readonly tiers: readonly Store[];
  /** Another process has written or removed `key`: the next read asks the last tier. */
  forget(tenant: string, key: string): void;
  /** Any key may have been written by another process: the next read of each asks the last tier. */
  distrust(): void;
}

/** Joins `tiers`, fastest first. Closing it closes them. */
export function tiered(tiers: readonly Store[], options: TieredOptions = {}): TieredStore {
  return new Tiered(tiers, options);
}

class Tiered implements TieredStore {
  readonly name: string;
  readonly tiers: readonly Store[];
  readonly #top: Store;
  readonly #last: Store;
  readonly #upper: readonly Store[];
  readonly #clock: Clock;
  readonly #recheckMs: number;
  readonly #promoteMaxBytes: number;
  readonly #epochs = new WriteEpochs();
  /** Copies from before this moment are looked at again. */
  #trustedSince = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(tiers: readonly Store[], options: TieredOptions) {
    const top = tiers[0];
    const last = tiers.at(-1);
    if (top === undefined || last === undefined) {
      throw new InvalidOptionError("store.tiers", {
        message: "store.tiers is empty",
        remedy: "give at least one store, the fastest first",
      });
    }
    this.name = tiers.map(({ name }) => name).join("+");
    this.tiers = tiers;
    this.#top = top;
    this.#last = last;
    this.#upper = tiers.slice(0, -1);
    this.#clock = options.clock ?? systemClock;
    this.#recheckMs = options.recheckMs ?? 1_000;
    this.#promoteMaxBytes = options.promoteMaxBytes ?? Number.POSITIVE_INFINITY;
  }

  get(tenant: string, keys: readonly string[]): MaybePromise<readonly (Uint8Array | undefined)[]> {
    this.#assertOpen();
    if (this.#upper.length === 0) return this.#last.get(tenant, keys);
    const copies = entriesOf(this.#top, tenant, keys);
    if (!isPromise(copies)) {
      const values: Uint8Array[] = [];
      for (let index = 0; index < keys.length; index++) {
        const copy = copies[index];
        if (copy?.storedAt === undefined || copy.storedAt <= this.#freshSince(this.#ageOf(keys[index] as string)))
          break;
        values.push(copy.value);
      }
      if (values.length === keys.length) return values;
    }
    return new TierSearch({
      tiers: this.tiers,
      epochs: this.#epochs,
      clock: this.#clock,
      freshSince: this.#freshSince(this.#recheckMs / 2),
      recheckMs: this.#recheckMs,
      promoteMaxBytes: this.#promoteMaxBytes,
      tenant,
      keys,
    }).run(copies);
  }

  hold(tenant: string, keys: readonly string[]): Holding | undefined {
    this.#assertOpen();
    const held = holdIn(this.#top, tenant, keys);
    if (held === undefined || this.#upper.length === 0) return held;
    const ageMs = keys.reduce((least, key) => Math.min(least, this.#ageOf(key)), this.#recheckMs);
    return {
      values: held.values,
      isCurrent: (storedAfter = Number.NEGATIVE_INFINITY) =>
        held.isCurrent(Math.max(this.#freshSince(ageMs), storedAfter)),
    };
  }

  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<WriteResult> {
    this.#assertOpen();
    return this.#write(key, () => {
      const result = this.#last.set(tenant, key, value, options);
      for (const tier of this.#upper) overwrite(tier, tenant, key, value, options);
      return result;
    });
  }

  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<Uint8Array> {
    this.#assertOpen();
    const writeUpward = (there: Uint8Array) => {
      // The loser does not know how long the winner's value lives; a copy for `recheckMs` is always safe.
      const won = there === value || Buffer.compare(there, value) === 0;
      const deleteAt = won ? options.deleteAt : Math.min(options.deleteAt, this.#clock.now() + this.#recheckMs);
      for (const tier of this.#upper) overwrite(tier, tenant, key, there, { ...options, deleteAt });
      return there;
    };
    return this.#write(key, () => {
      const mark = this.#epochs.ownMark(key);
      // What was there when the last tier answered may have been replaced before the answer came.
      return chain(this.#last.add(tenant, key, value, options), (there) =>
        this.#epochs.ownMark(key) === mark ? writeUpward(there) : there,
      );
    });
  }

  delete(tenant: string, key: string): MaybePromise<boolean> {
    this.#assertOpen();
    return this.#write(key, () => {
      const answers = this.tiers.map((tier) => tier.delete(tenant, key));
      if (!answers.some(isPromise)) return answers.includes(true);
      return Promise.all(answers).then((all) => all.includes(true));
    });
  }

  forget(tenant: string, key: string): void {
    if (this.#closed) return;
    this.#write(key, () => {
      for (const tier of this.#upper) quietly(() => tier.delete(tenant, key));
    });
  }

  distrust(): void {
    this.#trustedSince = this.#clock.now();
    // What reads under way have found is as old as what is here.
    this.#epochs.passAll();
  }

  /** How old a copy of this key may be. */
  #ageOf(key: string): number {
    return this.#recheckMs * (1 - shareOf(key) / 4);
  }

  /** What is younger than `ageMs`, and was not distrusted since. */
  #freshSince(ageMs: number): number {
    return Math.max(this.#clock.now() - ageMs, this.#trustedSince);
  }

  /** Entries, bytes and evictions of the last tier, which has everything; damage of all. */
  stats(): MaybePromise<StoreStats> {
    this.#assertOpen();
    const all = this.tiers.map((tier) => tier.stats());
    const join = (stats: readonly StoreStats[]): StoreStats => ({
      ...(stats.at(-1) as StoreStats),
      corrupt: stats.reduce((sum, { corrupt }) => sum + corrupt, 0),
    });
    return all.some(isPromise) ? Promise.all(all).then(join) : join(all as StoreStats[]);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.tiers.map((tier) => tier.close()));
  }

  /** Keeps promotions of `key` away until the write has ended in every tier. */
  #write<T>(key: string, write: () => MaybePromise<T>): MaybePromise<T> {
    this.#epochs.begin(key);
    let result: MaybePromise<T>;
    try {
      result = write();
    } catch (error) {
      this.#epochs.end(key);
      throw error;
    }
    if (isPromise(result)) return result.finally(() => this.#epochs.end(key));
    this.#epochs.end(key);
    return result;
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError({ message: `the ${this.name} store is closed` });
  }
}

/** Between 0 and 1, by the last characters of a key, as FNV-1a mixes them; always the same of the same key. */
function shareOf(key: string): number {
  let mix = 0x811c9dc5;
  for (let index = Math.max(0, key.length - 4); index < key.length; index++)
    mix = Math.imul(mix ^ key.charCodeAt(index), 0x01000193);
  return ((mix ^ (mix >>> 15)) & 0xff) / 0x100;
}
