import type { DayShare } from "./day-share.ts";
import type { Bound } from "./limit-windows.ts";
import { type Amounts, larger, type Quantity, quantities, smaller } from "./quantities.ts";

/** How much this process may take, as far as it knows what the others have taken. */
export class Headroom {
  readonly #bounds: readonly Bound[];
  readonly #share: DayShare;
  readonly #others: Amounts;
  readonly #earlier: bigint;

  /** `earlier`: picodollars of the days of this month before the one of `share`. */
  constructor(bounds: readonly Bound[], share: DayShare, others: Amounts, earlier: bigint) {
    this.#bounds = bounds;
    this.#share = share;
    this.#others = others;
    this.#earlier = earlier;
  }

  /** Less than nothing where more was taken than there was. */
  left(bound: Bound): bigint {
    return this.#most(bound) - this.#share.used[bound.quantity];
  }

  /** The first limit that has less than this left. */
  over(wanted: Amounts): Bound | undefined {
    return this.#bounds.find((one) => wanted[one.quantity] > 0n && this.left(one) < wanted[one.quantity]);
  }

  /** The first limit that has nothing left; calls under way are none. */
  full(): Bound | undefined {
    return this.#bounds.find((one) => one.window !== "now" && this.left(one) <= 0n);
  }

  /** What is to be claimed, so that `wanted` is a part of it; among `nodes` processes with something in reserve. */
  target(wanted: Amounts, nodes: number | undefined): Amounts {
    const target = this.#share.held();
    for (const quantity of this.#quantities(wanted)) {
      target[quantity] += wanted[quantity];
      if (nodes === undefined) continue;
      const share = (this.#cap(quantity) - target[quantity]) / (2n * BigInt(nodes));
      target[quantity] += larger(0n, smaller(share, this.#share.recent(quantity) + wanted[quantity]));
    }
    return target;
  }

  /** Keeps as much of the claim as all limits allow. False: that is too little. */
  keep(target: Amounts, wanted: Amounts): boolean {
    const { claimed, used } = this.#share;
    const kept = this.#quantities(wanted).map((name) => [name, smaller(target[name], this.#cap(name))] as const);
    if (kept.some(([name, most]) => used[name] + wanted[name] > most)) return false;
    for (const [name, most] of kept) claimed[name] = most;
    return true;
  }

  #most({ quantity, window, most }: Bound): bigint {
    return most - this.#others[quantity] - (window === "month" ? this.#earlier : 0n);
  }

  /** Several limits may bound the same. */
  #cap(quantity: Quantity): bigint {
    return this.#bounds
      .filter((bound) => bound.quantity === quantity)
      .map((bound) => this.#most(bound))
      .reduce(smaller);
  }

  /** Those that are bound, and wanted. */
  #quantities(wanted: Amounts): readonly Quantity[] {
    return quantities.filter((name) => wanted[name] > 0n && this.#bounds.some(({ quantity }) => quantity === name));
  }
}
