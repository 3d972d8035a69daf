import type { Answer, AnswerStream } from "../core/answer.ts";
import type { Asked, Call, Caller } from "../core/call.ts";
import { OriginError } from "../core/errors.ts";
import type { Origin, OriginRequest } from "../core/origin.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Protocol } from "../core/protocol.ts";
import { passedOn, unrecorded } from "./answer-forms.ts";
import { type ChargingParts, limitReached, takeFor } from "./charging.ts";
import { saltOf } from "./engine-salt.ts";
import type { FanOutGate, GatedCall } from "./fan-out-gate.ts";
import { metered } from "./metered-answer.ts";
import { asOriginError } from "./origin-answer.ts";
import { OriginWatch, type WatchedCall } from "./origin-watch.ts";

/** What hears of the call to the origin, and may let others go before it. */
type Telling = ConstructorParameters<typeof OriginWatch>[0];
type Passage = Telling & ChargingParts & { readonly fanOut?: FanOutGate | undefined };

type Refused = { readonly protocol: Pick<Protocol, "renderError"> };

/** A call of whatever kind, and who computes the answer. */
interface Passing {
  readonly call: Refused & Pick<Call, "target" | "headers"> & WatchedCall;
  readonly origin: Origin;
}

/** Straight to the origin and back, shared with nobody and kept nowhere. Never throws. */
export async function passBy(asked: Asked, caller: Caller, outcome: Outcome, parts: Passage): Promise<Answer> {
  const taking = await takeFor(asked.call, caller, parts);
  if (taking === undefined) return passUnmetered(asked, caller, outcome, parts);
  if (!taking.ok) return limitReached(asked.call, taking.refusal);
  return metered(await passUnmetered(asked, caller, outcome, parts), asked.call.protocol, taking.charge);
}

function passUnmetered(asked: Asked, caller: Caller, outcome: Outcome, parts: Passage): Promise<Answer> {
  const salt = saltOf(asked);
  const { model } = asked.call.facts;
  const inSlot = (slot?: number) => asked.parsed().forward({ requestUsage: false, cacheSalt: salt, slot });
  const prompt = () => asked.parsed().prompt();
  const gate = async (signal: AbortSignal) => parts.fanOut?.enter(asked, undefined, signal);
  return passStraight(asked, () => ({ body: inSlot(), prompt, model, salt, inSlot }), caller, outcome, parts, gate);
}

/** The same for a call of any kind. `forward` makes the body, and what goes with it. */
export async function passStraight(
  { call, origin }: Passing,
  forward: () => Pick<OriginRequest, "body" | "prompt" | "model" | "salt" | "inSlot">,
  caller: Caller,
  outcome: Outcome,
  parts: Telling,
  gate?: (signal: AbortSignal) => Promise<GatedCall | undefined>,
): Promise<Answer> {
  const watch = new OriginWatch(parts, call);
  const { target, headers } = call;
  const abort = new AbortController();
  caller.onAbandon(() => abort.abort(new OriginError("aborted", { message: "The caller went away." })));
  let gated: GatedCall | undefined;
  try {
    const forwarded = forward();
    gated = await gate?.(abort.signal);
    watch.start();
    const { originCall } = watch;
    const sent = await origin.send({ method: "POST", target, headers, ...forwarded, originCall }, abort.signal);
    const response = gated?.watched(sent) ?? sent;
    return {
      status: response.status,
      headers: passedOn(response.headers, false),
      body: watched(unrecorded(response.body, abort), watch, response.status),
      outcome,
      originStatus: response.status,
    };
  } catch (error) {
    gated?.failed();
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

/** An answer of our own, in the protocol's words. */
export function refusal(call: Refused, status: number, outcome: Outcome, code: string, message: string): Answer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: call.protocol.renderError({ status, code, message }, "json"),
    outcome,
  };
}
