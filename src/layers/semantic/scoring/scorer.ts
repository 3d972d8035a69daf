import type { Pair } from "../reading/reading.ts";

/** How likely the answer to the stored question is right for the one that is asked, from 0 to 1. */
export type Scorer = (pair: Pair, similarity: number | undefined) => number;
