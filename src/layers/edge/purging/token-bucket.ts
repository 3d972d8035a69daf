import type { PurgePace } from "./purge-adapter.ts";

/** A bucket of tokens: it holds `burst` of them at most, and gets one every `everyMs`. */
export class TokenBucket {
  readonly #pace: PurgePace;
  #tokens: number;
  #filledAt: number;

  /** Full at `now`, in milliseconds of a clock that never goes back. */
  constructor(pace: PurgePace, now: number) {
    this.#pace = pace;
    this.#tokens = pace.burst;
    this.#filledAt = now;
  }

  /** Takes one and returns 0, or returns in how many milliseconds there is one. */
  take(now: number): number {
    const { burst, everyMs } = this.#pace;
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filledAt) / everyMs);
    this.#filledAt = now;
    // What is missing by less than a millisecond's worth is there: timers are no finer.
    if (this.#tokens < 1 - 1e-9) return Math.max(1, Math.ceil((1 - this.#tokens) * everyMs));
    this.#tokens -= 1;
    return 0;
  }
}
