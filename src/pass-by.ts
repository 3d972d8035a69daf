import { passedOn, unrecorded } from "./answer-forms.ts";
import type { Answer } from "./core/answer.ts";
import type { Asked, Call, Caller } from "./core/call.ts";
import { OriginError } from "./core/errors.ts";
import type { Outcome } from "./core/outcome.ts";
import { asOriginError } from "./origin-answer.ts";

/** Straight to the origin and back, shared with nobody and kept nowhere. Never throws. */
export async function passBy(asked: Asked, caller: Caller, outcome: Outcome): Promise<Answer> {
  const { target, headers } = asked.call;
  const abort = new AbortController();
  caller.onAbandon(() => abort.abort(new OriginError("aborted", { message: "The caller went away." })));
  try {
    const body = asked.parsed().forward({ requestUsage: false });
    const response = await asked.origin.send({ method: "POST", target, headers, body }, abort.signal);
    return {
      status: response.status,
      headers: passedOn(response.headers, false),
      body: unrecorded(response.body, abort),
      outcome,
      originStatus: response.status,
    };
  } catch (error) {
    return failureOf(asked.call, asOriginError(error));
  }
}

/** The origin's failure as an answer. */
export function failureOf(call: Call, failure: OriginError): Answer {
  const { status, code, message } = failure;
  return { ...refusal(call, status, { kind: "error", code }, code, message), failure };
}

/** An answer of our own, in the protocol's words. */
export function refusal(call: Call, status: number, outcome: Outcome, code: string, message: string): Answer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: call.protocol.renderError({ status, code, message }, "json"),
    outcome,
  };
}
