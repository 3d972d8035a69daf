import { VirtualClock } from "../../src/cli/simulate/virtual-clock.ts";
import type { CancelTimer, Clock } from "../../src/core/clock.ts";
import { systemClock } from "../../src/core/clock.ts";

/**
 * The time of the day that is played. Instants and timers are virtual: the day goes from one timer to the next, and
 * stands still while anything is at work that needs no time of its own, be it here, in the thread that writes the store
 * or at the other end of a connection. What a piece of work takes is what it really takes, in the day as well: the time
 * until a hit is measured, only the model's slowness is made up.
 */
export class DayTime implements Clock {
  readonly #virtual: VirtualClock;
  readonly #work = new Set<Promise<unknown>>();

  /** Milliseconds since the epoch. */
  constructor(beginsAt: number) {
    this.#virtual = new VirtualClock(beginsAt);
  }

  /** For parts with a thread of their own: they are woken by real timers, and read the instants of the day. */
  get forThreads(): Clock {
    return { ...systemClock, now: () => this.now() };
  }

  now(): number {
    return this.#virtual.now();
  }

  monotonic(): number {
    return this.#virtual.monotonic() + performance.now();
  }

  after(delayMs: number, action: () => void): CancelTimer {
    return this.#virtual.after(delayMs, action);
  }

  /** Has `action` done at an instant. */
  at(instant: number, action: () => void): void {
    this.after(instant - this.now(), action);
  }

  pass(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.after(durationMs, resolve));
  }

  /** The day stands still until this is settled. */
  hold<Result>(work: Promise<Result>): Promise<Result> {
    const settled: Promise<unknown> = work.then(
      () => this.#work.delete(settled),
      () => this.#work.delete(settled),
    );
    this.#work.add(settled);
    return work;
  }

  /** The same object, whose promises hold the day. */
  holding<Thing extends object>(thing: Thing): Thing {
    return new Proxy(thing, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...parameters: unknown[]) => {
          const result: unknown = Reflect.apply(value, target, parameters);
          return result instanceof Promise ? this.hold(result) : result;
        };
      },
    });
  }

  /** Lives through the time until `instant`. */
  async liveUntil(instant: number): Promise<void> {
    await this.#still();
    for (let next = this.#virtual.nextAt; next !== undefined && next <= instant; next = this.#virtual.nextAt) {
      this.#virtual.fireNext();
      await this.#still();
    }
    this.#virtual.moveTo(instant);
  }

  async #still(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns; quiet++) {
      while (this.#work.size > 0) {
        await Promise.race(this.#work);
        quiet = 0;
      }
      await nextTurn();
    }
  }
}

/** What compares long texts does so in pieces, one a turn, and holds nothing meanwhile. */
const quietTurns = 16;

/** Everything that was resolved has run by then. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
