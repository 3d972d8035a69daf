import type { Pair } from "../reading/reading.ts";

/**
 * A guard knows one way in which two texts that look alike ask for different things. It can only veto. It gives the
 * same verdict whichever of the two was asked and whichever was found.
 */
export interface Guard {
  /** Appears in metrics and reasons: stays once published. */
  readonly name: GuardName;
  /** Whether the two differ in what this guard watches. */
  vetoes(pair: Pair): boolean;
}

export const guardNames = Object.freeze([
  "numbers",
  "negation",
  "antonyms",
  "entities",
  "code",
  "order",
  "scope",
  "question",
  "output",
  "volatile",
  "leftover",
  "template",
  "relations",
] as const);
export type GuardName = (typeof guardNames)[number];
