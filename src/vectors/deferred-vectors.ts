import type { Clock } from "../core/clock.ts";
import type { Cleared } from "../core/key-rows.ts";
import { chain, isPromise } from "../core/maybe-promise.ts";
import type { Sealer } from "../core/sealer.ts";
import type { MaybePromise } from "../core/store.ts";
import type {
  DeletedVectors,
  VectorItem,
  VectorMatch,
  VectorSpace,
  VectorStats,
  VectorStore,
} from "../core/vector-store.ts";
import type { CheckableVectors } from "./checkable-vectors.ts";
import { scrubVectors } from "./scrub-vectors.ts";
import { SealedNotes } from "./sealed-notes.ts";

/**
 * A store of vectors that is opened when it is first asked for something: a start does not wait for it, and one that
 * cannot be opened fails look-ups and nothing else. It is tried again, but not at every look-up.
 */

export interface DeferredVectorsOptions {
  /** That of the store that `open` returns. */
  readonly name: string;
  readonly open: () => MaybePromise<CheckableVectors>;
  readonly clock: Clock;
}

const retryMs = 1_000;

export class DeferredVectors implements VectorStore {
  readonly name: string;
  readonly #options: DeferredVectorsOptions;
  #opened: MaybePromise<CheckableVectors> | undefined;
  #failure: { readonly error: unknown; readonly until: number } | undefined;
  #isClosed = false;
  #sealer: Sealer | undefined;

  constructor(options: DeferredVectorsOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Numbers that have to lie open to be compared do; see `SealedNotes`. */
  sealWith(sealer: Sealer): void {
    this.#sealer = sealer;
  }

  put(space: VectorSpace, item: VectorItem): MaybePromise<"stored" | "declined" | "overloaded"> {
    return this.#with((store) => store.put(space, item));
  }

  nearest(space: VectorSpace, vector: Float32Array, count: number): MaybePromise<readonly VectorMatch[]> {
    return this.#with((store) => store.nearest(space, vector, count));
  }

  delete(where: DeletedVectors): MaybePromise<void> {
    return this.#with((store) => store.delete(where));
  }

  stats(): MaybePromise<VectorStats> {
    return this.#with((store) => store.stats());
  }

  /** None where its store cannot tell. */
  async tenants(): Promise<readonly string[]> {
    return this.#with((store) => store.tenants?.() ?? []);
  }

  /** See `scrubVectors`. */
  scrub(): Promise<Cleared> {
    return Promise.resolve(this.#with((store) => scrubVectors(store)));
  }

  /** Opens nothing that was not opened. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = this.#opened;
    this.#opened = undefined;
    await Promise.resolve(opened).then(
      (store) => store?.close(),
      () => undefined,
    );
  }

  #with<T>(use: (store: VectorStore) => MaybePromise<T>): MaybePromise<T> {
    return chain(this.#open(), use);
  }

  #open(): MaybePromise<CheckableVectors> {
    if (this.#opened !== undefined) return this.#opened;
    const { clock, open, name } = this.#options;
    if (this.#isClosed) throw new Error(`the store of vectors ${name} is closed`);
    if (this.#failure !== undefined && clock.monotonic() < this.#failure.until) throw this.#failure.error;
    try {
      const opening = open();
      this.#opened = isPromise(opening) ? opening.then(this.#keep, this.#fail) : this.#sealed(opening);
      return this.#opened;
    } catch (error) {
      return this.#fail(error);
    }
  }

  #sealed(store: CheckableVectors): CheckableVectors {
    if (this.#sealer === undefined) return store;
    if (store.sealWith === undefined) return new SealedNotes(store, this.#sealer);
    store.sealWith(this.#sealer);
    return store;
  }

  readonly #keep = (opened: CheckableVectors): CheckableVectors => {
    const store = this.#sealed(opened);
    if (!this.#isClosed) this.#opened = store;
    return store;
  };

  readonly #fail = (error: unknown): never => {
    this.#opened = undefined;
    this.#failure = { error, until: this.#options.clock.monotonic() + retryMs };
    throw error;
  };
}
