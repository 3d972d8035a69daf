import { describe, expect, it } from "vitest";
import { PeerLoads } from "./peer-loads.ts";

describe("what others have waiting", () => {
  it("adds up over gateways; the latest of each counts", () => {
    const loads = new PeerLoads();
    loads.hear("a", [{ queued: 100, inFlight: 1 }, undefined], 0);
    loads.hear(
      "b",
      [
        { queued: 50, inFlight: 2 },
        { queued: 7, inFlight: 1 },
      ],
      0,
    );
    expect([loads.queued(0, 0), loads.inFlight(0, 0), loads.queued(1, 0), loads.queued(2, 0)]).toEqual([150, 3, 7, 0]);
    loads.hear("a", [undefined, undefined], 0);
    expect([loads.queued(0, 0), loads.inFlight(0, 0)]).toEqual([50, 2]);
  });

  it("is worked off meanwhile, and counts for nothing when it is old", () => {
    const loads = new PeerLoads();
    loads.hear("a", [{ queued: 100, inFlight: 1 }], 1_000);
    expect(loads.queued(0, 1_400)).toBeCloseTo(50);
    expect(loads.queued(0, 1_800)).toBeCloseTo(25);
    expect(loads.inFlight(0, 4_000)).toBe(1);
    expect([loads.queued(0, 4_001), loads.inFlight(0, 4_001), loads.peers]).toEqual([0, 0, 0]);
  });

  it("a bounded number is listened to", () => {
    const loads = new PeerLoads();
    for (let peer = 0; peer < 2_000; peer++) loads.hear(String(peer), [{ queued: 1, inFlight: 1 }], 0);
    expect([loads.peers, loads.queued(0, 0)]).toEqual([1_000, 1_000]);
  });
});
