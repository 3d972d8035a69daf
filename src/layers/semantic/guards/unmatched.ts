import type { Pair, Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";
import { withSharedSpelling } from "./shared-spelling.ts";

export interface Unmatched {
  readonly askedOnly: readonly Token[];
  readonly foundOnly: readonly Token[];
}

/** Content without a counterpart, less the slips of the pen that only the other text shows (`a cup of te`). */
export const unmatched: (pair: Pair) => Unmatched = once((pair: Pair): Unmatched => {
  const { alignment } = pair;
  const shared = withSharedSpelling(pair);
  if (shared === pair) return alignment;
  const ofAsked = slipsOf(pair.asked, shared.asked);
  const ofFound = slipsOf(pair.found, shared.found);
  return {
    askedOnly: alignment.askedOnly.filter((token) => !ofAsked.written.has(token) && !ofFound.meant.has(token.lower)),
    foundOnly: alignment.foundOnly.filter((token) => !ofFound.written.has(token) && !ofAsked.meant.has(token.lower)),
  };
});

interface Slips {
  readonly written: ReadonlySet<Token>;
  readonly meant: ReadonlySet<string>;
}

/** Only where a known word is meant: two words that nobody knows are two names. */
function slipsOf(before: Reading, after: Reading): Slips {
  const known = new Set(before.tokens);
  const meant = after.tokens.filter((token) => !known.has(token) && token.isKnown);
  const places = new Set(meant.map((token) => token.at));
  return {
    written: new Set(before.tokens.filter((token) => places.has(token.at))),
    meant: new Set(meant.map((token) => token.spelled)),
  };
}
