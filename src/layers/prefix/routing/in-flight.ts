import type { Dispatched } from "./routing-policy.ts";

/** How many calls each replica has: what the simple policies go by. */
export class InFlight {
  readonly #counts: number[];

  constructor(replicas: number) {
    this.#counts = Array(replicas).fill(0);
  }

  of(replica: number): number {
    return this.#counts[replica] as number;
  }

  /** The one with the fewest calls, the first of several. */
  least(eligible: readonly number[]): number {
    let best = eligible[0] as number;
    for (const replica of eligible) if (this.of(replica) < this.of(best)) best = replica;
    return best;
  }

  dispatch(replica: number): Dispatched {
    this.#counts[replica] = this.of(replica) + 1;
    let isEnded = false;
    return {
      begun: () => {},
      told: () => {},
      ended: () => {
        if (isEnded) return;
        isEnded = true;
        this.#counts[replica] = this.of(replica) - 1;
      },
    };
  }
}
