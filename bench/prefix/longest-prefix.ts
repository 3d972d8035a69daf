import { InFlight } from "../../src/layers/prefix/routing/in-flight.ts";
import type { PromptBlocks } from "../../src/layers/prefix/routing/prompt-blocks.ts";
import type { Choice, Dispatched, RoutingPolicy } from "../../src/layers/prefix/routing/routing-policy.ts";
import { Slot } from "../../src/layers/prefix/routing/slot.ts";

/** To the slot that has the most of the prompt, whatever it holds beyond that; without any to the one that was not used longest. */
export class LongestPrefix implements RoutingPolicy {
  readonly name = "longest-prefix";
  readonly #slots: readonly (readonly Slot[])[];
  readonly #inFlight: InFlight;
  #calls = 0;

  constructor(replicas: number, slots: number) {
    this.#slots = Array.from({ length: replicas }, () => Array.from({ length: slots }, () => new Slot()));
    this.#inFlight = new InFlight(replicas);
  }

  choose(prompt: PromptBlocks, eligible: readonly number[]): Choice {
    return eligible
      .flatMap((replica) =>
        (this.#slots[replica] as readonly Slot[]).map((slot, index) => ({
          replica,
          slot: index,
          expected: slot.shared(prompt),
          usedAt: slot.usedAt,
        })),
      )
      .reduce((one, other) =>
        other.expected > one.expected || (other.expected === one.expected && other.usedAt < one.usedAt) ? other : one,
      );
  }

  dispatch(prompt: PromptBlocks, { replica, slot = 0 }: Choice): Dispatched {
    const taken = this.#slots[replica]?.[slot] as Slot;
    taken.put(prompt);
    taken.usedAt = ++this.#calls;
    return this.#inFlight.dispatch(replica);
  }

  forget(replica: number): void {
    for (const slot of this.#slots[replica] ?? []) slot.clear();
  }
}
