import type { Trace, TraceEvent } from "../core/trace.ts";
import { isOriginFailure } from "../flights/answer-forms.ts";
import type { Log } from "../telemetry/log.ts";
import type { AddressRefusedError } from "./network/guarded-agent.ts";
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

/** Callers are told only which upstream, or which replica, it was: where it is, and what the network said, stands here. */
export function replicaNotice(log: Log): ReplicaNotice {
  return ({ upstream, replica, trouble: reason, isOnly }) => {
    if (isOnly === true) log.warn({ upstream, reason }, "a request to the upstream failed");
    else if (reason === undefined) log.info({ upstream, replica }, "the replica answers again");
    else log.warn({ upstream, replica, reason }, "a replica of the upstream fails");
  };
}

/** Counts each connection that was not made, and tells once of each place that a name leads to and must not. */
export function refusalNotice(log: Pick<Log, "warn">, trace: Trace): (error: AddressRefusedError) => void {
  const told = new Set<string>();
  return ({ host, address, kind, remedy }) => {
    trace({ type: "address-refuse" });
    const place = `${host} ${address}`;
    if (told.has(place) || told.size >= mostToldPlaces) return;
    told.add(place);
    log.warn({ host, address, kind, remedy }, "a name leads where it must not, and is not followed");
  };
}

/** Whoever answers for a name could make up new addresses without end. */
const mostToldPlaces = 1_000;
