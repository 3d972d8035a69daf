import { InFlight } from "./in-flight.ts";
import type { PromptBlocks } from "./prompt-blocks.ts";
import type { Choice, Dispatched, RoutingPolicy } from "./routing-policy.ts";

/**
 * Consistent hashing with bounded loads (V. Mirrokni, M. Thorup and M. Zadimoghaddam, SODA 2018): the beginning of a
 * prompt names a place on a ring, and the call goes to the first replica from there on that has no more than its share of
 * calls, a quarter above the mean. It needs no memory of prompts, so that several gateways choose alike without talking,
 * but prompts that begin alike and go on differently meet on one replica.
 */

export interface BoundedHashingOptions {
  readonly replicas: number;
  /** How many leading blocks name the place; default 2. */
  readonly keyBlocks?: number;
  /** How much above the mean a replica may be; default 1.25. */
  readonly bound?: number;
}

const placesEach = 128;

export class BoundedHashing implements RoutingPolicy {
  readonly name = "bounded-hashing";
  readonly #inFlight: InFlight;
  readonly #ring: readonly { readonly place: number; readonly replica: number }[];
  readonly #keyBlocks: number;
  readonly #bound: number;

  constructor({ replicas, keyBlocks = 2, bound = 1.25 }: BoundedHashingOptions) {
    this.#inFlight = new InFlight(replicas);
    this.#keyBlocks = keyBlocks;
    this.#bound = bound;
    const ring = Array.from({ length: replicas * placesEach }, (_, index) => ({
      place: spread(index + 1),
      replica: Math.floor(index / placesEach),
    }));
    this.#ring = ring.sort((a, b) => a.place - b.place);
  }

  choose({ names, length }: PromptBlocks, eligible: readonly number[]): Choice {
    const key = names[Math.min(this.#keyBlocks, names.length) - 1] ?? length;
    const most = this.#most(eligible);
    const allowed = new Set(eligible.filter((replica) => this.#inFlight.of(replica) + 1 <= most));
    const start = this.#at(spread(key));
    for (let step = 0; step < this.#ring.length; step++) {
      const { replica } = this.#ring[(start + step) % this.#ring.length] as { replica: number };
      if (allowed.has(replica)) return { replica, expected: 0 };
    }
    return { replica: this.#inFlight.least(eligible), expected: 0 };
  }

  dispatch(_: PromptBlocks, { replica }: Choice): Dispatched {
    return this.#inFlight.dispatch(replica);
  }

  forget(): void {}

  #most(eligible: readonly number[]): number {
    const inAll = eligible.reduce((sum, replica) => sum + this.#inFlight.of(replica), 1);
    return Math.ceil((this.#bound * inAll) / eligible.length);
  }

  /** The first place from `hash` on. */
  #at(hash: number): number {
    let [low, high] = [0, this.#ring.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ring[middle] as { place: number }).place < hash) low = middle + 1;
      else high = middle;
    }
    return low % this.#ring.length;
  }
}

/** An integer to one of 32 bits that tells nothing of its order. */
function spread(value: number): number {
  let bits = Math.imul(((value % 2 ** 32) | 0) ^ Math.imul(Math.floor(value / 2 ** 32), 0x9e3779b1), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
