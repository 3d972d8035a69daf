import type { Usage } from "./recording.ts";

/** What calls cost at their origin. Who prices is handed in; layers and the pipeline know no prices. */

export interface Price {
  /** A safe integer; see `core/money.ts`. */
  readonly picodollars: number;
  /** The same as a decimal in dollars. */
  readonly usd: string;
  /** What it would cost if the provider read the whole prompt from a cache of its own; default `picodollars`. */
  readonly conservativePicodollars?: number;
  /** Whose price it is: `override`, or a published list and its version. */
  readonly source: string;
}

/** What one answer cost at its origin, or would have cost there. */
export interface Cost {
  /** `undefined` when the answer did not tell. */
  readonly usage: Usage | undefined;
  /** `undefined` when the usage or the price of the model is not known: it is never guessed. */
  readonly price: Price | undefined;
}

/** An answer as far as its price goes. */
export interface Billed {
  /** Name of the protocol. */
  readonly protocol: string;
  /** Base URL of the origin. */
  readonly originId: string;
  /** As asked. */
  readonly model: string;
  /** The model that answered, if the answer names it. */
  readonly answeredBy: string | undefined;
  readonly usage: Usage | undefined;
}

export interface Pricer {
  /** The cost at the prices of the instant `now`. */
  price(billed: Billed, now: number): Cost;
  /** Equal for instants between which no price changes. */
  edition(now: number): number;
}
