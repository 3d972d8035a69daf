import type { Clock } from "../core/clock.ts";

/**
 * Who tries again and again in vain is made to wait: with wrong tokens, or guessing what there may be. Counted by remote
 * address, of which whoever has one of IPv6 has as many as he likes within his network of 64 bits; in windows of a minute
 * from the first attempt. Nobody who asks for what is his is ever counted here.
 */

const windowMs = 60_000;
const trustMs = 3_600_000;
/** Those who began longest ago are forgotten first; a flood of addresses does not fill the memory. */
const mostAddresses = 10_000;

export class AttemptLimit {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #addresses = new Map<string, { count: number; readonly until: number }>();
  /** Until when those who were right are listened to whatever else comes from there. */
  readonly #trusted = new Map<string, number>();

  /** `most`: attempts within a minute that are answered. */
  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts one more; milliseconds to wait where it was one too many. */
  count(from: string): number | undefined {
    const address = placeOf(from);
    const now = this.#clock.monotonic();
    const known = this.#addresses.get(address);
    if (known !== undefined && known.until > now) {
      known.count += 1;
      return known.count > this.#most ? known.until - now : undefined;
    }
    this.#addresses.delete(address);
    this.#addresses.set(address, { count: 1, until: now + windowMs });
    if (this.#addresses.size > mostAddresses) this.#addresses.delete(this.#addresses.keys().next().value as string);
    return undefined;
  }

  /** Milliseconds for which nothing from there is looked at. Counts nothing. */
  waitOf(from: string): number | undefined {
    const address = placeOf(from);
    const now = this.#clock.monotonic();
    const known = this.#addresses.get(address);
    if (known === undefined || known.count <= this.#most || known.until <= now) return undefined;
    return (this.#trusted.get(address) ?? now) > now ? undefined : known.until - now;
  }

  /** Somebody there was right: for an hour others who are wrong there do not keep him out. */
  trust(from: string): void {
    const address = placeOf(from);
    this.#trusted.delete(address);
    this.#trusted.set(address, this.#clock.monotonic() + trustMs);
    if (this.#trusted.size > mostAddresses) this.#trusted.delete(this.#trusted.keys().next().value as string);
  }
}

/** The network of an address of IPv6 as its first four groups; any other address as it is. */
function placeOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [before = "", after] = address.split("::");
  const groups = before === "" ? [] : before.split(":");
  const behind = after === undefined || after === "" ? [] : after.split(":");
  const zeros = after === undefined ? [] : new Array<string>(Math.max(0, 8 - groups.length - behind.length)).fill("0");
  return [...groups, ...zeros, ...behind].slice(0, 4).join(":");
}
