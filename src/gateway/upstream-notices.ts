import type { TraceEvent } from "../core/trace.ts";
import { isOriginFailure } from "../flights/answer-forms.ts";
import type { Log } from "../telemetry/log.ts";
import { PoolUpstream } from "./pool/pool-upstream.ts";
import type { ReplicaNotice } from "./pool/replica-error.ts";
import type { Upstream } from "./upstream-origin.ts";

/** What the log is told of upstreams: when trouble begins, and when it is over. */

type OriginEnd = Pick<Extract<TraceEvent, { type: "origin-end" }>, "originId" | "result">;

/**
 * One line when an upstream begins to fail and one when it is well again, however many calls there are. One of several
 * replicas fails when none of them is left; each of them is told of by itself. `all`: the upstreams there are.
 */
export function tellOfOrigin(
  log: Log,
  unwell: Set<string>,
  { originId, result }: OriginEnd,
  all: readonly Upstream[],
): void {
  if (result === "aborted") return;
  const fails = typeof result === "string" || isOriginFailure(result);
  if (fails === unwell.has(originId)) return;
  const meant = all.find(({ id }) => id === originId);
  const name = { upstream: meant?.name ?? originId };
  if (!fails) {
    unwell.delete(originId);
    log.info(name, "the upstream is well again");
    return;
  }
  const replicas = meant instanceof PoolUpstream ? meant.failing : undefined;
  if (meant instanceof PoolUpstream && replicas === undefined) return;
  unwell.add(originId);
  const where = replicas === undefined ? { url: originId } : { replicas };
  log.warn({ ...name, ...where, result }, "the upstream fails; stored answers go on being served");
}

/** Callers are told only which replica it was: where it is stands here. */
export function replicaNotice(log: Log): ReplicaNotice {
  return ({ upstream, replica, trouble: reason }) => {
    if (reason === undefined) log.info({ upstream, replica }, "the replica answers again");
    else log.warn({ upstream, replica, reason }, "a replica of the upstream fails");
  };
}
