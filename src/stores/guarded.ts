/**
 * The one place where an outage of a store ends. Every call has a deadline and passes a circuit breaker; errors,
 * timeouts and refusals are counted and told before they are swallowed, so that the breaker sees each of them.
 *
 * What becomes of an outage depends on what the answer means to the caller:
 * - `get` answers `undefined` for every key, `set` answers `overloaded`: a cache may forget.
 * - `add`, `delete` and `getEntries` reject with `StoreUnavailableError`: to say "yours is the first", "it is gone"
 *   or "there is none" without having asked would be a lie. A caller to whom absence is a statement (a generation
 *   token that would be made anew) must therefore not conclude from `get` alone; it goes on to `add`, or reads with
 *   `getEntries`, and does without the cache when that rejects. `available()` tells beforehand, but only for now.
 *
 * A late reply is dropped. A write that timed out may still land: `overloaded` says only that nobody knows.
 * A store that answers at once answers at once through the guard, too.
 */

import { type BreakerOptions, type BreakerState, CircuitBreaker, REFUSED } from "../core/circuit-breaker.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { chain, isPromise } from "../core/maybe-promise.ts";
import type { MaybePromise, Store, StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import { entriesOf, type StoredEntry, type StoreWithExpiry } from "./store-with-expiry.ts";

export type GuardedOperation = "get" | "set" | "add" | "delete" | "stats" | "close";

/** `refused`: not tried, the breaker is open. */
export type GuardFailure = "timeout" | "error" | "refused";

export type GuardEvent =
  | {
      readonly kind: "failure";
      readonly store: string;
      readonly operation: GuardedOperation;
      readonly failure: Exclude<GuardFailure, "refused">;
      readonly error: unknown;
    }
  | { readonly kind: "state"; readonly store: string; readonly state: BreakerState };

export interface GuardedOptions {
  /** Milliseconds for `get`, `getEntries` and `stats`. Default 50. */
  readonly readDeadlineMs?: number;
  /** Milliseconds for `set`, `add` and `delete`. Default 250. */
  readonly writeDeadlineMs?: number;
  readonly clock?: Clock;
  readonly breaker?: Omit<BreakerOptions, "clock" | "onChange">;
  readonly onEvent?: (event: GuardEvent) => void;
}

export interface GuardState {
  readonly breaker: BreakerState;
  /** Since the start. */
  readonly failures: Readonly<Record<GuardFailure, number>>;
}

export interface GuardedStore extends StoreWithExpiry {
  /** For metrics and `/readyz`. */
  readonly state: GuardState;
  /** False while the breaker is open or probing. */
  available(): boolean;
}

/** Closing may flush, so it gets longer than a call; but an absent server must not hold up a shutdown. */
const closeDeadlineMs = 5_000;
const noStats: StoreStats = { entries: 0, bytes: 0, capacityBytes: Infinity, evictions: 0, corrupt: 0 };

/** Puts a deadline and a circuit breaker in front of `store`. */
export function guarded(store: Store, options: GuardedOptions = {}): GuardedStore {
  return new Guarded(store, options);
}

class Guarded implements GuardedStore {
  readonly name: string;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #readDeadlineMs: number;
  readonly #writeDeadlineMs: number;
  /** One for each direction: reads that work must not hide that nothing can be written, nor the other way round. */
  readonly #reads: CircuitBreaker;
  readonly #writes: CircuitBreaker;
  readonly #onEvent: ((event: GuardEvent) => void) | undefined;
  readonly #failures: Record<GuardFailure, number> = { timeout: 0, error: 0, refused: 0 };
  #lastStats = noStats;
  #closed = false;

  constructor(store: Store, options: GuardedOptions) {
    this.name = store.name;
    this.#store = store;
    this.#clock = options.clock ?? systemClock;
    this.#readDeadlineMs = options.readDeadlineMs ?? 50;
    this.#writeDeadlineMs = options.writeDeadlineMs ?? 250;
    this.#onEvent = options.onEvent;
    const onChange = (state: BreakerState) => options.onEvent?.({ kind: "state", store: store.name, state });
    this.#reads = new CircuitBreaker({ ...options.breaker, clock: this.#clock, onChange });
    this.#writes = new CircuitBreaker({ ...options.breaker, clock: this.#clock, onChange });
  }

  get state(): GuardState {
    const breaker = this.#reads.state === "closed" ? this.#writes.state : this.#reads.state;
    return { breaker, failures: { ...this.#failures } };
  }

  available(): boolean {
    return this.#reads.state === "closed" && this.#writes.state === "closed";
  }

  get(tenant: string, keys: readonly string[]): MaybePromise<readonly (Uint8Array | undefined)[]> {
    const call = () => this.#store.get(tenant, keys);
    return this.#run("get", this.#reads, this.#readDeadlineMs, call, () => keys.map(() => undefined));
  }

  getEntries(tenant: string, keys: readonly string[]): MaybePromise<readonly (StoredEntry | undefined)[]> {
    return this.#run("get", this.#reads, this.#readDeadlineMs, () => entriesOf(this.#store, tenant, keys), fail);
  }

  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<WriteResult> {
    const call = () => this.#store.set(tenant, key, value, options);
    return this.#run("set", this.#writes, this.#writeDeadlineMs, call, () => "overloaded");
  }

  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<Uint8Array> {
    return this.#run(
      "add",
      this.#writes,
      this.#writeDeadlineMs,
      () => this.#store.add(tenant, key, value, options),
      fail,
    );
  }

  delete(tenant: string, key: string): MaybePromise<boolean> {
    return this.#run("delete", this.#writes, this.#writeDeadlineMs, () => this.#store.delete(tenant, key), fail);
  }

  /** The store's own figures, or the last ones known while it is away. */
  stats(): MaybePromise<StoreStats> {
    const remember = (stats: StoreStats) => {
      this.#lastStats = stats;
      return stats;
    };
    const call = () => chain(this.#store.stats(), remember);
    return this.#run("stats", this.#reads, this.#readDeadlineMs, call, () => this.#lastStats);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    let timedOut = false;
    try {
      await withDeadline(this.#store.close(), closeDeadlineMs, this.#clock, () => {
        timedOut = true;
        throw tooSlow(this.name, "close", closeDeadlineMs);
      });
    } catch (error) {
      this.#tell("close", timedOut ? "timeout" : "error", error);
    }
  }

  #run<T>(
    operation: GuardedOperation,
    breaker: CircuitBreaker,
    deadlineMs: number,
    call: () => MaybePromise<T>,
    onOutage: (why: () => StoreUnavailableError) => T,
  ): MaybePromise<T> {
    if (this.#closed) throw new StoreUnavailableError({ message: `the ${this.name} store is closed` });
    const pass = breaker.enter();
    if (pass === REFUSED) {
      this.#failures.refused += 1;
      return settle(() =>
        onOutage(() => new StoreUnavailableError({ message: `the ${this.name} store is out of service` })),
      );
    }
    let timedOut = false;
    const failed = (error: unknown): T => {
      breaker.failed(pass);
      this.#tell(operation, timedOut ? "timeout" : "error", error);
      return onOutage(() => unavailable(this.name, operation, error));
    };
    let answer: MaybePromise<T>;
    try {
      answer = call();
    } catch (error) {
      return settle(() => failed(error));
    }
    const succeeded = (value: T) => {
      // The store takes no more: it answers, but what it is there for it does not do.
      if (operation === "set" && value === "overloaded") breaker.failed(pass);
      else breaker.succeeded(pass);
      return value;
    };
    if (!isPromise(answer)) return succeeded(answer);
    const inTime = withDeadline(answer, deadlineMs, this.#clock, () => {
      timedOut = true;
      throw tooSlow(this.name, operation, deadlineMs);
    });
    return (inTime as Promise<T>).then(succeeded, failed);
  }

  #tell(operation: GuardedOperation, failure: "timeout" | "error", error: unknown): void {
    this.#failures[failure] += 1;
    this.#onEvent?.({ kind: "failure", store: this.name, operation, failure, error });
  }
}

/** An outage that must be told rejects, even where the store would have answered at once. */
function settle<T>(outcome: () => T): MaybePromise<T> {
  try {
    return outcome();
  } catch (error) {
    return Promise.reject(error);
  }
}

function fail(why: () => StoreUnavailableError): never {
  throw why();
}

function tooSlow(name: string, operation: GuardedOperation, deadlineMs: number): StoreUnavailableError {
  return new StoreUnavailableError({ message: `${operation} on the ${name} store took longer than ${deadlineMs} ms` });
}

function unavailable(name: string, operation: GuardedOperation, cause: unknown): StoreUnavailableError {
  if (cause instanceof StoreUnavailableError) return cause;
  return new StoreUnavailableError({ message: `${operation} failed on the ${name} store`, cause });
}
