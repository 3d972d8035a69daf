import type { Gauge } from "prom-client";
import type { Trace } from "../core/trace.ts";
import type { CounterTally } from "./tally.ts";

/** What caches in front of the gateway were told to forget, and what they have still to be told. */
export function edgeCounters(
  counter: (name: string, help: string, labelNames?: readonly string[]) => CounterTally,
  gauge: <T extends string>(name: string, help: string, labelNames: readonly T[]) => Gauge<T>,
): Trace {
  const purges = counter(
    "reprise_edge_purge_total",
    "Purges of caches in front: made (sent), tried in vain (failed), given up since the cache calls them wrong (refused).",
    ["adapter", "result"],
  );
  const queue = gauge("reprise_edge_purge_queue", "Purges that a cache in front has still to be told.", [
    "adapter",
  ] as const);
  return (event) => {
    if (event.type === "edge-backlog") queue.set({ adapter: event.cache }, event.purges);
    else if (event.type === "edge-purge")
      for (let count = 0; count < event.purges; count++) purges.add(event.cache, event.result);
  };
}
