import { describe, expect, it } from "vitest";
import { type BreakerState, CircuitBreaker, REFUSED } from "./circuit-breaker.ts";
import { ManualClock } from "./clock.ts";

function setUp() {
  const clock = new ManualClock();
  const changes: BreakerState[] = [];
  const breaker = new CircuitBreaker({
    clock,
    minimumFailures: 3,
    openMs: 1_000,
    windowMs: 10_000,
    onChange: (state) => changes.push(state),
  });
  const fail = (times: number) => {
    for (let i = 0; i < times; i += 1) breaker.failed(breaker.enter());
  };
  return { clock, breaker, changes, fail };
}

describe("CircuitBreaker", () => {
  it("stays closed below the minimum of failures", () => {
    const { breaker, fail } = setUp();
    fail(2);
    expect(breaker.state).toBe("closed");
    expect(breaker.enter()).not.toBe(REFUSED);
  });

  it("opens under load when nothing succeeds any more, whatever succeeded before (R2, R3)", () => {
    const { breaker, clock, fail } = setUp();
    for (let call = 0; call < 1_000; call++) breaker.succeeded(breaker.enter());
    // All at once may be a pause of this process.
    fail(20);
    expect(breaker.state).toBe("closed");
    clock.advance(99);
    fail(1);
    expect(breaker.state).toBe("closed");
    breaker.succeeded(breaker.enter());
    fail(2);
    clock.advance(100);
    expect(breaker.state).toBe("closed");
    fail(1);
    expect(breaker.state).toBe("open");
  });

  it("opens at the minimum and refuses", () => {
    const { breaker, fail } = setUp();
    fail(3);
    expect(breaker.state).toBe("open");
    expect(breaker.enter()).toBe(REFUSED);
  });

  it("does not open while most calls succeed", () => {
    const { breaker, fail } = setUp();
    for (let i = 0; i < 10; i += 1) breaker.succeeded(breaker.enter());
    fail(9);
    expect(breaker.state).toBe("closed");
    fail(1);
    expect(breaker.state).toBe("open");
  });

  it("forgets failures of an earlier window", () => {
    const { breaker, clock, fail } = setUp();
    fail(2);
    clock.advance(10_000);
    fail(2);
    expect(breaker.state).toBe("closed");
  });

  it("lets one probe through after the pause, and closes when it succeeds", () => {
    const { breaker, clock, changes, fail } = setUp();
    fail(3);
    clock.advance(999);
    expect(breaker.enter()).toBe(REFUSED);
    clock.advance(1);
    const probe = breaker.enter();
    expect(probe).not.toBe(REFUSED);
    expect(breaker.state).toBe("half-open");
    expect(breaker.enter()).toBe(REFUSED);
    breaker.succeeded(probe);
    expect(breaker.state).toBe("closed");
    expect(changes).toEqual(["open", "half-open", "closed"]);
  });

  it("opens again for a whole pause when the probe fails", () => {
    const { breaker, clock, fail } = setUp();
    fail(3);
    clock.advance(1_000);
    breaker.failed(breaker.enter());
    expect(breaker.state).toBe("open");
    clock.advance(999);
    expect(breaker.enter()).toBe(REFUSED);
    clock.advance(1);
    expect(breaker.enter()).not.toBe(REFUSED);
  });

  it("gives up a probe that never reports", () => {
    const { breaker, clock, fail } = setUp();
    fail(3);
    clock.advance(1_000);
    const lost = breaker.enter();
    clock.advance(1_000);
    const next = breaker.enter();
    expect(next).not.toBe(REFUSED);
    breaker.succeeded(lost);
    expect(breaker.state).toBe("half-open");
    breaker.succeeded(next);
    expect(breaker.state).toBe("closed");
  });

  it("is not closed by a call that began before it opened", () => {
    const { breaker, clock, fail } = setUp();
    const early = breaker.enter();
    fail(3);
    breaker.succeeded(early);
    expect(breaker.state).toBe("open");
    clock.advance(1_000);
    breaker.enter();
    breaker.succeeded(early);
    breaker.failed(early);
    expect(breaker.state).toBe("half-open");
  });
});
