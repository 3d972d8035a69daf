import type { Call } from "../core/call.ts";
import type { CallPolicy } from "../core/policy.ts";
import type { RequestFacts } from "../core/protocol.ts";

/**
 * Answers at temperature 0 are repeatable; all others are one of many that the model could have given. What to do
 * with the second kind is a choice of the operator (`CallPolicy.stochastic`), never a guess.
 */

export function isDeterministic(call: Pick<Call, "facts">): boolean {
  return call.facts.temperature === 0;
}

/** True when the answer to this call must not be kept. */
export function isTooStochasticToStore(call: Pick<Call, "facts" | "policy">): boolean {
  return call.policy.stochastic === "deterministic-only" && !isDeterministic(call);
}

/** How many different answers are kept for this call. */
export function variantsOf(
  facts: Pick<RequestFacts, "temperature">,
  policy: Pick<CallPolicy, "stochastic" | "variants">,
): number {
  return policy.stochastic === "variants" && facts.temperature !== 0 ? Math.max(1, policy.variants) : 1;
}

/** Remembers, for a bounded number of calls, when each user last asked what. */
export class RepeatWatch {
  readonly #capacity: number;
  readonly #askedAt = new Map<string, number>();

  constructor(capacity = 10_000) {
    this.#capacity = capacity;
  }

  /** Notes the call and tells whether the same user made the same one within the policy's window. */
  isRepeat(call: Pick<Call, "key" | "principal" | "policy">, now: number): boolean {
    const windowMs = call.policy.regenerateWindowMs;
    if (windowMs <= 0) return false;
    const key = `${call.key} ${call.principal.user ?? ""}`;
    const before = this.#askedAt.get(key);
    this.#askedAt.delete(key);
    this.#askedAt.set(key, now);
    if (this.#askedAt.size > this.#capacity) this.#askedAt.delete(this.#askedAt.keys().next().value as string);
    return before !== undefined && now - before <= windowMs;
  }
}
