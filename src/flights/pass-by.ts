import type { Answer } from "../core/answer.ts";
import type { Asked, Call, Caller } from "../core/call.ts";
import { OriginError } from "../core/errors.ts";
import type { Origin } from "../core/origin.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Protocol } from "../core/protocol.ts";
import { passedOn, unrecorded } from "./answer-forms.ts";
import { asOriginError } from "./origin-answer.ts";

type Refused = { readonly protocol: Pick<Protocol, "renderError"> };

/** A call of whatever kind, and who computes the answer. */
interface Passing {
  readonly call: Refused & Pick<Call, "target" | "headers">;
  readonly origin: Origin;
}

/** Straight to the origin and back, shared with nobody and kept nowhere. Never throws. */
export function passBy(asked: Asked, caller: Caller, outcome: Outcome): Promise<Answer> {
  return passStraight(asked, () => asked.parsed().forward({ requestUsage: false }), caller, outcome);
}

/** The same for a call of any kind. `forward` makes the body. */
export async function passStraight(
  { call, origin }: Passing,
  forward: () => Uint8Array,
  caller: Caller,
  outcome: Outcome,
): Promise<Answer> {
  const { target, headers } = call;
  const abort = new AbortController();
  caller.onAbandon(() => abort.abort(new OriginError("aborted", { message: "The caller went away." })));
  try {
    const body = forward();
    const response = await origin.send({ method: "POST", target, headers, body }, abort.signal);
    return {
      status: response.status,
      headers: passedOn(response.headers, false),
      body: unrecorded(response.body, abort),
      outcome,
      originStatus: response.status,
    };
  } catch (error) {
    return failureOf(call, asOriginError(error));
  }
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
