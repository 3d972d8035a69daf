import type { Cost } from "../core/cost.ts";
import { picodollarsPerDollar } from "../core/money.ts";

/**
 * What may be spent in a day on computing answers that were served for like questions all the same, to see whether they
 * were right.
 */
export class AuditBudget {
  readonly #perDay: number;
  #day = 0;
  #spent = 0;

  /** `usdPerDay` in US dollars; 0 for nothing. */
  constructor(usdPerDay: number) {
    this.#perDay = usdPerDay * picodollarsPerDollar;
  }

  allows(now: number): boolean {
    const day = Math.floor(now / dayMs);
    if (day !== this.#day) {
      this.#day = day;
      this.#spent = 0;
    }
    return this.#spent < this.#perDay;
  }

  /** What one such answer cost; one without a price is taken for the thousandth part of the day's budget. */
  spend({ price }: Cost): void {
    this.#spent += price?.picodollars ?? this.#perDay / 1000;
  }
}

const dayMs = 24 * 60 * 60 * 1000;
