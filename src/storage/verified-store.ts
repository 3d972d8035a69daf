import { StoreUnavailableError } from "../core/errors.ts";
import { isPromise } from "../core/maybe-promise.ts";
import type { MaybePromise, Store, StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import { entriesOf, type StoredEntry, type StoreWithExpiry } from "../stores/store-with-expiry.ts";
import type { RenewalJournal } from "./renewal-journal.ts";

/**
 * The shared store, read only while it is known to remember what was invalidated. After an interruption a server may
 * answer that has never heard of the last invalidations, and would give out what was taken back. So the first read waits
 * until the journal has looked, and made again what was lost; while it cannot look, nothing is found. An answer that was on
 * its way when the doubt arose does not count. What was written meanwhile does no harm: it was computed after the invalidation.
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
    return this.#ask(
      tenant,
      keys,
      () => this.#store.get(tenant, keys),
      () => keys.map(() => undefined),
    );
  }

  getEntries(tenant: string, keys: readonly string[]): MaybePromise<readonly (StoredEntry | undefined)[]> {
    return this.#ask(tenant, keys, () => entriesOf(this.#store, tenant, keys), fail);
  }

  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<WriteResult> {
    return this.#store.set(tenant, key, value, options);
  }

  /** What is there already is an answer, too: the generation of before would be taken for that of now. */
  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<Uint8Array> {
    return this.#ask(tenant, [key], () => this.#store.add(tenant, key, value, options), fail);
  }

  delete(tenant: string, key: string): MaybePromise<boolean> {
    return this.#store.delete(tenant, key);
  }

  /** What `call` answers, if it was known from the question to the answer what the store remembers. */
  #ask<T>(
    tenant: string,
    keys: readonly string[],
    call: () => MaybePromise<T>,
    onDoubt: (error: unknown) => T,
  ): MaybePromise<T> {
    if (this.#journal.isInDoubt) return this.#askInDoubt(tenant, keys, call, onDoubt);
    const { doubts } = this.#journal;
    const answer = call();
    if (!isPromise(answer)) return answer;
    // The client of a Cluster asks whoever took over when the server that it had asked is gone.
    return answer.then((value) =>
      this.#journal.doubts === doubts ? value : this.#askInDoubt(tenant, keys, call, onDoubt),
    );
  }

  async #askInDoubt<T>(
    tenant: string,
    keys: readonly string[],
    call: () => MaybePromise<T>,
    onDoubt: (error: unknown) => T,
  ): Promise<T> {
    try {
      // The store is asked first, so that its guard hears of an outage, and answers for it at once.
      await entriesOf(this.#store, tenant, keys);
      await this.#journal.settle();
      const { doubts, isInDoubt } = this.#journal;
      const answer = isInDoubt ? undefined : { value: await call() };
      if (answer !== undefined && this.#journal.doubts === doubts) return answer.value;
    } catch (error) {
      return onDoubt(error);
    }
    return onDoubt(new StoreUnavailableError({ message: `it is not known what the ${this.name} store remembers` }));
  }

  stats(): MaybePromise<StoreStats> {
    return this.#store.stats();
  }

  close(): MaybePromise<void> {
    return this.#store.close();
  }
}

function fail(error: unknown): never {
  throw error;
}
