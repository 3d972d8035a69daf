import type { Clock } from "./clock.ts";

/** A failure may hold the body of an answer, so few are kept, and none longer than it stands and another one comes. */
const mostFailures = 1_000;

/**
 * At most one flight per key. Whoever finds a flight joins it; whoever does not starts one. A flight is released by
 * identity, so a late release never removes its successor. When a flight that others had joined fails, its failure
 * stands for a short back-off counted from that moment: a failing origin is asked once, not by every waiter in turn.
 */
export class SingleFlight<T extends object, F> {
  readonly #clock: Clock;
  readonly #backoffMs: number;
  readonly #flights = new Map<string, T>();
  readonly #failures = new Map<string, { readonly failure: F; readonly until: number }>();

  constructor(clock: Clock, backoffMs: number) {
    this.#clock = clock;
    this.#backoffMs = backoffMs;
  }

  get size(): number {
    return this.#flights.size;
  }

  all(): IterableIterator<T> {
    return this.#flights.values();
  }

  /** The flight to join, if one is in the air. */
  current(key: string): T | undefined {
    return this.#flights.get(key);
  }

  begin(key: string, flight: T): void {
    this.#flights.set(key, flight);
  }

  /** Ends the flight for those who come later. */
  release(key: string, flight: T): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }

  /** Lets `failure` stand for the back-off. */
  share(key: string, failure: F): void {
    if (this.#backoffMs <= 0) return;
    this.#forgetExpired();
    // Behind all others, so that the failures stand in the order in which they expire.
    this.#failures.delete(key);
    this.#failures.set(key, { failure, until: this.#clock.monotonic() + this.#backoffMs });
  }

  /** How many failures are remembered. */
  get standing(): number {
    return this.#failures.size;
  }

  /** The failure that still stands for `key`. */
  failure(key: string): F | undefined {
    if (this.#failures.size === 0) return undefined;
    const known = this.#failures.get(key);
    if (known === undefined) return undefined;
    if (this.#clock.monotonic() < known.until) return known.failure;
    this.#failures.delete(key);
    return undefined;
  }

  #forgetExpired(): void {
    const now = this.#clock.monotonic();
    for (const [key, known] of this.#failures) {
      // When everything still stands, the oldest goes rather than that the memory grows.
      if (known.until > now && this.#failures.size < mostFailures) break;
      this.#failures.delete(key);
    }
  }
}
