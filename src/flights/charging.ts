import type { Charge, Expected, Refusal, Taken, Taking } from "../core/allowance.ts";
import type { Answer } from "../core/answer.ts";
import type { Call, Caller } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { OriginError } from "../core/errors.ts";
import { chain } from "../core/maybe-promise.ts";
import type { Protocol } from "../core/protocol.ts";
import type { AnswerFacts } from "../core/recording.ts";
import type { MaybePromise } from "../core/store.ts";
import type { Costs } from "../costs.ts";
import { LeaderLostError } from "../fleet/leader-lost-error.ts";
import type { Flight } from "./flight.ts";
import type { CompleteAnswer } from "./origin-answer.ts";

/** What calls to origins take of their callers' allowances: what is expected of a call, and what its answer says in truth. */

export interface ChargingParts {
  readonly costs: Costs;
  readonly clock: Clock;
}

/** As much of a call as is known before it is sent. */
type Priced = Parameters<Costs["of"]>[0];

/** What the answer to `call` may take. */
export function expectedOf(
  call: Priced & { readonly facts: { readonly mostOutputTokens?: number | undefined } },
  { costs, clock }: ChargingParts,
): Expected {
  return {
    model: call.facts.model,
    outputTokens: call.facts.mostOutputTokens,
    priceOf: (usage, model) => costs.of(call, { usage, model }, clock.now()).price?.picodollars,
  };
}

/** The charge of an answer that is passed on; `undefined` for a caller who is bound by nothing. */
export async function takeFor(call: Call, caller: Caller, parts: ChargingParts): Promise<Taking | undefined> {
  return caller.allowance?.take(expectedOf(call, parts));
}

/** Does `work` if the caller's limits allow it: at once, where there are none. */
export function whenCharged(
  call: Call,
  caller: Caller,
  parts: ChargingParts,
  work: (charge: Charge | undefined) => void,
): MaybePromise<void> {
  if (caller.allowance === undefined) return work(undefined);
  return chain(caller.allowance.take(expectedOf(call, parts)), (taking) => {
    if (taking.ok) work(taking.charge);
  });
}

/** Whoever leads has paid for it; and a call that broke off has cost something, too. */
export function settleAtEnd(flight: Flight, charge: Charge): void {
  flight.complete.then(
    () => charge.settle("unasked"),
    (error: OriginError) => {
      const isAnothers = flight.isFollower || error instanceof LeaderLostError;
      charge.settle(isAnothers ? "unasked" : takenUntil(error.failure, flight.heard));
    },
  );
}

/** What the answer to `call` cost, and took of its caller's allowance. As soon as it is there, whatever becomes of it. */
export function spendAnswer(
  call: Call,
  answer: CompleteAnswer,
  { costs, clock }: ChargingParts,
  charge: Charge | undefined,
): void {
  costs.spend(call, answer, clock.now());
  charge?.settle(takenBy(answer.status, answer.facts, answer.facts?.terminal !== false));
}

/** What an answer took, of whatever status. `isWhole`: it came to its end. */
export function takenBy(
  status: number,
  facts: AnswerFacts | undefined,
  isWhole: boolean,
): Taken | "failed" | "expected" {
  if (status !== 200 && facts?.usage === undefined) return "failed";
  if (facts === undefined) return "expected";
  if (facts.error && facts.usage === undefined) return "failed";
  return { usage: facts.usage, model: facts.model, outputCharacters: charactersOf(facts), isWhole };
}

/** What is owed for a call that ended without a whole answer: providers charge for what they computed. */
export function takenUntil(failure: OriginError["failure"], facts: AnswerFacts | undefined): Taken | "failed" {
  if (facts === undefined && failure === "unreachable") return "failed";
  const outputCharacters = facts === undefined ? 0 : charactersOf(facts);
  return { usage: facts?.usage, model: facts?.model, outputCharacters, isWhole: false };
}

function charactersOf({ choices }: AnswerFacts): number {
  let characters = 0;
  for (const { text, toolCalls } of choices)
    characters += toolCalls.reduce((sum, call) => sum + call.arguments.length, text.length);
  return characters;
}

/** The answer to a caller whose limit is reached. */
export function limitReached(call: { readonly protocol: Pick<Protocol, "renderError"> }, refusal: Refusal): Answer {
  const { code, message, retryAfterMs } = refusal;
  return {
    status: 429,
    headers: {
      "content-type": "application/json",
      ...(retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1_000)) }),
    },
    body: call.protocol.renderError({ status: 429, code, message }, "json"),
    outcome: { kind: "error", code },
    limited: refusal,
  };
}
