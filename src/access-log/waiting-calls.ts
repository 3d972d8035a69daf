import { shareOf } from "../core/fair-share.ts";

/**
 * What waits to be written, in the order in which it came, bounded by its bytes. When it is full, whoever has more than a
 * fair share of it loses what came last of his own, so that a tenant that floods the log does not keep the lines of others
 * out of it.
 */

interface Waiting<T> {
  readonly tenant: string;
  readonly call: T;
  readonly bytes: number;
}

/** What there is of a call besides its bodies. */
const bytesOfEach = 1_024;

export class WaitingCalls<T> {
  readonly #mostBytes: number;
  #waiting: Waiting<T>[] = [];
  #bytes = 0;
  readonly #ofTenants = new Map<string, number>();

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** `bytes`: of its bodies. How many calls had no room, this one perhaps among them. */
  push(tenant: string, call: T, bodyBytes: number): number {
    const bytes = bodyBytes + bytesOfEach;
    if (bytes > this.#mostBytes) return 1;
    const own = (this.#ofTenants.get(tenant) ?? 0) + bytes;
    let dropped = 0;
    while (this.#bytes + bytes > this.#mostBytes) {
      const tenants = this.#ofTenants.size + (this.#ofTenants.has(tenant) ? 0 : 1);
      const [most, has] = this.#greatest();
      if (own > shareOf(this.#mostBytes, tenants) || most === tenant || has <= own) return dropped + 1;
      this.#dropLastOf(most);
      dropped += 1;
    }
    this.#waiting.push({ tenant, call, bytes });
    this.#count(tenant, bytes);
    return dropped;
  }

  /** The first few, or one that is large. */
  take(most: number, mostBytes: number): readonly T[] {
    let [count, bytes] = [0, 0];
    for (const one of this.#waiting.slice(0, most)) {
      if (count > 0 && bytes + one.bytes > mostBytes) break;
      bytes += one.bytes;
      count++;
    }
    const taken = this.#waiting.splice(0, count);
    for (const one of taken) this.#count(one.tenant, -one.bytes);
    return taken.map(({ call }) => call);
  }

  #greatest(): readonly [tenant: string, bytes: number] {
    let greatest: readonly [string, number] = ["", 0];
    for (const one of this.#ofTenants) if (one[1] > greatest[1]) greatest = one;
    return greatest;
  }

  #dropLastOf(tenant: string): void {
    const at = this.#waiting.findLastIndex((one) => one.tenant === tenant);
    const [dropped] = this.#waiting.splice(at, 1);
    this.#count(tenant, -(dropped as Waiting<T>).bytes);
  }

  #count(tenant: string, bytes: number): void {
    this.#bytes += bytes;
    const left = (this.#ofTenants.get(tenant) ?? 0) + bytes;
    if (left > 0) this.#ofTenants.set(tenant, left);
    else this.#ofTenants.delete(tenant);
  }
}
