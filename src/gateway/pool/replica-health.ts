import type { Clock } from "../../core/clock.ts";

/**
 * Whether a replica is given calls. It is left out after several failures in a row, for longer each time, and then given
 * calls again: the first that goes well puts it back for good, the first that fails leaves it out anew. What it says when
 * it is asked for its health counts alike. A replica that drains gets no new calls, whatever its health.
 */

export type ReplicaState = "ready" | "ejected" | "draining";

const mostFailures = 3;
const firstEjectionMs = 5_000;
const longestEjectionMs = 60_000;

export class ReplicaHealth {
  readonly #clock: Clock;
  #failures = 0;
  #ejections = 0;
  #ejectedUntilMs: number | undefined;
  #isDraining = false;
  /** Milliseconds since the epoch. */
  since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.since = clock.now();
  }

  get state(): ReplicaState {
    if (this.#isDraining) return "draining";
    return this.#ejectedUntilMs === undefined ? "ready" : "ejected";
  }

  /** Whether it may be tried: also when it was left out for long enough. */
  get isEligible(): boolean {
    if (this.#isDraining) return false;
    return this.#ejectedUntilMs === undefined || this.#ejectedUntilMs <= this.#clock.monotonic();
  }

  succeeded(): void {
    this.#failures = 0;
    this.#ejections = 0;
    if (this.#ejectedUntilMs === undefined) return;
    this.#ejectedUntilMs = undefined;
    this.since = this.#clock.now();
  }

  failed(): void {
    const wasOut = this.#ejectedUntilMs !== undefined;
    // What was sent before it was left out, and fails only now, says nothing new.
    if (wasOut && !this.isEligible) return;
    this.#failures++;
    if (!wasOut && this.#failures < mostFailures) return;
    const outMs = Math.min(longestEjectionMs, firstEjectionMs * 2 ** this.#ejections++);
    this.#ejectedUntilMs = this.#clock.monotonic() + outMs;
    if (!wasOut) this.since = this.#clock.now();
  }

  drain(isDraining: boolean): void {
    if (isDraining === this.#isDraining) return;
    this.#isDraining = isDraining;
    this.since = this.#clock.now();
  }
}
