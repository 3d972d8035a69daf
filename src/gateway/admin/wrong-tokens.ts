import type { Clock } from "../../core/clock.ts";

/**
 * Who shows wrong tokens again and again is made to wait. Counted by remote address, in windows of a minute from the
 * first wrong one. Nobody who shows the right token is ever asked here.
 */

const mostWrong = 10;
const windowMs = 60_000;
/** Those who began longest ago are forgotten first; a flood of addresses does not fill the memory. */
const mostAddresses = 10_000;

export class WrongTokens {
  readonly #clock: Clock;
  readonly #addresses = new Map<string, { count: number; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one more; milliseconds to wait where it was one too many. */
  count(address: string): number | undefined {
    const now = this.#clock.monotonic();
    const known = this.#addresses.get(address);
    if (known !== undefined && known.until > now) {
      known.count += 1;
      return known.count > mostWrong ? known.until - now : undefined;
    }
    this.#addresses.delete(address);
    this.#addresses.set(address, { count: 1, until: now + windowMs });
    if (this.#addresses.size > mostAddresses) this.#addresses.delete(this.#addresses.keys().next().value as string);
    return undefined;
  }
}
