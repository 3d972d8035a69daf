import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import type { AnswerLayer, Lookup } from "../core/layer.ts";
import { isPromise } from "../core/maybe-promise.ts";
import type { MaybePromise } from "../core/store.ts";
import type { Trace } from "../core/trace.ts";

/** A look-up in the exact layer on the way to an answer: within its budget, told, and never failing the call. */

export interface ExactLookupParts {
  readonly exact: AnswerLayer;
  readonly clock: Clock;
  readonly trace: Trace;
  /** The name of the store, to tell what was slow. */
  readonly store: string;
  readonly lookupBudgetMs: number;
}

export function lookUp(parts: ExactLookupParts, call: Call): MaybePromise<Lookup> {
  const { clock, exact, lookupBudgetMs, store, trace } = parts;
  const startedAt = clock.monotonic();
  const told = (lookup: Lookup): Lookup => {
    const reason = lookup.kind === "miss" ? { reason: lookup.reason } : {};
    trace({
      type: "lookup-end",
      layer: exact.name,
      result: lookup.kind,
      ...reason,
      durationMs: clock.monotonic() - startedAt,
    });
    return lookup;
  };
  // A store that fails is a miss: it never fails the call.
  const absent: Lookup = { kind: "miss", reason: "store_unavailable", slot: call.key, reserve: undefined };
  try {
    const lookup = withDeadline(exact.lookup(call), lookupBudgetMs, clock, () => {
      trace({ type: "store-fault", store, operation: "lookup", kind: "timeout" });
      const copy = exact.lookup(call, "memory");
      if (isPromise(copy)) return absent;
      return copy.kind === "miss" ? { ...absent, reserve: copy.reserve } : copy;
    });
    return isPromise(lookup) ? lookup.then(satisfying(call), () => absent).then(told) : told(satisfying(call)(lookup));
  } catch {
    return told(absent);
  }
}

/**
 * A stream whose origin told no usage is no answer for a caller who gets usage with every JSON body: it is asked for
 * once more, and the body then serves both.
 */
export function satisfying(call: Call): (lookup: Lookup) => Lookup {
  return (lookup) => {
    if (lookup.kind === "miss" || call.facts.stream || lookup.found.entry.form === "json") return lookup;
    if (lookup.found.entry.note.usage !== undefined) return lookup;
    return { kind: "miss", reason: "absent", slot: lookup.found.id, reserve: lookup.found };
  };
}
