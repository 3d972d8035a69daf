import type { Asked } from "../core/call.ts";

/** Beyond these none is remembered, and each of their calls is asked twice. */
const mostRefusals = 10_000;

/** Models that do not take the wish for usage in a stream, each at its origin: others there may take it all the same. */
export class UsageRefusals {
  readonly #refusals = new Set<string>();

  has(asked: Asked): boolean {
    return this.#refusals.size > 0 && this.#refusals.has(keyOf(asked));
  }

  add(asked: Asked): void {
    if (this.#refusals.size < mostRefusals) this.#refusals.add(keyOf(asked));
  }
}

function keyOf({ call, origin }: Asked): string {
  return `${origin.id}\n${call.facts.model}`;
}
