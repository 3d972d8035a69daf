import type { Allowance, Charge, Expected, Refusal, Taken, Taking } from "../core/allowance.ts";
import { chain } from "../core/maybe-promise.ts";
import type { Usage } from "../core/recording.ts";
import type { MaybePromise } from "../core/store.ts";
import type { Account, AccountCharge } from "./account.ts";
import type { Bound } from "./limit-windows.ts";
import { type Amounts, amounts, tokenAmounts } from "./quantities.ts";
import { estimatedTokens, tokensOfCharacters } from "./token-estimate.ts";
import type { UsualAnswer } from "./usual-answer.ts";

/**
 * One call of somebody who is bound by limits, perhaps by several at once: those of a key and those of its tenant. It is
 * counted as a call under way from the door until it leaves. Where cached answers count, it counts as a request at the
 * door, too, and is turned away there when anything is used up; where they are free, only what is asked of origins counts.
 */

/** An account, and how cached answers count on it. */
export interface BoundAccount {
  readonly account: Account;
  readonly cachedFree: boolean;
  /** The least of its limits of tokens; `Infinity` without one. */
  readonly leastTokens: number;
  readonly usual: UsualAnswer;
  /** Where it has limits in money: hears of models that answered and have no price. */
  readonly onUnpriced?: ((model: string) => void) | undefined;
}

export type Entry = { readonly ok: true; readonly visit: Visit } | { readonly ok: false; readonly refusal: Refusal };

/** Lets the call in, if it may still come: before its body is read, so that bodies on their way are bounded, too. */
export function enter(bound: readonly BoundAccount[]): MaybePromise<Entry> {
  const atDoor = ({ cachedFree }: BoundAccount) => amounts({ concurrent: 1n, requests: cachedFree ? 0n : 1n });
  const usedUp = ({ account, cachedFree }: BoundAccount) => (cachedFree ? undefined : account.usedUp());
  return chain(firstOf(bound, usedUp), (refusal) => {
    if (refusal !== undefined) return { ok: false, refusal };
    return chain(takeOfAll(bound, atDoor), (taking) =>
      taking.ok ? { ok: true, visit: new Visit(bound, taking.charges) } : taking,
    );
  });
}

/** A tenth of a limit at most is set aside for an answer of which nobody knows how long it will be. */
const guessShare = 10;

export class Visit implements Allowance {
  readonly #bound: readonly BoundAccount[];
  /** Until its tokens are estimated: an answer may take long, and the body be large. */
  #body: Uint8Array | undefined;
  readonly #charges: readonly AccountCharge[];
  #inputTokens: number | undefined;

  constructor(bound: readonly BoundAccount[], charges: readonly AccountCharge[]) {
    this.#bound = bound;
    this.#charges = charges;
  }

  /** The body of the request, now that it is there. */
  brings(body: Uint8Array): void {
    this.#body = body;
  }

  take(expected: Expected): MaybePromise<Taking> {
    const usage = this.#expectedUsage(expected);
    const reserved = amountsOf(usage, expected.priceOf(usage, undefined));
    const withRequest = (counted: Amounts, { cachedFree }: BoundAccount): Amounts =>
      cachedFree ? { ...counted, requests: 1n } : counted;
    return chain(
      takeOfAll(this.#bound, (one) => withRequest(reserved, one)),
      (taking): Taking => {
        if (!taking.ok) return taking;
        const settle: Charge["settle"] = (taken) => {
          if (taken === "expected") return;
          const counted = taken === "unasked" || taken === "failed" ? undefined : this.#truth(expected, usage, taken);
          for (const [index, charge] of taking.charges.entries()) {
            const one = this.#bound[index] as BoundAccount;
            charge.settle(taken === "unasked" ? amounts({}) : withRequest(counted ?? amounts({}), one));
          }
        };
        return { ok: true, charge: { settle } };
      },
    );
  }

  /** A cached answer was given, or one that others paid for. It costs no money. `evenIfFree`: it counts as one that is not cached. */
  served(usage: Usage | undefined, evenIfFree = false): void {
    const counted = usage === undefined ? amounts({}) : tokenAmounts(usage.inputTokens + usage.outputTokens, 0);
    for (const { account, cachedFree } of this.#bound) {
      if (!cachedFree) account.add(counted);
      else if (evenIfFree) account.add({ ...counted, requests: 1n });
    }
  }

  /** The answer is out, or its caller gone. */
  leave(): void {
    for (const [index, charge] of this.#charges.entries())
      charge.settle(amounts({ requests: this.#bound[index]?.cachedFree === true ? 0n : 1n }));
  }

  /** What is used of its limits, as far as it is known here. */
  known(): readonly (Bound & { readonly used: bigint })[] {
    return this.#bound.flatMap(({ account }) => account.known());
  }

  #expectedUsage({ outputTokens, share = 1 }: Expected): Usage {
    this.#inputTokens ??= estimatedTokens(this.#body ?? new Uint8Array());
    this.#body = undefined;
    return usageOf(Math.ceil(this.#inputTokens * share), outputTokens ?? this.#guess());
  }

  #guess(): number {
    const guesses = this.#bound.map(({ usual, leastTokens }) =>
      Math.min(usual.tokens, Math.floor(leastTokens / guessShare)),
    );
    return Math.min(...guesses);
  }

  #truth(expected: Expected, estimate: Usage, { usage, model, outputCharacters, isWhole }: Taken): Amounts {
    const heard = tokensOfCharacters(outputCharacters);
    const told = usage ?? usageOf(estimate.inputTokens, heard);
    // What was computed and not yet sent, or thought and not shown, is not known: no less than was expected.
    const least = Math.max(told.outputTokens, heard, estimate.outputTokens);
    const whole = isWhole ? told : { ...told, outputTokens: least };
    if (isWhole && expected.outputTokens === undefined)
      for (const { usual } of this.#bound) usual.heard(whole.outputTokens);
    const picodollars = expected.priceOf(whole, model);
    if (picodollars === undefined)
      for (const { onUnpriced } of this.#bound) onUnpriced?.(model ?? expected.model ?? "");
    return amountsOf(whole, picodollars);
  }
}

function amountsOf({ inputTokens, outputTokens }: Usage, picodollars: number | undefined): Amounts {
  return tokenAmounts(inputTokens + outputTokens, picodollars ?? 0);
}

function usageOf(inputTokens: number, outputTokens: number): Usage {
  return { inputTokens, outputTokens, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
}

type TakingOfAll =
  | { readonly ok: true; readonly charges: readonly AccountCharge[] }
  | { readonly ok: false; readonly refusal: Refusal };

/** From all of them, or from none. */
function takeOfAll(
  bound: readonly BoundAccount[],
  wanted: (one: BoundAccount) => Amounts,
  charges: readonly AccountCharge[] = [],
): MaybePromise<TakingOfAll> {
  const one = bound[charges.length];
  if (one === undefined) return { ok: true, charges };
  return chain(one.account.take(wanted(one)), (taking): MaybePromise<TakingOfAll> => {
    if (taking.ok) return takeOfAll(bound, wanted, [...charges, taking.charge]);
    for (const charge of charges) charge.settle(amounts({}));
    return taking;
  });
}

function firstOf(
  bound: readonly BoundAccount[],
  refusalOf: (one: BoundAccount) => MaybePromise<Refusal | undefined>,
  from = 0,
): MaybePromise<Refusal | undefined> {
  const one = bound[from];
  if (one === undefined) return undefined;
  return chain(refusalOf(one), (refusal) => refusal ?? firstOf(bound, refusalOf, from + 1));
}
