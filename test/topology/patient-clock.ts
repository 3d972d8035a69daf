import { type Clock, systemClock } from "../../src/core/clock.ts";

/** Of look-ups, reads and writes. */
const deadlinesMs: ReadonlySet<number> = new Set([25, 50, 250]);

/** Deadlines are longer, for tests in which all nodes, their callers and the origin share one process. */
export const patientClock: Clock = {
  ...systemClock,
  after: (delayMs, action) => systemClock.after(deadlinesMs.has(delayMs) ? 2_000 : delayMs, action),
};
