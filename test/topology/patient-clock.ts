import { type Clock, systemClock } from "../../src/core/clock.ts";

/** Of look-ups, reads and writes. */
const deadlinesMs: ReadonlySet<number> = new Set([25, 50, 250]);

/** Five seconds, but for what follows. */
const ticks = 100;
const tickMs = 50;

/**
 * Deadlines are longer, for tests in which all nodes, their callers and the origin share one process, and are counted in
 * turns of its event loop: between any two of them answers are read that have come, so that a process that was busy for
 * seconds with a thousand calls does not take its store to be away.
 */
export const patientClock: Clock = {
  ...systemClock,
  after(delayMs, action) {
    if (!deadlinesMs.has(delayMs)) return systemClock.after(delayMs, action);
    let left = ticks;
    let cancel = systemClock.after(tickMs, tick);
    function tick(): void {
      left -= 1;
      if (left === 0) action();
      else cancel = systemClock.after(tickMs, tick);
    }
    return () => cancel();
  },
};
