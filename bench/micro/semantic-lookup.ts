import { existsSync } from "node:fs";
import type { Benchmark } from "../benchmark.ts";
import { DataSets } from "../semantic/data-sets.ts";
import { lookupTimes } from "../semantic/lookup-times.ts";

/** Questions that are looked up among many others, none of which may answer: the whole way, weighing included. */

const usualData = "../shared/data";

export const semanticLookup: Benchmark = {
  name: "semantic-lookup",
  describe: "how long a question takes to be looked up among 10,000 and 100,000 others",
  async run(options) {
    const folder = options.data ?? usualData;
    const data = existsSync(folder) && new DataSets(folder).isThere ? folder : undefined;
    return {
      ...(await lookupTimes(options, data)),
      notes: [
        "Each look reads the question, embeds it with the built-in model, scans all stored vectors and weighs the eight nearest questions. No question is asked twice. The strategy is verified. A first round warms up and does not count.",
        "The event loop is left a turn after each look; the longest turn holds what the machine gave to others. Beside it stands what plain arithmetic of the same length had for its longest, measured after each round.",
        data === undefined
          ? "Without the data sets: questions of our own, numbered so that no two are the same."
          : "Questions that people asked on Quora.",
      ],
    };
  },
};
