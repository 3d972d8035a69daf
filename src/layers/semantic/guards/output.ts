import type { Guard } from "./guard.ts";
import { outputContract } from "./output-contract.ts";
import { withSharedSpelling } from "./shared-spelling.ts";

/** Vetoes where one text asks for another form of the answer than the other: language, format, length, tone, audience. */
export const output: Guard = {
  name: "output",
  vetoes(pair) {
    const { asked, found } = withSharedSpelling(pair);
    const ofAsked = outputContract(asked);
    const ofFound = outputContract(found);
    return ofAsked.size !== ofFound.size || [...ofAsked].some((wish) => !ofFound.has(wish));
  },
};
