import type { Trace } from "../core/trace.ts";
import type { CounterTally } from "./tally.ts";

/** What is taken back, and how processes that share a store get on with each other. */
export function resilienceCounters(
  counter: (name: string, help: string, labelNames?: readonly string[]) => CounterTally,
): Trace {
  const invalidations = counter(
    "reprise_invalidations_total",
    "What was taken back, by what it was named by; origin is here, or the bus where another process did it.",
    ["scope", "origin"],
  );
  const lost = counter(
    "reprise_invalidations_lost_total",
    "Invalidations that the store had forgotten, and that were made again.",
  );
  const busFaults = counter(
    "reprise_bus_faults_total",
    "Failures of what tells other processes of invalidations: they notice later.",
    ["bus", "op"],
  );
  const leaseFaults = counter(
    "reprise_lease_faults_total",
    "Failures of the leases by which processes ask an origin once.",
    ["op", "kind"],
  );
  const roles = counter(
    "reprise_fleet_calls_total",
    "Calls that processes share: it asks for all (leader), waits for another (follower), or asks for itself (alone).",
    ["role"],
  );
  return (event) => {
    switch (event.type) {
      case "invalidation":
        for (const group of event.groups) invalidations.add(group, "here");
        return;
      case "invalidation-heard":
        return invalidations.add(event.group, "bus");
      case "invalidation-lost":
        for (let scope = 0; scope < event.scopes; scope += 1) lost.add();
        return;
      case "bus-fault":
        return busFaults.add(event.bus, event.operation);
      case "lease-fault":
        return leaseFaults.add(event.operation, event.kind);
      case "fleet-role":
        return roles.add(event.role);
      default:
        return undefined;
    }
  };
}
