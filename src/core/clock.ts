import { SteadyTime } from "./steady-time.ts";

/**
 * The only place that knows time and chance. Everything else is handed a `Clock` and a `Random`.
 *
 * `now()` is the wall clock, carried on by the monotonic clock, so a step of the wall clock (NTP, an operator, a leap)
 * neither expires every entry at once nor makes one immortal while the process runs; see `SteadyTime`.
 */

/** Cancels a timer; calling it twice, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

export interface Clock {
  /** Milliseconds since the Unix epoch; never goes back within a process. */
  now(): number;
  /** The same as the system has it at this moment: right at once after a step, and wrong after a wrong one. Default `now()`. */
  wall?(): number;
  /** Milliseconds from an arbitrary origin, for durations only. */
  monotonic(): number;
  /** Calls `action` once after `delayMs`. The timer does not keep the process alive. */
  after(delayMs: number, action: () => void): CancelTimer;
}

export interface Random {
  /** `length` bytes that cannot be guessed. */
  bytes(length: number): Uint8Array;
  /** A number in [0, 1), for jitter and choices that are not secrets. */
  fraction(): number;
}

/** By whichever is ahead: what has ended has ended, though this process still makes up for the time that it was behind. */
export function latestTime(clock: Pick<Clock, "now" | "wall">): number {
  return Math.max(clock.now(), clock.wall?.() ?? Number.NEGATIVE_INFINITY);
}

/**
 * As `after` of `clock`, but not before what has come by then from other processes was read, a whole turn of the event loop
 * later: for who asks whether somebody has answered in time. A process that was busy for so long finds its timers due first.
 */
export function afterReading(clock: Pick<Clock, "after">, delayMs: number, action: () => void): CancelTimer {
  let reading: NodeJS.Immediate | undefined;
  const cancel = clock.after(delayMs, () => {
    reading = setImmediate(() => {
      reading = setImmediate(action);
    });
  });
  return () => {
    cancel();
    clearImmediate(reading);
  };
}

/** What a timer of the platform can hold; a longer one would fire at once. */
const longestTimerMs = 0x7fff_ffff;

const time = new SteadyTime({ wall: () => Date.now(), monotonic: () => performance.now() });

export const systemClock: Clock = {
  now: () => time.now(),
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, action) {
    let timer: ReturnType<typeof setTimeout>;
    const arm = (leftMs: number): void => {
      const next = leftMs > longestTimerMs ? () => arm(leftMs - longestTimerMs) : action;
      timer = setTimeout(next, Math.min(leftMs, longestTimerMs));
      timer.unref?.();
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  fraction: () => Math.random(),
};

/** A clock for tests: time stands still until `advance` is called, which fires due timers in order. */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;
  #timers = new Set<{ readonly dueAt: number; readonly action: () => void }>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(delayMs: number, action: () => void): CancelTimer {
    const timer = { dueAt: this.#monotonic + Math.max(0, delayMs), action };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves time forward by `durationMs`, firing each timer at its own instant. */
  advance(durationMs: number): void {
    const until = this.#monotonic + durationMs;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.dueAt <= until).sort((a, b) => a.dueAt - b.dueAt)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      const step = Math.max(0, due.dueAt - this.#monotonic);
      this.#monotonic += step;
      this.#now += step;
      due.action();
    }
    this.#now += until - this.#monotonic;
    this.#monotonic = until;
  }
}
