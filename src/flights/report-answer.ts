import type { Answer } from "../core/answer.ts";
import { askerOf, type Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { Trace } from "../core/trace.ts";
import type { Costs } from "../costs.ts";

/** Tells how a call was answered, and what that saved. */
export function reportAnswer(
  { clock, costs, trace }: { readonly clock: Clock; readonly costs: Costs; readonly trace: Trace },
  call: Call,
  { outcome, saved, savedBytes: bytes = 0 }: Answer,
  startedAt: number,
): void {
  const { stream } = call.facts;
  const durationMs = clock.monotonic() - startedAt;
  if (saved !== undefined && "layer" in outcome) {
    const { layer, entry } = outcome;
    // Where a stored answer is made to take as long as a computed one, no time is saved.
    const time = call.sharing?.delay === true ? {} : { time: { stream, waitedMs: durationMs } };
    costs.save(call, layer, saved, { entry, bytes, ...time });
  }
  trace({
    type: "call-end",
    outcome,
    protocol: call.protocol.name,
    model: call.facts.model,
    originId: call.originId,
    tenant: askerOf(call),
    stream,
    durationMs,
  });
}
