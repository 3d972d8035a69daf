/**
 * What a call asks in words, and everything else of it. Two calls of the same context differ in their words alone, and
 * only such calls may ever share an answer without being equal.
 */
export interface Question {
  /** The text of the user that ends the request. */
  readonly text: string;
  /** The canonical form of all that is keyed, with that text taken out. */
  readonly context: string;
  /** What makes its answer, or the question itself, more than words. Usually empty. */
  readonly demands: readonly Demand[];
}

/** `tools`: the model may call some. `media`: images, sound, files. `structured`: the answer is to be JSON. */
export type Demand = "tools" | "media" | "structured";
