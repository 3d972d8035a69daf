import { LRUCache } from "lru-cache";
import type { Clock } from "../core/clock.ts";

/**
 * Which of the requests without the right token are logged: the first of an address, and then one a minute that says how
 * many there were. Who has many addresses is no way to fill the disk either: beyond so many lines a minute none is logged,
 * and the next one says how many were left out.
 */

const windowMs = 60_000;
const mostAddresses = 1_000;
const mostLines = 30;

/** What a line is to say. */
export interface FailedLogin {
  /** From this address since the line before, this one included. */
  readonly attempts: number;
  /** From addresses that had no line of their own, since the line before of any. */
  readonly others: number;
}

export class FailedLogins {
  readonly #clock: Clock;
  readonly #addresses = new LRUCache<string, { until: number; attempts: number }>({ max: mostAddresses });
  #window = { until: 0, lines: 0 };
  #others = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `undefined`: it is only counted. */
  count(address: string): FailedLogin | undefined {
    const now = this.#clock.monotonic();
    const known = this.#addresses.get(address) ?? { until: 0, attempts: 0 };
    known.attempts += 1;
    this.#addresses.set(address, known);
    if (now < known.until) return undefined;
    if (now >= this.#window.until) this.#window = { until: now + windowMs, lines: 0 };
    if (this.#window.lines >= mostLines) {
      this.#others += 1;
      return undefined;
    }
    this.#window.lines += 1;
    const told = { attempts: known.attempts, others: this.#others };
    this.#others = 0;
    Object.assign(known, { until: now + windowMs, attempts: 0 });
    return told;
  }
}
