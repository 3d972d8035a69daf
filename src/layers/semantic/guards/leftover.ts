import type { Pair, Token } from "../reading/reading.ts";
import { fillers, vague } from "./filler-words.ts";
import type { Guard } from "./guard.ts";
import { auxiliaries, interrogatives } from "./question-words.ts";
import { coordinators, relations, subordinators } from "./relation-words.ts";
import { aspects, persons, quantifiers } from "./scope-words.ts";

/**
 * Vetoes where too much of what the two say has no counterpart in the other: a rare word on one side, or more content
 * in all than a small budget. Each unmatched word weighs what it is rare, a vague one a part of that, a filler nothing.
 * The sum is also what the scorer takes as a feature; the guard itself only vetoes what no score could make good.
 */
export const leftover: Guard = {
  name: "leftover",
  vetoes(pair) {
    const weights = unmatched(pair).map(weightOf);
    return weights.some((weight) => weight >= rare) || sum(weights) > budget;
  },
};

/** A single word as rare as this may be what all is about. */
const rare = 0.6;
/** About three common words of content. */
const budget = 1.25;

/** How much content of the two texts has no counterpart: the sum of the rarities, about 0.35 for a common word. */
export function leftoverMass(pair: Pair): number {
  return sum(unmatched(pair).map(weightOf));
}

function unmatched({ alignment }: Pair): Token[] {
  return [...alignment.askedOnly, ...alignment.foundOnly];
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

function weightOf(token: Token): number {
  if (isGrammar(token.spelled) || fillers.has(token.lemma) || fillers.has(token.spelled)) return 0;
  return vague.has(token.lemma) ? token.rarity / 3 : token.rarity;
}

/** Closed classes are for the guards that know them. */
function isGrammar(word: string): boolean {
  return (
    relations.has(word) ||
    subordinators.has(word) ||
    coordinators.has(word) ||
    persons.has(word) ||
    quantifiers.has(word) ||
    aspects.has(word) ||
    auxiliaries.has(word) ||
    interrogatives.has(word)
  );
}
