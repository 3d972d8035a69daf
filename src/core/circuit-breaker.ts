/**
 * A circuit breaker: closed, open, half-open (M. Nygard, "Release It!", chapter 5).
 *
 * Closed, every call passes. It opens when, since the beginning of the current window, at least `minimumFailures`
 * calls failed and they are at least `failureRatio` of all; and however many succeeded before, when so many failed and
 * none succeeded for `silenceMs`, so that an outage under load is not outweighed by what went before it. Open, every call is refused for `openMs`; then one call
 * at a time is let through as a probe. A probe that succeeds closes the circuit, one that fails opens it again, and
 * one that never reports is given up after another `openMs`.
 *
 * `enter` hands out a pass, a number that changes with every change of state. A result reported with an older pass
 * is only counted: a call that began before the outage and ends during it cannot close the circuit.
 * The caller reports failures before it swallows them, so that a swallowed error counts like any other.
 */

import type { Clock } from "./clock.ts";

export type BreakerState = "closed" | "open" | "half-open";

export interface BreakerOptions {
  readonly clock: Clock;
  /** Failures within a window that are needed to open. Default 5. */
  readonly minimumFailures?: number;
  /** The share of failures among the calls of the window that is needed to open. Default 0.5. */
  readonly failureRatio?: number;
  /** How long nothing but failures is an outage, in milliseconds. Default 100. */
  readonly silenceMs?: number;
  /** Length of a window in milliseconds. Default 10,000. */
  readonly windowMs?: number;
  /** How long calls are refused before a probe, in milliseconds. Default 1,000. */
  readonly openMs?: number;
  readonly onChange?: (state: BreakerState) => void;
}

/** What `enter` returns when the call must not be made. */
export const REFUSED = 0;

export class CircuitBreaker {
  readonly #options: Required<Omit<BreakerOptions, "onChange">>;
  readonly #onChange: ((state: BreakerState) => void) | undefined;
  #state: BreakerState = "closed";
  #pass = 1;
  #changedAt = 0;
  #windowBegan: number;
  #successes = 0;
  #failures = 0;
  /** Since the last success. */
  #inARow = 0;
  #firstOfRowAt = 0;

  constructor({ onChange, ...options }: BreakerOptions) {
    this.#options = {
      minimumFailures: 5,
      failureRatio: 0.5,
      silenceMs: 100,
      windowMs: 10_000,
      openMs: 1_000,
      ...options,
    };
    this.#onChange = onChange;
    this.#windowBegan = options.clock.monotonic();
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** A pass for one call, or `REFUSED`. Report its end by `succeeded` or `failed` with that pass. */
  enter(): number {
    if (this.#state === "closed") return this.#pass;
    // Open, or half-open with a probe under way: either lasts for `openMs` and then makes room for a new probe.
    if (this.#options.clock.monotonic() - this.#changedAt < this.#options.openMs) return REFUSED;
    this.#become("half-open");
    return this.#pass;
  }

  succeeded(pass: number): void {
    if (pass !== this.#pass) return;
    this.#inARow = 0;
    if (this.#state === "closed") this.#successes += 1;
    else this.#become("closed");
  }

  failed(pass: number): void {
    if (pass !== this.#pass) return;
    if (this.#state !== "closed") {
      this.#become("open");
      return;
    }
    const { clock, windowMs, minimumFailures, failureRatio, silenceMs } = this.#options;
    if (clock.monotonic() - this.#windowBegan >= windowMs) this.#beginWindow();
    this.#inARow += 1;
    if (this.#inARow === 1) this.#firstOfRowAt = clock.monotonic();
    const isSilent = this.#inARow >= minimumFailures && clock.monotonic() - this.#firstOfRowAt >= silenceMs;
    this.#failures += 1;
    const enough = this.#failures >= failureRatio * (this.#failures + this.#successes);
    if (isSilent || (this.#failures >= minimumFailures && enough)) this.#become("open");
  }

  #beginWindow(): void {
    this.#inARow = 0;
    this.#windowBegan = this.#options.clock.monotonic();
    this.#successes = 0;
    this.#failures = 0;
  }

  #become(state: BreakerState): void {
    const changed = state !== this.#state;
    this.#state = state;
    this.#pass += 1;
    this.#changedAt = this.#options.clock.monotonic();
    this.#beginWindow();
    if (changed) this.#onChange?.(state);
  }
}
