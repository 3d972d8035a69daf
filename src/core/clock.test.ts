import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ManualClock, systemClock, systemRandom } from "./clock.ts";

afterEach(() => vi.useRealTimers());

describe("systemClock", () => {
  it("tells the time of day, which never goes back (T1)", () => {
    const before = Date.now();
    const first = systemClock.now();
    expect(Math.abs(first - before)).toBeLessThan(60_000);
    for (let last = first, step = 0; step < 1_000; step++) {
      const next = systemClock.now();
      expect(next).toBeGreaterThanOrEqual(last);
      last = next;
    }
  });

  it("does not follow a step of the wall clock, forward or back (T1)", () => {
    const before = systemClock.now();
    for (const step of [3_600_000, -3_600_000]) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + step });
      expect(Math.abs(systemClock.now() - before)).toBeLessThan(60_000);
      vi.useRealTimers();
    }
  });

  it("fires once, and not at all when cancelled", () => {
    vi.useFakeTimers();
    let fired = 0;
    const cancel = systemClock.after(10, () => fired++);
    systemClock.after(10, () => fired++);
    cancel();
    cancel();
    vi.advanceTimersByTime(100);
    expect(fired).toBe(1);
  });

  it("keeps to delays beyond what a platform timer can hold", () => {
    vi.useFakeTimers();
    const month = 30 * 86_400_000;
    let fired = 0;
    systemClock.after(month, () => fired++);
    systemClock.after(Number.POSITIVE_INFINITY, () => fired++);
    const cancel = systemClock.after(month, () => fired++);
    vi.advanceTimersByTime(month - 1);
    expect(fired).toBe(0);
    cancel();
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    vi.advanceTimersByTime(4 * month);
    expect(fired).toBe(1);
  });
});

describe("systemRandom", () => {
  it("gives as many bytes as asked, different each time, and fractions below one", () => {
    expect(systemRandom.bytes(12)).toHaveLength(12);
    expect(systemRandom.bytes(32)).not.toEqual(systemRandom.bytes(32));
    for (let count = 0; count < 100; count++) {
      const fraction = systemRandom.fraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
    }
  });
});

describe("ManualClock", () => {
  it("stands still until it is advanced, and moves both hands alike", () => {
    const clock = new ManualClock(1_000);
    expect([clock.now(), clock.monotonic()]).toEqual([1_000, 0]);
    clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([1_250, 250]);
  });

  it("fires timers in the order of their instants, each at its own, those set meanwhile too", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 20 }), (delays) => {
        const clock = new ManualClock();
        const fired: number[] = [];
        for (const delay of delays) {
          clock.after(delay, () => {
            expect(clock.monotonic()).toBe(delay);
            fired.push(delay);
            clock.after(1_000, () => fired.push(clock.monotonic()));
          });
        }
        clock.advance(100);
        const sorted = [...delays].sort((a, b) => a - b);
        expect(fired).toEqual(sorted);
        clock.advance(1_000);
        expect(fired).toEqual([...sorted, ...sorted.map((delay) => delay + 1_000)]);
      }),
      { seed: 1 },
    );
  });

  it("does not fire what was cancelled", () => {
    const clock = new ManualClock();
    let fired = 0;
    const cancel = clock.after(5, () => fired++);
    cancel();
    clock.advance(10);
    expect(fired).toBe(0);
  });
});
