import type { TraceEvent } from "../core/trace.ts";
import { isOriginFailure } from "../flights/answer-forms.ts";
import type { Log } from "../telemetry/log.ts";
import type { ReplicaNotice } from "./pool/replica-error.ts";

/** What the log is told of upstreams: when trouble begins, and when it is over. */

/** One line when an upstream begins to fail and one when it is well again, however many calls there are. */
export function tellOfOrigin(log: Log, unwell: Set<string>, event: Extract<TraceEvent, { type: "origin-end" }>): void {
  const { originId: upstream, result } = event;
  if (result === "aborted") return;
  const fails = typeof result === "string" || isOriginFailure(result);
  if (fails === unwell.has(upstream)) return;
  if (fails) log.warn({ upstream, result }, "the upstream fails; stored answers go on being served");
  else log.info({ upstream }, "the upstream is well again");
  if (fails) unwell.add(upstream);
  else unwell.delete(upstream);
}

/** Callers are told only which replica it was: where it is stands here. */
export function replicaNotice(log: Log): ReplicaNotice {
  return ({ upstream, replica, trouble: reason }) => {
    if (reason === undefined) log.info({ upstream, replica }, "the replica answers again");
    else log.warn({ upstream, replica, reason }, "a replica of the upstream fails; the others are asked");
  };
}
