import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "./virtual-clock.ts";

test("timers fire at their instants, of one instant in the order in which they were set, cancelled ones never", () => {
  const delays = fc.array(fc.record({ delay: fc.nat(50), cancelled: fc.boolean() }), { maxLength: 3_000, size: "max" });
  fc.assert(
    fc.property(delays, (timers) => {
      const clock = new VirtualClock(1_000);
      const fired: number[] = [];
      const cancels = timers.map(({ delay }, index) =>
        clock.after(delay, () => {
          expect(clock.now()).toBe(1_000 + delay);
          expect(clock.monotonic()).toBe(delay);
          fired.push(index);
        }),
      );
      for (const [index, { cancelled }] of timers.entries()) if (cancelled) cancels[index]?.();
      while (clock.nextAt !== undefined) clock.fireNext();
      const expected = [...timers.entries()]
        .filter(([, { cancelled }]) => !cancelled)
        .sort(([one, { delay: a }], [other, { delay: b }]) => a - b || one - other)
        .map(([index]) => index);
      expect(fired).toEqual(expected);
    }),
    { seed: 20_260_101, numRuns: 30 },
  );
});

test("a timer that sets another one at once does not hold up time, and time does not go back", () => {
  const clock = new VirtualClock(0);
  const seen: number[] = [];
  clock.after(5, () => clock.after(-3, () => seen.push(clock.now())));
  clock.moveTo(4);
  clock.fireNext();
  clock.fireNext();
  clock.moveTo(1);
  expect(seen).toEqual([5]);
  expect(clock.now()).toBe(5);
  expect(clock.nextAt).toBeUndefined();
});
