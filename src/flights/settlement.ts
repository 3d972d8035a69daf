import type { Call } from "../core/call.ts";
import { entryId } from "../core/entry-id.ts";
import type { AnswerLayer, Keyed, RecordTicket } from "../core/layer.ts";
import type { Stored } from "../core/outcome.ts";
import type { StoreRefusal } from "../core/outcome-reasons.ts";
import type { Expectations } from "../core/protocol.ts";
import type { Recording } from "../core/recording.ts";
import type { Trace } from "../core/trace.ts";
import { answerForbidsStoring, judgeAnswer } from "../policy/admission.ts";
import { bypassReason, mayStore } from "../policy/eligibility.ts";
import { isWithheld } from "../policy/personal-data/held-policy.ts";
import type { CompleteAnswer } from "./origin-answer.ts";

export interface SettlementParts {
  readonly layer: AnswerLayer;
  readonly trace: Trace;
}

/**
 * Admission, then the layer: what becomes of an origin's complete answer. `question`: what of it is kept with the answer
 * to be shown, if anything is. Never throws.
 */
export async function settle(
  parts: SettlementParts,
  call: Call,
  slot: string,
  expectations: Expectations,
  answer: CompleteAnswer,
  question?: string,
): Promise<Stored> {
  const { layer, trace } = parts;
  const refuse = (reason: StoreRefusal): Stored => {
    trace({ type: "entry-refuse", layer: layer.name, reason });
    return { state: "refused", reason };
  };
  if (answer.tooLarge) return refuse("too_large");
  if (answer.replaced) return refuse("generation_changed");
  if (!mayStore(call))
    return refuse(
      call.directives.write && call.directives.ttlMs !== 0 && call.policy.ttlMs > 0 ? "stochastic" : "no_store",
    );

  // A stream that broke off is that, however little of it there was to judge.
  if (answer.facts?.error === false && answer.recording === undefined) return refuse("truncated");
  const verdict = judgeAnswer(
    {
      status: answer.status,
      facts: answer.facts,
      expectations,
      noStore: answerForbidsStoring(answer.headers),
      size: answer.recording?.body.length ?? 0,
      model: call.facts.model,
    },
    { ...call.policy, maxBytes: call.policy.maxEntryBytes },
  );
  if (verdict.admitted === false) return refuse(verdict.reason);
  if (isWithheld(call)) return refuse("personal_data");
  if (answer.recording === undefined) return refuse("truncated");

  if (answer.ticket === undefined) return refuse("store_unavailable");
  const { ticket, recording } = answer;
  if (verdict.admitted === true) return record(parts, call, slot, ticket, recording, call.protocol.name, question);
  // A fallback's answer belongs to the model that gave it, under the rules of that model, and never to the one asked.
  const owner = call.forModel(verdict.model);
  if (bypassReason(owner) === undefined && mayStore(owner))
    await record(parts, owner, owner.key, ticket, recording, call.protocol.name, question);
  return refuse("model_mismatch");
}

/** A fault in judging an answer, or in keeping it, is none of the answer: it goes to whoever asked, and is not kept. */
export function orNotKept({ layer, trace }: SettlementParts, settling: Promise<Stored>): Promise<Stored> {
  return settling.catch(() => {
    const reason = "store_unavailable";
    trace({ type: "entry-refuse", layer: layer.name, reason });
    return { state: "refused", reason };
  });
}

/** Writes what was found fit to be kept, and tells what became of it. Never throws. */
export async function record(
  { layer, trace }: SettlementParts,
  call: Keyed,
  place: string,
  ticket: RecordTicket,
  recording: Recording,
  protocol: string,
  question?: string,
): Promise<Stored> {
  const tell = (result: "stored" | "declined" | "overloaded" | "failed") =>
    trace({ type: "entry-write", layer: layer.name, result, bytes: recording.body.length });
  try {
    const result = await layer.record(call, place, ticket, recording, protocol, question);
    if (result.kind === "refused") {
      trace({ type: "entry-refuse", layer: layer.name, reason: result.reason });
      return { state: "refused", reason: result.reason };
    }
    tell(result.kind === "stored" ? "stored" : result.result);
    if (result.kind === "stored") return { state: "stored", entry: entryId(call.principal.tenant, result.id) };
    return { state: "refused", reason: result.result === "declined" ? "too_large" : "store_unavailable" };
  } catch {
    tell("failed");
    return { state: "refused", reason: "store_unavailable" };
  }
}
