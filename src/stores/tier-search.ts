/** One read through the tiers of a `tiered` store; see there for the rules. */

import type { Clock } from "../core/clock.ts";
import { RepriseError } from "../core/errors.ts";
import { chain, isPromise } from "../core/maybe-promise.ts";
import type { EvictionPriority, MaybePromise, Store, WriteOptions } from "../core/store.ts";
import { entriesOf, type StoredEntry } from "./store-with-expiry.ts";
import type { WriteEpochs } from "./write-epochs.ts";

export interface TierSearchOptions {
  readonly tiers: readonly Store[];
  readonly epochs: WriteEpochs;
  readonly clock: Clock;
  /** A copy above the last tier counts when it is younger than this. */
  readonly freshSince: number;
  readonly recheckMs: number;
  readonly promoteMaxBytes: number;
  readonly tenant: string;
  readonly keys: readonly string[];
}

type Entries = readonly (StoredEntry | undefined)[];
type Values = readonly (Uint8Array | undefined)[];

/** What a tier had of a key whose copy no longer counts on its own. */
interface OldCopy {
  readonly tier: Store;
  readonly value: Uint8Array;
  readonly deleteAt: number | undefined;
  readonly priority: EvictionPriority;
}

export class TierSearch {
  readonly #options: TierSearchOptions;
  readonly #values: (Uint8Array | undefined)[];
  /** Of the keys that a tier below the first is asked for. */
  readonly #marks: number[] = [];
  readonly #copies: OldCopy[][] = [];
  /** Positions in `keys` that no tier has answered yet. */
  #open: number[];

  constructor(options: TierSearchOptions) {
    this.#options = options;
    this.#values = options.keys.map(() => undefined);
    this.#open = options.keys.map((_, index) => index);
  }

  /** `first` is what the first tier has of all keys. */
  run(first: MaybePromise<Entries>): MaybePromise<Values> {
    // What is there at once cannot be overtaken; otherwise the read is under way from now on.
    if (isPromise(first)) for (const index of this.#open) this.#mark(index);
    return chain(
      orOutage(() => first),
      (entries) => this.#take(0, entries),
    );
  }

  #ask(position: number): MaybePromise<Values> {
    const { tiers, tenant, keys } = this.#options;
    const wanted = this.#open.map((index) => keys[index] as string);
    const answer = orOutage(() => entriesOf(tiers[position] as Store, tenant, wanted));
    return chain(answer, (entries) => this.#take(position, entries));
  }

  #take(position: number, entries: Entries | undefined): MaybePromise<Values> {
    const { tiers, freshSince } = this.#options;
    const isLast = position === tiers.length - 1;
    const stillOpen: number[] = [];
    this.#open.forEach((index, place) => {
      const entry = entries?.[place];
      if (entry !== undefined && (isLast || (entry.storedAt ?? Number.NEGATIVE_INFINITY) > freshSince)) {
        this.#found(index, position, entry);
      } else if (!isLast) {
        if (entry !== undefined) this.#remember(index, tiers[position] as Store, entry);
        if (position === 0) this.#mark(index);
        stillOpen.push(index);
      } else if (entries === undefined) this.#unknown(index);
      else this.#absent(index);
    });
    this.#open = stillOpen;
    return stillOpen.length === 0 ? this.#values : this.#ask(position + 1);
  }

  #remember(index: number, tier: Store, { value, deleteAt, priority }: StoredEntry): void {
    const copies = this.#copies[index];
    if (copies === undefined) this.#copies[index] = [{ tier, value, deleteAt, priority }];
    else copies.push({ tier, value, deleteAt, priority });
  }

  #mark(index: number): void {
    this.#marks[index] ??= this.#options.epochs.mark(this.#keyAt(index));
  }

  #found(index: number, position: number, entry: StoredEntry): void {
    if (position === 0) {
      this.#values[index] = entry.value;
      return;
    }
    const { tiers, tenant, clock, recheckMs, promoteMaxBytes } = this.#options;
    const same = this.#copies[index]?.find((copy) => Buffer.compare(copy.value, entry.value) === 0);
    const value = same?.value ?? entry.value;
    this.#values[index] = value;
    if (value.byteLength > promoteMaxBytes || this.#writtenMeanwhile(index)) return;
    const deleteAt = entry.deleteAt ?? same?.deleteAt ?? clock.now() + recheckMs;
    const options = { deleteAt, priority: entry.priority };
    for (const tier of tiers.slice(0, position)) overwrite(tier, tenant, this.#keyAt(index), value, options);
  }

  #absent(index: number): void {
    if (this.#writtenMeanwhile(index)) return;
    for (const { tier } of this.#copies[index] ?? []) {
      quietly(() => tier.delete(this.#options.tenant, this.#keyAt(index)));
    }
  }

  /** The truth cannot be asked: the best copy serves, and counts again for `recheckMs` before the next attempt. */
  #unknown(index: number): void {
    const copy = this.#copies[index]?.[0];
    this.#values[index] = copy?.value;
    if (copy === undefined || this.#writtenMeanwhile(index)) return;
    const { tenant, clock, recheckMs } = this.#options;
    const deleteAt = copy.deleteAt ?? clock.now() + recheckMs;
    overwrite(copy.tier, tenant, this.#keyAt(index), copy.value, { deleteAt, priority: copy.priority });
  }

  #keyAt(index: number): string {
    return this.#options.keys[index] as string;
  }

  #writtenMeanwhile(index: number): boolean {
    return !this.#options.epochs.unchangedSince(this.#marks[index] as number, this.#keyAt(index));
  }
}

/** Writes to a tier above the last. One that does not take the new value must not keep the old one. */
export function overwrite(tier: Store, tenant: string, key: string, value: Uint8Array, options: WriteOptions): void {
  quietly(() =>
    chain<unknown, unknown>(tier.set(tenant, key, value, options), (result) =>
      result === "stored" ? undefined : tier.delete(tenant, key),
    ),
  );
}

/** Nobody waits for copies in upper tiers, and a copy that fails is no more than a later read of the tier below. */
export function quietly(action: () => unknown): void {
  try {
    const result = action();
    if (isPromise(result)) result.catch(() => undefined);
  } catch (error) {
    if (!isOutage(error)) throw error;
  }
}

/** `undefined` in place of entries when the tier is out of service. */
function orOutage(read: () => MaybePromise<Entries>): MaybePromise<Entries | undefined> {
  const onError = (error: unknown) => {
    if (isOutage(error)) return undefined;
    throw error;
  };
  try {
    const entries = read();
    return isPromise(entries) ? entries.catch(onError) : entries;
  } catch (error) {
    return onError(error);
  }
}

function isOutage(error: unknown): boolean {
  return RepriseError.isInstance(error) && error.code === "store_unavailable";
}
