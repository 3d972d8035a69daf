import type { Answer, AnswerStream } from "../core/answer.ts";
import type { Asked, Call, Caller } from "../core/call.ts";
import { OriginError } from "../core/errors.ts";
import type { Origin, OriginRequest, OriginResponse } from "../core/origin.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Protocol } from "../core/protocol.ts";
import { doNotRetry } from "../protocols/rate-limit-fields.ts";
import { passedOn, unrecorded } from "./answer-forms.ts";
import { type ChargingParts, limitReached, takeFor } from "./charging.ts";
import { metered } from "./metered-answer.ts";
import { asOriginError } from "./origin-answer.ts";
import { OriginWatch, type WatchedCall } from "./origin-watch.ts";
import { sendWithWishes, type WishParts } from "./origin-wishes.ts";

/** What hears of the call to the origin, and may let others go before it. */
type Telling = ConstructorParameters<typeof OriginWatch>[0];
export type Passage = Telling & ChargingParts & WishParts;

type Refused = { readonly protocol: Pick<Protocol, "renderError"> };

/** A call of whatever kind, and who computes the answer. */
interface Passing {
  readonly call: Refused & Pick<Call, "target" | "headers"> & WatchedCall;
  readonly origin: Origin;
}

/** Straight to the origin and back, shared with nobody and kept nowhere. Never throws. */
export async function passBy(asked: Asked, caller: Caller, outcome: Outcome, parts: Passage): Promise<Answer> {
  const taking = await takeFor(asked.call, caller, parts);
  if (taking === undefined) return passAsked(asked, caller, outcome, parts, undefined);
  if (!taking.ok) return limitReached(asked.call, taking.refusal);
  const { facts, protocol } = asked.call;
  // Streams tell what they took only where they are asked for it.
  const isHidden = facts.stream && !facts.includeUsage;
  return metered(
    await passAsked(asked, caller, outcome, parts, parts.usageRefusals),
    protocol,
    taking.charge,
    isHidden,
  );
}

function passAsked(
  asked: Asked,
  caller: Caller,
  outcome: Outcome,
  parts: Passage,
  usageRefusals: WishParts["usageRefusals"],
): Promise<Answer> {
  const wishes = { usageRefusals, marking: undefined, fanOut: parts.fanOut };
  return sendStraight(asked, (signal, watch) => sendWithWishes(asked, wishes, signal, watch), caller, outcome, parts);
}

/** The same for a call of any kind. `forward` makes the body, and what goes with it. */
export async function passStraight(
  passing: Passing,
  forward: () => Pick<OriginRequest, "body">,
  caller: Caller,
  outcome: Outcome,
  parts: Telling,
): Promise<Answer> {
  const { call, origin } = passing;
  const { target, headers } = call;
  const send: Sending = (signal, watch) => {
    const forwarded = forward();
    watch.start();
    return origin.send({ method: "POST", target, headers, ...forwarded, originCall: watch.originCall }, signal);
  };
  return sendStraight(passing, send, caller, outcome, parts);
}

type Sending = (signal: AbortSignal, watch: OriginWatch) => Promise<OriginResponse>;

async function sendStraight(
  { call }: Passing,
  send: Sending,
  caller: Caller,
  outcome: Outcome,
  parts: Telling,
): Promise<Answer> {
  const watch = new OriginWatch(parts, call);
  const abort = new AbortController();
  caller.onAbandon(() => abort.abort(new OriginError("aborted", { message: "The caller went away." })));
  try {
    const { status, headers, body } = await send(abort.signal, watch);
    return {
      status,
      headers: passedOn(headers, false),
      body: watched(unrecorded(body, abort), watch, status),
      outcome,
      originStatus: status,
    };
  } catch (error) {
    const failure = asOriginError(error);
    watch.end(failure.failure);
    return failureOf(call, failure);
  }
}

/** The same body, whose end is that of the call to the origin. */
function watched(body: AnswerStream, watch: OriginWatch, status: number): AnswerStream {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      try {
        const step = await body.next();
        if (step.done === true) watch.end(status);
        else watch.received();
        return step;
      } catch (error) {
        watch.end(asOriginError(error).failure);
        throw error;
      }
    },
    return() {
      watch.end("aborted");
      return body.return();
    },
  };
}

/** The origin's failure as an answer. */
export function failureOf(call: Refused, failure: OriginError): Answer {
  const { status, code, message } = failure;
  return { ...refusal(call, status, { kind: "error", code }, code, message), failure };
}

/** Only a cache may answer, and none does. Another attempt would find no more. */
export function cacheMiss(call: Refused, outcome: Outcome, message: string): Answer {
  const answer = refusal(call, 504, outcome, "cache_miss", message);
  return { ...answer, headers: { ...answer.headers, ...doNotRetry } };
}

/** An answer of our own, in the protocol's words. */
export function refusal(call: Refused, status: number, outcome: Outcome, code: string, message: string): Answer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: call.protocol.renderError({ status, code, message }, "json"),
    outcome,
  };
}
