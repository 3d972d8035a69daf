import { type CancelTimer, type Clock, systemClock } from "../../src/core/clock.ts";

/**
 * Real time that a test can push forward: it goes on by itself, so that deadlines end what hangs, and `skip` adds to it,
 * so that a minute need not be waited for. A skip fires the timers that are due by then, as for a process that was
 * stopped for so long.
 */
export class ShiftedClock implements Clock {
  #shiftMs = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return systemClock.now() + this.#shiftMs;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#shiftMs;
  }

  after(delayMs: number, action: () => void): CancelTimer {
    const timer: Timer = { dueAt: this.monotonic() + delayMs, action, cancel: () => {} };
    this.#timers.add(timer);
    this.#arm(timer);
    return () => {
      this.#timers.delete(timer);
      timer.cancel();
    };
  }

  skip(durationMs: number): void {
    this.#shiftMs += durationMs;
    for (const timer of [...this.#timers].sort((one, other) => one.dueAt - other.dueAt)) {
      timer.cancel();
      if (timer.dueAt <= this.monotonic()) this.#fire(timer);
      else if (this.#timers.has(timer)) this.#arm(timer);
    }
  }

  #arm(timer: Timer): void {
    timer.cancel = systemClock.after(Math.max(0, timer.dueAt - this.monotonic()), () => this.#fire(timer));
  }

  #fire(timer: Timer): void {
    if (this.#timers.delete(timer)) timer.action();
  }
}

interface Timer {
  readonly dueAt: number;
  readonly action: () => void;
  cancel: CancelTimer;
}
