import type { Answer } from "../core/answer.ts";
import type { Call } from "../core/call.ts";
import type { Clock } from "../core/clock.ts";
import type { LayerName } from "../core/directives.ts";
import type { FoundEntry } from "../core/layer.ts";
import type { Outcome } from "../core/outcome.ts";
import type { ReplayView } from "../core/protocol.ts";
import type { Costs } from "../costs.ts";
import { PacedReplay } from "../layers/exact/paced-replay.ts";
import type { Replayer } from "../layers/exact/replay.ts";
import { contentType } from "./answer-forms.ts";

/** As what a stored answer is shown to its caller. */
interface Shown {
  readonly layer: LayerName;
  readonly entry: string;
  readonly similarity?: number | undefined;
}

/** What is stored, in the form that the caller wants. */
export function storedAnswer(
  call: Call,
  { entry }: FoundEntry,
  stale: "swr" | "sie" | "max_stale" | undefined,
  { layer, entry: shownAs, similarity }: Shown,
  { clock, costs, replayer }: { readonly clock: Clock; readonly costs: Costs; readonly replayer: Replayer },
): Answer {
  const { lifetime, body: recorded } = entry;
  const now = clock.now();
  const ageMs = Math.max(0, now - lifetime.createdAt);
  const times = { layer, entry: shownAs, ageMs, ttlMs: lifetime.staleAt - now };
  const view: ReplayView = { includeUsage: call.facts.includeUsage, zeroUsage: call.policy.hitUsage === "zero" };
  const body = replayer.play(entry, call.protocol, call.facts.stream, view);
  const { replayPaceMs } = call.policy;
  const hit: Outcome = { kind: "hit", ...times, ...(similarity === undefined ? {} : { similarity }) };
  return {
    status: 200,
    headers: { "content-type": contentType(call) },
    body: call.facts.stream && replayPaceMs > 0 ? new PacedReplay(body, replayPaceMs, clock) : body,
    outcome: stale === undefined ? hit : { kind: "stale", why: stale, ...times },
    saved: costs.ofEntry(call, entry, now),
    savedBytes: recorded.length,
  };
}
