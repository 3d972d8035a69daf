import { describe, expect, it } from "vitest";
import { ManualClock } from "../../core/clock.ts";
import { ReplicaHealth } from "./replica-health.ts";

function setUp() {
  const clock = new ManualClock();
  const health = new ReplicaHealth(clock);
  const fail = (times: number): void => {
    for (let time = 0; time < times; time++) health.failed();
  };
  return { clock, health, fail };
}

describe("whether a replica is given calls", () => {
  it("is left out after three failures in a row, and a success in between counts anew", () => {
    const { health, fail } = setUp();
    fail(2);
    health.succeeded();
    fail(2);
    expect([health.state, health.isEligible]).toEqual(["ready", true]);
    fail(1);
    expect([health.state, health.isEligible]).toEqual(["ejected", false]);
  });

  it("is tried again after a while, twice as long each time, up to a minute", () => {
    const { clock, health, fail } = setUp();
    fail(3);
    for (const outMs of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
      clock.advance(outMs - 1);
      expect(health.isEligible).toBe(false);
      // Calls that were under way say nothing new.
      fail(5);
      clock.advance(1);
      expect([health.state, health.isEligible]).toEqual(["ejected", true]);
      fail(1);
    }
    clock.advance(60_000);
    health.succeeded();
    expect([health.state, health.isEligible]).toEqual(["ready", true]);
    expect(health.since).toBe(clock.now());
    fail(3);
    clock.advance(5_000);
    expect(health.isEligible).toBe(true);
  });

  it("is put back by its own word, and gets nothing while it drains", () => {
    const { health, fail } = setUp();
    fail(3);
    health.succeeded();
    expect(health.state).toBe("ready");
    health.drain(true);
    expect([health.state, health.isEligible]).toEqual(["draining", false]);
    health.drain(false);
    expect([health.state, health.isEligible]).toEqual(["ready", true]);
  });
});
