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
    const asked = pair.alignment.askedOnly.map(weightOf);
    const found = pair.alignment.foundOnly.map(weightOf);
    const isOneSided = sum(asked) < light || sum(found) < light;
    const { rare, budget } = isOneSided ? addition : exchange;
    return (
      [...asked, ...found].some((weight) => weight >= rare) || sum(asked) + sum(found) > budget || isSubstituted(pair)
    );
  },
};

/**
 * From which weight a single word is a veto, and from which sum all are. What only one text says narrows the question,
 * and little of it is enough; other words on both sides may say the same.
 */
const addition = { rare: 0.6, budget: 1 };
const exchange = { rare: 0.66, budget: 1.6 };
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
