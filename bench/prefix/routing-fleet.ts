import { AffinityPolicy } from "../../src/layers/prefix/routing/affinity-policy.ts";
import { BoundedHashing } from "../../src/layers/prefix/routing/bounded-hashing.ts";
import type { RoutingPolicy } from "../../src/layers/prefix/routing/routing-policy.ts";
import { RoundRobin } from "../../src/layers/prefix/routing/simple-policies.ts";
import { GatewayFleet, type GossipOptions } from "./gateway-fleet.ts";
import { type Arrival, type PoolOptions, type SimulatedRun, simulate } from "./routing-simulation.ts";
import { chanceOf } from "./routing-trace.ts";

/** Four gateways before one pool: alone, telling each other, and choosing alike without a word. */

const gateways = 4;
/** As often as gateways of a small fleet do. */
const told: GossipOptions = { everyMs: 200, lost: 0 };
const lossy: GossipOptions = { everyMs: 200, lost: 0.1 };
const rare: GossipOptions = { everyMs: 1_000, lost: 0 };

/** `capacity`: what Reprise supposes at first. */
export function fleetRuns(
  arrivals: readonly Arrival[],
  pool: PoolOptions,
  capacity: number,
): ReadonlyMap<string, SimulatedRun> {
  const { replicas } = pool;
  const affinity = (): AffinityPolicy => new AffinityPolicy({ replicas, capacity });
  const several = (make: () => RoutingPolicy, gossip?: GossipOptions): RoutingPolicy =>
    new GatewayFleet(Array.from({ length: gateways }, make), {
      ...{ replicas, chance: chanceOf(11) },
      ...(gossip !== undefined && { gossip }),
    });
  const policies: readonly (readonly [string, RoutingPolicy])[] = [
    ["one gateway", affinity()],
    ["four, each for itself", several(affinity)],
    ["four that tell each other, each 200 ms", several(affinity, told)],
    ["the same, a tenth of it lost", several(affinity, lossy)],
    ["four that tell each other, each second", several(affinity, rare)],
    ["four, bounded hashing of 1,024 tokens", several(() => new BoundedHashing({ replicas }))],
    ["four, round robin", several(() => new RoundRobin(replicas))],
  ];
  return new Map(policies.map(([name, policy]) => [name, simulate(arrivals, policy, pool)]));
}
