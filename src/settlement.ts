import type { Call } from "./core/call.ts";
import type { AnswerLayer, RecordTicket } from "./core/layer.ts";
import type { Stored } from "./core/outcome.ts";
import type { StoreRefusal } from "./core/outcome-reasons.ts";
import type { Expectations } from "./core/protocol.ts";
import type { Recording } from "./core/recording.ts";
import type { Trace } from "./core/trace.ts";
import type { CompleteAnswer } from "./flight.ts";
import { answerForbidsStoring, judgeAnswer } from "./policy/admission.ts";
import { mayStore } from "./policy/eligibility.ts";

/** Admission, then the layer: what becomes of an origin's complete answer. Never throws. */
export async function settle(
  parts: { readonly layer: AnswerLayer; readonly trace: Trace },
  call: Call,
  slot: string,
  expectations: Expectations,
  answer: CompleteAnswer,
): Promise<Stored> {
  const { layer, trace } = parts;
  const refuse = (reason: StoreRefusal): Stored => {
    trace({ type: "entry-refuse", layer: layer.name, reason });
    return { state: "refused", reason };
  };
  if (answer.tooLarge) return refuse("too_large");
  if (!mayStore(call))
    return refuse(
      call.directives.write && call.directives.ttlMs !== 0 && call.policy.ttlMs > 0 ? "stochastic" : "no_store",
    );

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
  if (answer.recording === undefined) return refuse("truncated");

  // A fallback's answer belongs to the model that gave it, and never to the one that was asked.
  const place = verdict.admitted === true ? slot : call.keyFor(verdict.model);
  if (answer.ticket === undefined) return refuse("store_unavailable");
  const written = await record(parts, call, place, answer.ticket, answer.recording);
  if (written.state === "refused" && written.reason !== "store_unavailable") return refuse(written.reason);
  return written.state === "stored" && place !== slot ? refuse("model_mismatch") : written;
}

async function record(
  { layer, trace }: { readonly layer: AnswerLayer; readonly trace: Trace },
  call: Call,
  place: string,
  ticket: RecordTicket,
  recording: Recording,
): Promise<Stored> {
  const unavailable: Stored = { state: "refused", reason: "store_unavailable" };
  const tell = (result: "stored" | "declined" | "overloaded" | "failed") =>
    trace({ type: "entry-write", layer: layer.name, result, bytes: recording.body.length });
  try {
    const result = await layer.record(call, place, ticket, recording, call.protocol.name);
    if (result.kind === "refused") return { state: "refused", reason: result.reason };
    tell(result.kind === "stored" ? "stored" : result.result);
    return result.kind === "stored" ? { state: "stored", entry: result.id } : unavailable;
  } catch {
    tell("failed");
    return unavailable;
  }
}
