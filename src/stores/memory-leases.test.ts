import { describe, expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { audienceMs } from "../core/lease.ts";
import { leaseContract, relayContract } from "../testing/lease-contract.ts";
import { MemoryLeases } from "./memory-leases.ts";

async function make() {
  const clock = new ManualClock();
  const leases = new MemoryLeases(clock);
  return { one: leases, other: leases, passing: async (durationMs: number) => clock.advance(durationMs) };
}

describe("leases in memory", () => {
  it("much that was said and is over is forgotten with the next lease", async () => {
    const clock = new ManualClock();
    const leases = new MemoryLeases(clock);
    const { relay } = leases;
    const old = { key: "old", fence: 1 };
    await relay.append(old, [new Uint8Array(16 * 1024 * 1024)], 10);
    clock.advance(9);
    await leases.acquire("a", 1);
    expect((await relay.read(old, undefined)).frames).toHaveLength(1);
    clock.advance(audienceMs);
    await relay.append({ key: "next", fence: 2 }, [new Uint8Array(16 * 1024 * 1024)], 10);
    await leases.acquire("b", 1);
    expect((await relay.read(old, undefined)).frames).toHaveLength(0);
  });

  for (const { name, run } of [...leaseContract(make), ...relayContract(make)]) it(name, run);
});
