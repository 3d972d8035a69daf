import { describeFleet } from "./fleet-cases.ts";
import { type Shared, sharedMemory } from "./fleet-harness.ts";

describeFleet("memory that they share", sharedMemory);
describeFleet("memory that has no relay and no bus", sharedPlainly, { lacks: ["relay", "bus"] });

function sharedPlainly(count: number): Shared {
  const shared = sharedMemory(count);
  const stores = shared.stores.map(({ bus, leases, ...store }) => ({
    ...store,
    ...(leases && { leases: { ...leases, relay: undefined } }),
  }));
  return { ...shared, stores };
}
