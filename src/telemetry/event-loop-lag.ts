import { monitorEventLoopDelay } from "node:perf_hooks";

/**
 * The watchdog of the event loop: how late its timers fired. All calls of a process wait while one piece of work goes
 * on, so what is slow for everybody at once shows here. Node samples a timer of `resolutionMs`; what is measured
 * includes that interval, so it is taken off again. See `perf_hooks.monitorEventLoopDelay` in the documentation of Node.
 */

const resolutionMs = 10;

/** Seconds, since the last reading. */
export interface LagReading {
  readonly mean: number;
  readonly p99: number;
  readonly max: number;
}

/** Begins to watch, without keeping the process alive. Each call of what is returned begins anew. */
export function watchEventLoop(): () => LagReading {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  return () => {
    const isEmpty = delays.count === 0;
    const seconds = (nanoseconds: number) => (isEmpty ? 0 : Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000));
    const reading = { mean: seconds(delays.mean), p99: seconds(delays.percentile(99)), max: seconds(delays.max) };
    delays.reset();
    return reading;
  };
}
