import type { Gauge } from "prom-client";

/**
 * How the replicas of pools do. Whoever reads `/metrics` needs no token, so a replica is told by its number in the
 * configuration, as callers are told it; the admin API says where it is.
 */

export interface MeteredReplica {
  /** The name of its pool. */
  readonly upstream: string;
  /** From 1 on, in the order of the configuration. */
  readonly number: number;
  readonly state: "ready" | "draining" | "ejected";
  readonly inFlight: number;
}

const stateValues: Readonly<Record<MeteredReplica["state"], number>> = { ready: 0, draining: 1, ejected: 2 };
/** Of all pools; further ones have no series. */
const mostReplicas = 512;

/** Returns what takes their figures over, at each scrape. */
export function replicaGauges(
  gauge: <T extends string>(name: string, help: string, labelNames: readonly T[]) => Gauge<T>,
): (replicas: readonly MeteredReplica[]) => void {
  const states = gauge(
    "reprise_replica_state",
    "Whether the replica of a pool takes calls: 0 ready, 1 draining, 2 ejected since it failed; its number is that of the configuration's order.",
    ["upstream", "replica"] as const,
  );
  const calls = gauge("reprise_replica_inflight", "Calls under way at the replica of a pool.", [
    "upstream",
    "replica",
  ] as const);
  return (replicas) => {
    // Those that the configuration names no more are gone.
    states.reset();
    calls.reset();
    for (const { upstream, number, state, inFlight } of replicas.slice(0, mostReplicas)) {
      const labels = { upstream, replica: String(number) };
      states.set(labels, stateValues[state]);
      calls.set(labels, inFlight);
    }
  };
}
