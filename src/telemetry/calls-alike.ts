import type { LayerName } from "../core/directives.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Count, CounterTally } from "./tally.ts";

/**
 * Counts calls that are alike in all labels but how they ended. The series of each ending is looked up once; after that a
 * call that ends so adds one to a number.
 */
export class CallsAlike {
  readonly #requests: CounterTally;
  readonly #told: readonly string[];
  readonly #overall: Partial<Record<Outcome["kind"], Count>> = {};
  readonly #hits: Partial<Record<LayerName, Count>> = {};
  readonly #stale: Partial<Record<LayerName, Count>> = {};

  /** `told`: the values of the labels behind `layer` and `result`. */
  constructor(requests: CounterTally, told: readonly string[]) {
    this.#requests = requests;
    this.#told = told;
  }

  count(outcome: Outcome): void {
    const { kind } = outcome;
    this.#overall[kind] ??= this.#seriesOf("overall", kind);
    this.#overall[kind].count += 1;
    if (kind !== "hit" && kind !== "stale") return;
    const ofLayers = kind === "hit" ? this.#hits : this.#stale;
    ofLayers[outcome.layer] ??= this.#seriesOf(outcome.layer, kind);
    (ofLayers[outcome.layer] as Count).count += 1;
  }

  #seriesOf(layer: string, result: string): Count {
    return this.#requests.at(layer, result, ...this.#told);
  }
}
