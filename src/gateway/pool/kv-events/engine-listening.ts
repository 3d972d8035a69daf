import type { Clock } from "../../../core/clock.ts";
import type { AffinityPolicy } from "../../../layers/prefix/routing/affinity-policy.ts";
import { EngineCacheCount } from "../../../layers/prefix/routing/engine-cache-count.ts";
import type { ReplicaSettings } from "../../../upstream-options.ts";
import type { KvEvent } from "./kv-event.ts";
import { followKvEvents } from "./kv-event-stream.ts";

/** What is supposed of the caches of replicas, corrected by what their engines tell of them. Returns what ends it. */
export function listenToEngines(
  replicas: readonly ReplicaSettings[],
  policy: Pick<AffinityPolicy, "engineStored" | "engineFull" | "forget">,
  clock: Clock,
  onConnected: (replica: number, isConnected: boolean) => void,
): () => void {
  const ends = replicas.flatMap(({ kvEvents: endpoint, kvReplay: replay }, replica) => {
    if (endpoint === undefined) return [];
    const count = new EngineCacheCount();
    const end = followKvEvents({
      ...{ endpoint, replay, clock },
      onBegun: ({ isAgain, isWhole }) => {
        count.begun(isWhole);
        if (isAgain) policy.forget(replica);
      },
      onLost: () => count.lost(),
      onConnected: (isConnected) => onConnected(replica, isConnected),
      onEvents: (events) => {
        for (const event of events) apply(event, replica, count, policy);
      },
    });
    return [end];
  });
  return () => {
    for (const end of ends) end();
  };
}

function apply(
  event: KvEvent,
  replica: number,
  count: EngineCacheCount,
  policy: Pick<AffinityPolicy, "engineStored" | "engineFull" | "forget">,
): void {
  if (event.kind === "stored") {
    count.stored(event.blocks, event.tokens);
    policy.engineStored(replica, event.tokens);
  } else if (event.kind === "removed") {
    const full = count.removed(event.blocks);
    if (full !== undefined) policy.engineFull(replica, full);
  } else {
    count.begun(true);
    policy.forget(replica);
  }
}
