import type { Pair, Token } from "../reading/reading.ts";
import { fillers, vague } from "./filler-words.ts";
import type { Guard } from "./guard.ts";
import { auxiliaries, interrogatives } from "./question-words.ts";
import { coordinators, relations, subordinators } from "./relation-words.ts";
import { aspects, persons, quantifiers } from "./scope-words.ts";
import { partsOf } from "./sentence-parts.ts";

/**
 * Vetoes where too much of what the two say has no counterpart in the other. Each unmatched word weighs what it is rare,
 * a vague one a third of that, a filler nothing. A veto is: a rare word on one side; more in all than a small budget; or
 * a word put in the place of another, where that place is what the question is about: its last word, the same relation
 * ("in Rome", "in Oslo"), or all there is. The sum is also a feature of the scorer; the guard only vetoes what no score
 * could make good.
 */
export const leftover: Guard = {
  name: "leftover",
  vetoes(pair) {
    const { askedOnly, foundOnly } = pair.alignment;
    const weights = [...askedOnly, ...foundOnly].map(weightOf);
    return weights.some((weight) => weight >= rare) || sum(weights) > budget || isSubstituted(pair);
  },
};

/** A single word as rare as this may be what all is about. */
const rare = 0.62;
/** About four common words of content. */
const budget = 1.5;
/** What weighs less is a manner of speaking. */
const light = 0.2;

/** How much content of the two texts has no counterpart: the sum of the rarities, about 0.35 for a common word. */
export function leftoverMass({ alignment }: Pair): number {
  return sum([...alignment.askedOnly, ...alignment.foundOnly].map(weightOf));
}

function isSubstituted({ asked, found, alignment }: Pair): boolean {
  const askedOnly = alignment.askedOnly.filter((token) => weightOf(token) >= light);
  const foundOnly = alignment.foundOnly.filter((token) => weightOf(token) >= light);
  if (askedOnly.length === 0 || foundOnly.length === 0) return false;
  if (!alignment.matched.some((match) => weightOf(match.asked) >= light || match.asked.kind !== "word")) return true;
  if (isLast(askedOnly, asked.content) && isLast(foundOnly, found.content)) return true;
  const parts = partsOf(found).byToken;
  const relationsOfFound = new Set(foundOnly.map((token) => parts.get(token)?.relation));
  relationsOfFound.delete("");
  return askedOnly.some((token) => relationsOfFound.has(partsOf(asked).byToken.get(token)?.relation));
}

function isLast(tokens: readonly Token[], content: readonly Token[]): boolean {
  const last = content.findLast((token) => weightOf(token) >= light || token.kind !== "word");
  return last !== undefined && tokens.includes(last);
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

/** Numbers, code and signs are compared to the letter by guards of their own. */
function weightOf(token: Token): number {
  if (token.kind !== "word" || isGrammar(token.spelled)) return 0;
  if (fillers.has(token.lemma) || fillers.has(token.spelled)) return 0;
  return vague.has(token.lemma) || vague.has(token.spelled) ? token.rarity / 3 : token.rarity;
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
