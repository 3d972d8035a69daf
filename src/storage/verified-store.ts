import { StoreUnavailableError } from "../core/errors.ts";
import type { MaybePromise, Store, StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import { entriesOf, type StoredEntry, type StoreWithExpiry } from "../stores/store-with-expiry.ts";
import type { RenewalJournal } from "./renewal-journal.ts";

/**
 * The shared store, read only while it is known to remember what was invalidated. After an interruption a server may
 * answer that has never heard of the last invalidations, and would give out what was taken back. So the first read waits
 * until the journal has looked, and made again what was lost; while it cannot look, nothing is found. What was written
 * meanwhile does no harm: it was computed after the invalidation.
 */
export class VerifiedStore implements StoreWithExpiry {
  readonly name: string;
  readonly #store: Store;
  readonly #journal: RenewalJournal;

  constructor(store: Store, journal: RenewalJournal) {
    this.name = store.name;
    this.#store = store;
    this.#journal = journal;
  }

  get(tenant: string, keys: readonly string[]): MaybePromise<readonly (Uint8Array | undefined)[]> {
    if (!this.#journal.isInDoubt) return this.#store.get(tenant, keys);
    const nothing = () => keys.map(() => undefined);
    return this.#isSettled(tenant, keys).then((isSettled) => {
      return isSettled ? this.#store.get(tenant, keys) : nothing();
    }, nothing);
  }

  getEntries(tenant: string, keys: readonly string[]): MaybePromise<readonly (StoredEntry | undefined)[]> {
    if (!this.#journal.isInDoubt) return entriesOf(this.#store, tenant, keys);
    return this.#isSettled(tenant, keys).then((isSettled) => {
      if (isSettled) return entriesOf(this.#store, tenant, keys);
      throw this.#unsettled();
    });
  }

  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<WriteResult> {
    return this.#store.set(tenant, key, value, options);
  }

  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<Uint8Array> {
    if (!this.#journal.isInDoubt) return this.#store.add(tenant, key, value, options);
    // What is there already is an answer, too: the generation of before would be taken for that of now.
    return this.#isSettled(tenant, [key]).then((isSettled) => {
      if (isSettled) return this.#store.add(tenant, key, value, options);
      throw this.#unsettled();
    });
  }

  delete(tenant: string, key: string): MaybePromise<boolean> {
    return this.#store.delete(tenant, key);
  }

  #unsettled(): StoreUnavailableError {
    return new StoreUnavailableError({ message: `it is not known what the ${this.name} store remembers` });
  }

  /** The store is asked first, so that its guard hears of an outage, and answers for it at once. */
  async #isSettled(tenant: string, keys: readonly string[]): Promise<boolean> {
    await entriesOf(this.#store, tenant, keys);
    return this.#journal.settle();
  }

  stats(): MaybePromise<StoreStats> {
    return this.#store.stats();
  }

  close(): MaybePromise<void> {
    return this.#store.close();
  }
}
