import type { Matched, Pair, Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";

/**
 * The pair with each slip of the pen read as the word that stands for it in the other text ("how kany people" beside
 * "how many people"). The lexicon alone cannot always tell what a slip was meant to be; two texts together can.
 */
export const settled: (pair: Pair) => Pair = once((pair: Pair): Pair => {
  const slips = pair.alignment.matched.filter(isOpen);
  if (slips.length === 0) return pair;
  return {
    ...pair,
    asked: corrected(pair.asked, slips, "asked", "found"),
    found: corrected(pair.found, slips, "found", "asked"),
  };
});

function isOpen({ by, asked, found }: Matched): boolean {
  return by === "spelling" && asked.spelled !== found.spelled;
}

type Side = "asked" | "found";

/** Of two spellings the one that the lexicon knows is meant. */
function corrected(reading: Reading, slips: readonly Matched[], own: Side, other: Side): Reading {
  const meant = new Map<Token, Token>();
  for (const slip of slips) {
    if (!slip[own].isKnown && slip[other].isKnown) meant.set(slip[own], slip[other]);
  }
  if (meant.size === 0) return reading;
  const correct = (token: Token): Token => {
    const known = meant.get(token);
    return known === undefined ? token : { ...token, spelled: known.spelled, lemma: known.lemma };
  };
  return { ...reading, tokens: reading.tokens.map(correct), content: reading.content.map(correct) };
}
