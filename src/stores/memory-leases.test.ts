import { describe, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { leaseContract, relayContract } from "../testing/lease-contract.ts";
import { MemoryLeases } from "./memory-leases.ts";

async function make() {
  const clock = new ManualClock();
  const leases = new MemoryLeases(clock);
  return { one: leases, other: leases, passing: async (durationMs: number) => clock.advance(durationMs) };
}

describe("leases in memory", () => {
  for (const { name, run } of [...leaseContract(make), ...relayContract(make)]) it(name, run);
});
