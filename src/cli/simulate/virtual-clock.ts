import type { CancelTimer, Clock } from "../../core/clock.ts";

/**
 * Time that passes only when it is told to. Timers stand in a binary heap by the instant at which they are due and, of
 * one instant, in the order in which they were set; those that were cancelled stay until they are met, or until they are
 * more than half of all. Whoever moves the time on does it timer by timer, so that what one of them sets off is over
 * before the next one fires.
 */

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly action: () => void;
  isCancelled: boolean;
}

/** Fewer than this are not worth sweeping. */
const fewTimers = 1_000;

export class VirtualClock implements Clock {
  readonly #beganAt: number;
  #now: number;
  #heap: Timer[] = [];
  #order = 0;
  #cancelled = 0;

  /** `now`: milliseconds since the epoch. */
  constructor(now: number) {
    this.#beganAt = now;
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#beganAt;
  }

  after(delayMs: number, action: () => void): CancelTimer {
    const timer: Timer = { dueAt: this.#now + Math.max(0, delayMs), order: this.#order++, action, isCancelled: false };
    this.#add(timer);
    return () => {
      if (timer.isCancelled) return;
      timer.isCancelled = true;
      this.#cancelled++;
      if (this.#heap.length > fewTimers && this.#cancelled * 2 > this.#heap.length) this.#sweep();
    };
  }

  /** When the next timer is due; `undefined` when none is set. */
  get nextAt(): number | undefined {
    while (this.#heap[0]?.isCancelled === true) this.#take();
    return this.#heap[0]?.dueAt;
  }

  /** Moves on to the next timer and fires it. */
  fireNext(): void {
    if (this.nextAt === undefined) return;
    const timer = this.#take() as Timer;
    this.#now = Math.max(this.#now, timer.dueAt);
    // To cancel it from now on does nothing.
    timer.isCancelled = true;
    timer.action();
  }

  /** Moves on to an instant; no timer may be due before it. */
  moveTo(instant: number): void {
    this.#now = Math.max(this.#now, instant);
  }

  #add(timer: Timer): void {
    const heap = this.#heap;
    let place = heap.push(timer) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(timer, heap[above] as Timer)) break;
      heap[place] = heap[above] as Timer;
      place = above;
    }
    heap[place] = timer;
  }

  #take(): Timer | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first?.isCancelled === true) this.#cancelled--;
    if (heap.length === 0 || last === undefined) return first;
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Timer, heap[below] as Timer)) below++;
      if (!isBefore(heap[below] as Timer, last)) break;
      heap[place] = heap[below] as Timer;
      place = below;
    }
    heap[place] = last;
    return first;
  }

  #sweep(): void {
    const alive = this.#heap.filter(({ isCancelled }) => !isCancelled);
    this.#heap = [];
    this.#cancelled = 0;
    for (const timer of alive) this.#add(timer);
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.dueAt < other.dueAt || (one.dueAt === other.dueAt && one.order < other.order);
}
