import type { RecordTicket } from "../core/layer.ts";
import { isPromise } from "../core/maybe-promise.ts";
import { type Outcome, pendingStored, type Stored } from "../core/outcome.ts";
import type { StoreRefusal } from "../core/outcome-reasons.ts";
import type { ValueOptions, ValueShelf } from "./value-shelf.ts";

/**
 * `cache.values`: what `cache.wrap` does, for callers who look up and store in two steps. Use `wrap` where you can: it
 * also lets identical computations wait for one another, and refreshes what is stale.
 */

export interface Values {
  /** The value under this key, if it is fresh. Never fails for the store: a store that is down has nothing. */
  get<T = unknown>(options: ValueOptions): Promise<ValueLookup<T>>;
  /**
   * Keeps a value that JSON brings back equal. `since` is what the `get` before the computing returned: with it, a
   * value that was invalidated while it was being computed is not kept. Without it, it counts as computed now.
   */
  set(options: ValueOptions, value: unknown, since?: ValueTicket): Promise<Stored>;
}

export type ValueLookup<T> =
  | { readonly found: true; readonly value: T; readonly outcome: Outcome }
  | { readonly found: false; readonly since: ValueTicket; readonly outcome: Outcome };

declare const opaque: unique symbol;

/** When the computing of a value began, and what it depends on. Opaque; keep it in this process only. */
export interface ValueTicket {
  readonly [opaque]: true;
}

export function createValues(shelf: ValueShelf): Values {
  const tickets = new WeakMap<ValueTicket, Promise<RecordTicket | undefined>>();
  return {
    async get<T>(options: ValueOptions): Promise<ValueLookup<T>> {
      const startedAt = shelf.parts.clock.monotonic();
      const keyed = shelf.keyed(options);
      const since = {} as ValueTicket;
      const none = (outcome: Outcome): ValueLookup<T> => {
        shelf.tell(outcome, startedAt);
        return { found: false, since, outcome };
      };
      if (!shelf.parts.policy.enabled) return none({ kind: "bypass", reason: "not_cacheable" });
      const looked = shelf.lookup(keyed);
      const lookup = isPromise(looked) ? await looked : looked;
      if (lookup.kind === "hit") {
        const { value, outcome } = shelf.found(lookup.found, undefined);
        shelf.tell(outcome, startedAt);
        return { found: true, value: value as T, outcome };
      }
      const ticket = shelf.ticket(keyed);
      tickets.set(since, ticket);
      // Taken before the caller begins to compute.
      await ticket;
      // Nobody would refresh a stale value here, so it is none.
      return none({ kind: "miss", reason: lookup.kind === "miss" ? lookup.reason : "expired", stored: pendingStored });
    },

    async set(options, value, since) {
      const keyed = shelf.keyed(options);
      const ticket = await ((since && tickets.get(since)) ?? shelf.ticket(keyed));
      const disabled: StoreRefusal | undefined = shelf.parts.policy.enabled ? undefined : "no_store";
      return (await shelf.keep(keyed, ticket, value, disabled)).stored;
    },
  };
}
