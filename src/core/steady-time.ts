/**
 * The time of day for a process that must not be thrown off by a step of the system's clock: by NTP, by somebody, after the
 * machine was asleep. It goes on with the monotonic clock, and makes up for what the system's clock has gone ahead or behind
 * little by little, as `adjtime` does: nothing expires at once, and nothing is wrong for good. What would take years to make
 * up for, as for a process that was started before the machine had heard of the time, is made up for at once when the
 * system's clock has stood by it for an hour.
 *
 * It never goes back. Where it is ahead it goes at half its speed, where it is behind at twice its speed: what is allowed so
 * often in a minute is never allowed more than twice as often.
 */

/** How long what it is off by is believed before the system's clock is read again. */
const readAgainMs = 1_000;
/** Within this it is right: both clocks are read one after the other, and one of them counts whole milliseconds. */
const toleranceMs = 20;

/** From so far behind on it is not somebody's clock that was set, but one that had not been. */
const farBehindMs = 7 * 24 * 3_600_000;
const stoodByMs = 3_600_000;

export interface TimeSources {
  /** Milliseconds since the Unix epoch, as the system has them at this moment. */
  wall(): number;
  /** Milliseconds from any origin; never goes back. */
  monotonic(): number;
}

export class SteadyTime {
  readonly #sources: TimeSources;
  /** What it was when the system's clock was read, and by how much that was ahead. */
  #at: number;
  #readAt: number;
  #aheadMs = 0;
  /** Since when, by the monotonic clock, the system's clock has been far ahead. */
  #farSince: number | undefined;

  constructor(sources: TimeSources) {
    this.#sources = sources;
    this.#readAt = sources.monotonic();
    this.#at = sources.wall();
  }

  now(): number {
    const monotonic = this.#sources.monotonic();
    const passedMs = Math.max(0, monotonic - this.#readAt);
    const now = this.#at + passedMs + this.#madeUp(passedMs);
    if (passedMs >= readAgainMs) this.#read(now, monotonic);
    return now;
  }

  #madeUp(passedMs: number): number {
    if (this.#aheadMs === 0) return 0;
    return Math.max(-passedMs / 2, Math.min(passedMs, this.#aheadMs));
  }

  #read(now: number, monotonic: number): void {
    const aheadMs = this.#sources.wall() - now;
    this.#farSince = aheadMs < farBehindMs ? undefined : (this.#farSince ?? monotonic);
    const isBelieved = this.#farSince !== undefined && monotonic - this.#farSince >= stoodByMs;
    this.#at = isBelieved ? now + aheadMs : now;
    this.#readAt = monotonic;
    this.#aheadMs = isBelieved || Math.abs(aheadMs) <= toleranceMs ? 0 : aheadMs;
  }
}
