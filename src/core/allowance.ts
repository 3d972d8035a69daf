import type { LimitName } from "./limits.ts";
import type { Usage } from "./recording.ts";
import type { MaybePromise } from "./store.ts";

/**
 * What a caller may still take of origins. Whoever is about to ask an origin takes what the answer may cost, and says
 * afterwards what it did cost; a cached answer takes nothing here. A caller who is bound by nothing has no allowance.
 */
export interface Allowance {
  take(expected: Expected): MaybePromise<Taking>;
}

export interface Expected {
  /** As it was asked for. */
  readonly model?: string;
  /** The most that was asked for; `undefined` where the request names no bound. */
  readonly outputTokens: number | undefined;
  /** Less than the whole request, where only a part of it is sent: a share from 0 to 1. */
  readonly share?: number;
  /** In picodollars; `undefined` where no price is known. `model`: that answered, where it is told. */
  priceOf(usage: Usage, model: string | undefined): number | undefined;
}

export type Taking = { readonly ok: true; readonly charge: Charge } | { readonly ok: false; readonly refusal: Refusal };

/** What was taken for one call to an origin. */
export interface Charge {
  /**
   * What it cost in truth; only the first word counts. `unasked`: no origin was asked after all. `failed`: the origin
   * computed nothing. `expected`: nobody can tell, and it stays as it was expected.
   */
  settle(taken: Taken | "unasked" | "failed" | "expected"): void;
}

export interface Taken {
  /** As the answer tells; `undefined` where it does not: it is then estimated by its length. */
  readonly usage: Usage | undefined;
  readonly model: string | undefined;
  /** Of what was heard of the answer. */
  readonly outputCharacters: number;
  /** False where it broke off: what it says of its usage is then not the last word. */
  readonly isWhole: boolean;
}

/** A limit that is reached. */
export interface Refusal {
  readonly limit: LimitName;
  /** `insufficient_quota`: of a budget, which comes again in hours or weeks. */
  readonly code: "rate_limit_exceeded" | "insufficient_quota";
  readonly message: string;
  /** `undefined` where waiting does not help: the call alone wants more than the limit. */
  readonly retryAfterMs: number | undefined;
}
