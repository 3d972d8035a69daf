import { InFlight } from "./in-flight.ts";
import type { PromptBlocks } from "./prompt-blocks.ts";
import type { Choice, Dispatched, RoutingPolicy } from "./routing-policy.ts";

/** Policies that know nothing of prompts. */

/** One after the other. */
export class RoundRobin implements RoutingPolicy {
  readonly name = "round-robin";
  readonly #inFlight: InFlight;
  #last = -1;

  constructor(replicas: number) {
    this.#inFlight = new InFlight(replicas);
  }

  choose(_: PromptBlocks, eligible: readonly number[]): Choice {
    const replica = eligible.find((index) => index > this.#last) ?? (eligible[0] as number);
    return { replica, expected: 0 };
  }

  dispatch(_: PromptBlocks, { replica }: Choice): Dispatched {
    this.#last = replica;
    return this.#inFlight.dispatch(replica);
  }

  forget(): void {}
}

/** To the one with the fewest calls in flight, of several the one that was not chosen last. */
export class LeastLoad implements RoutingPolicy {
  readonly name = "least-load";
  readonly #inFlight: InFlight;
  #last = -1;

  constructor(replicas: number) {
    this.#inFlight = new InFlight(replicas);
  }

  choose(_: PromptBlocks, eligible: readonly number[]): Choice {
    const after = eligible.filter((index) => index > this.#last);
    const turn = [...after, ...eligible.slice(0, eligible.length - after.length)];
    return { replica: this.#inFlight.least(turn), expected: 0 };
  }

  dispatch(_: PromptBlocks, { replica }: Choice): Dispatched {
    this.#last = replica;
    return this.#inFlight.dispatch(replica);
  }

  forget(): void {}
}
