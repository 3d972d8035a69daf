import type { Keyed, Lookup, RecordTicket } from "../core/layer.ts";
import { chain, isPromise } from "../core/maybe-promise.ts";
import type { Outcome } from "../core/outcome.ts";
import type { StoreRefusal } from "../core/outcome-reasons.ts";
import { SingleFlight } from "../core/single-flight.ts";
import type { MaybePromise } from "../core/store.ts";
import { withTagsOf } from "../flights/inherited-tags.ts";
import { isStillCurrent } from "../flights/still-current.ts";
import { mayShareAnswer } from "../policy/joining.ts";
import type { KeptValue, ValueOptions, ValueShelf } from "./value-shelf.ts";

/**
 * `cache.wrap`: any computation behind the exact layer, with the same freshness, generations and coalescing as model
 * calls. What JSON does not bring back equal is handed to the callers of that one computation as it is, and not kept.
 */

export interface WrapOptions extends ValueOptions {
  /** Compute anew and store, whatever is there. */
  readonly refresh?: boolean;
  /** Called when this call waits for a computation that another call began; `computing` is the one which that one was given. */
  readonly onJoin?: (computing: Computing) => void;
}

/** A computation under way, the same object for all who wait for it. */
export interface Computing {
  /** Nobody waits for it: it refreshes what was served stale. */
  readonly background: boolean;
  /** Hand the value to those who wait, and keep it not, for this reason. */
  refuse(reason: StoreRefusal): void;
  /** It is being given up: whoever comes now begins anew, and its failure is held against nobody. */
  abandon(): void;
}

export interface Wrapped<T> {
  readonly value: T;
  readonly outcome: Outcome;
}

export type Wrap = <T>(options: WrapOptions, compute: (computing: Computing) => T | Promise<T>) => Promise<Wrapped<T>>;

type Compute = (computing: Computing) => unknown;

type Miss = Extract<Lookup, { kind: "miss" }>;

export function createWrap(shelf: ValueShelf): Wrap {
  return new Wrapper(shelf).wrap;
}

class Computation implements Computing {
  readonly keyed: Keyed;
  readonly ticket: Promise<RecordTicket | undefined>;
  readonly background: boolean;
  readonly result: Promise<KeptValue>;
  refusal: StoreRefusal | undefined;
  abandoned = false;
  hasBegun = false;
  readonly #release: (computation: Computation) => void;

  constructor(
    shelf: ValueShelf,
    keyed: Keyed,
    compute: Compute,
    how: { readonly background: boolean; readonly release: (computation: Computation) => void },
  ) {
    this.keyed = keyed;
    this.background = how.background;
    this.#release = how.release;
    this.ticket = shelf.ticket(keyed);
    this.result = this.#run(shelf, compute).finally(() => this.#release(this));
  }

  refuse(reason: StoreRefusal): void {
    this.refusal = reason;
  }

  abandon(): void {
    this.abandoned = true;
    this.#release(this);
  }

  async #run(shelf: ValueShelf, compute: Compute): Promise<KeptValue> {
    const ticket = await this.ticket;
    this.hasBegun = true;
    return shelf.keep(this.keyed, ticket, await compute(this), this.refusal);
  }
}

class Wrapper {
  readonly #shelf: ValueShelf;
  readonly #computations: SingleFlight<Computation, { readonly error: unknown }>;

  constructor(shelf: ValueShelf) {
    this.#shelf = shelf;
    this.#computations = new SingleFlight(shelf.parts.clock, shelf.parts.backoffMs);
  }

  readonly wrap: Wrap = async (options, compute) => {
    const startedAt = this.#shelf.parts.clock.monotonic();
    const keyed = this.#shelf.keyed(options);
    let outcome: Outcome = { kind: "error", code: "compute_failed" };
    try {
      const answered = this.#answer(keyed, options, compute);
      const wrapped = isPromise(answered) ? await answered : answered;
      outcome = wrapped.outcome;
      return wrapped as Wrapped<Awaited<ReturnType<typeof compute>>>;
    } finally {
      this.#shelf.tell(outcome, startedAt);
    }
  };

  #answer(keyed: Keyed, options: WrapOptions, compute: Compute): MaybePromise<Wrapped<unknown>> {
    if (!this.#shelf.parts.policy.enabled) return this.#bypass(compute);
    if (options.refresh === true) {
      const refresh: Miss = { kind: "miss", reason: "refresh", slot: keyed.key, reserve: undefined };
      return this.#compute(keyed, refresh, options, compute);
    }
    return chain(this.#shelf.lookup(keyed), (lookup) => {
      if (lookup.kind === "miss") return this.#compute(keyed, lookup, options, compute);
      if (lookup.kind === "hit") return this.#shelf.found(lookup.found, undefined);
      if (
        lookup.why === "swr" &&
        this.#computations.current(keyed.key) === undefined &&
        this.#computations.failure(keyed.key) === undefined
      ) {
        const { result } = this.#begin(withTagsOf(keyed, lookup.found), compute, true);
        result.catch((error: unknown) => this.#computations.share(keyed.key, { error }));
      }
      return this.#shelf.found(lookup.found, lookup.why);
    });
  }

  async #bypass(compute: Compute): Promise<Wrapped<unknown>> {
    const alone: Computing = { background: false, refuse() {}, abandon() {} };
    return { value: await compute(alone), outcome: { kind: "bypass", reason: "not_cacheable" } };
  }

  async #compute(keyed: Keyed, miss: Miss, options: WrapOptions, compute: Compute): Promise<Wrapped<unknown>> {
    const standing = this.#computations.failure(keyed.key);
    if (standing !== undefined) return this.#failed(standing.error, miss);
    const { computation, joined } = await this.#board(keyed, compute, miss.reason === "refresh");
    if (joined) options.onJoin?.(computation);
    try {
      const { value, stored } = await computation.result;
      if (joined) return { value, outcome: { kind: "coalesced", stored } };
      return {
        value,
        outcome:
          miss.reason === "refresh" ? { kind: "refresh", stored } : { kind: "miss", reason: miss.reason, stored },
      };
    } catch (error) {
      if (!computation.abandoned && (joined || miss.reserve !== undefined))
        this.#computations.share(keyed.key, { error });
      return this.#failed(error, miss);
    }
  }

  #failed(error: unknown, miss: Miss): Wrapped<unknown> {
    if (miss.reserve === undefined) throw error;
    return this.#shelf.found(miss.reserve, "sie");
  }

  /** The computation under way, if it will do, or a new one. Who wants it computed anew joins none that began before. */
  async #board(keyed: Keyed, compute: Compute, anew: boolean): Promise<{ computation: Computation; joined: boolean }> {
    const computations = this.#computations;
    for (let found = computations.current(keyed.key); found !== undefined; found = computations.current(keyed.key)) {
      if ((anew && found.hasBegun) || !mayShareAnswer(keyed, found.keyed)) break;
      if ((await isStillCurrent(this.#shelf.parts.exact, found.keyed, found.ticket)) && !found.abandoned)
        return { computation: found, joined: true };
      if (computations.current(keyed.key) === found) break;
    }
    // What began earlier must not take the place of the value that is asked for now.
    if (anew) computations.current(keyed.key)?.refuse("generation_changed");
    return { computation: this.#begin(keyed, compute, false), joined: false };
  }

  #begin(keyed: Keyed, compute: Compute, background: boolean): Computation {
    const release = (computation: Computation) => this.#computations.release(keyed.key, computation);
    const computation = new Computation(this.#shelf, keyed, compute, { background, release });
    this.#computations.begin(keyed.key, computation);
    return computation;
  }
}
