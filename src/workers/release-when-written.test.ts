import { expect, it } from "vitest";
import { ManualClock } from "../core/clock.ts";
import { MemoryLeases } from "../stores/memory-leases.ts";
import { releasedWhenWritten } from "./release-when-written.ts";

it("a lease is given back when what was stored is written, or cannot be", async () => {
  for (const outcome of ["resolve", "reject"] as const) {
    const writing = Promise.withResolvers<void>();
    const inner = new MemoryLeases(new ManualClock());
    const leases = releasedWhenWritten(inner, () => writing.promise);
    const got = await leases.acquire("k", 1_000);
    const releasing = got.won ? leases.release(got.lease) : undefined;
    await new Promise((resolve) => setImmediate(resolve));
    expect(await leases.holder("k")).toBe(got.won && got.lease.fence);
    writing[outcome]();
    await releasing;
    expect(await leases.holder("k")).toBeUndefined();
  }
});
