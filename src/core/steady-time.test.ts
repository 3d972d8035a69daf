import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SteadyTime } from "./steady-time.ts";

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];

function world(start = Date.UTC(2026, 0, 1)) {
  const hands = { wall: start, monotonic: 5_000 };
  const time = new SteadyTime({ wall: () => Math.floor(hands.wall), monotonic: () => hands.monotonic });
  const passes = (ms: number): void => {
    hands.wall += ms;
    hands.monotonic += ms;
  };
  /** Somebody asks once a second. */
  const runs = (ms: number): number => {
    for (let passed = 0; passed < ms; passed += second) {
      passes(second);
      time.now();
    }
    return time.now();
  };
  const steps = (ms: number): void => {
    hands.wall += ms;
  };
  const offBy = (): number => Math.abs(hands.wall - time.now());
  return { hands, time, passes, runs, steps, offBy };
}

describe("the time of day of a process (T1)", () => {
  it.each([hour, day, -hour, -day])("is not thrown off by a step of %i ms", (step) => {
    const { time, passes, steps } = world();
    const before = time.now();
    passes(2 * second);
    time.now();
    steps(step);
    expect(time.now() - before).toBe(2 * second);
    for (let passed = 0; passed < 10; passed++) {
      const from = time.now();
      passes(second);
      const went = time.now() - from;
      expect(went).toBeGreaterThanOrEqual(second / 2);
      expect(went).toBeLessThanOrEqual(2 * second);
    }
  });

  it.each([second, hour, day])("is right again after as long as it was behind, %i ms", (step) => {
    const { runs, steps, offBy } = world();
    steps(step);
    runs(step + minute);
    expect(offBy()).toBeLessThanOrEqual(20);
  });

  it.each([second, hour, day])("is right again after twice as long as it was ahead, %i ms", (step) => {
    const { runs, steps, offBy } = world();
    steps(-step);
    runs(2 * step + minute);
    expect(offBy()).toBeLessThanOrEqual(20);
  });

  it("makes up for no more than it was behind, however long nobody asks", () => {
    const { time, passes, steps, offBy, hands } = world();
    passes(second);
    time.now();
    steps(minute);
    passes(second);
    time.now();
    passes(30 * day);
    expect(Math.abs(time.now() - hands.wall)).toBeLessThanOrEqual(20);
    expect(offBy()).toBeLessThanOrEqual(20);
  });

  it("forgets a step that was taken back", () => {
    const { runs, steps, offBy } = world();
    steps(day);
    runs(10 * second);
    steps(-day);
    runs(minute);
    expect(offBy()).toBeLessThanOrEqual(20);
  });

  it("is right an hour after a machine has heard of the time at last", () => {
    const { runs, steps, offBy } = world(0);
    steps(56 * 365 * day);
    runs(hour - minute);
    expect(offBy()).toBeGreaterThan(day);
    runs(2 * minute);
    expect(offBy()).toBeLessThanOrEqual(20);
  });

  it("does not believe years that are taken back within the hour", () => {
    const { runs, steps, offBy } = world();
    for (const step of [3_650 * day, -3_650 * day]) {
      steps(step);
      runs(hour / 2);
    }
    runs(hour);
    expect(offBy()).toBeLessThanOrEqual(20);
  });

  it("never goes back, and goes neither slower nor faster than it may, whatever the clocks do", () => {
    const happening = fc.record({
      pause: fc.integer({ min: 0, max: 2 * hour }),
      step: fc.oneof(fc.constant(0), fc.integer({ min: -2 * day, max: 2 * day })),
    });
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const { time, passes, steps } = world();
        let last = time.now();
        for (const { pause, step } of happenings) {
          steps(step);
          passes(pause);
          const now = time.now();
          expect(now - last).toBeGreaterThanOrEqual(pause / 2 - 1);
          expect(now - last).toBeLessThanOrEqual(2 * pause + 1);
          last = now;
        }
      }),
      { seed: 1 },
    );
  });
});
