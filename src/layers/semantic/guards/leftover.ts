import type { Pair, Token } from "../reading/reading.ts";
import { fillers, vague } from "./filler-words.ts";
import type { Guard } from "./guard.ts";
import { questionFrames } from "./question-frame.ts";
import { auxiliaries, interrogatives } from "./question-words.ts";
import { coordinators, relations, subordinators } from "./relation-words.ts";
import { aspects, persons, quantifiers } from "./scope-words.ts";
import { partsOf } from "./sentence-parts.ts";
import { unmatched } from "./unmatched.ts";

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
    const { askedOnly, foundOnly } = unmatched(pair);
    const asked = askedOnly.map(weightOf);
    const found = foundOnly.map(weightOf);
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
export function leftoverMass(pair: Pair): number {
  const { askedOnly, foundOnly } = unmatched(pair);
  return sum([...askedOnly, ...foundOnly].map(weightOf));
}

function isSubstituted(pair: Pair): boolean {
  const { asked, found, alignment } = pair;
  // In a question of yes or no even a vague word is the point: "is it easy", "is it possible".
  const isClosed = questionFrames(asked)[0]?.type === "whether" && questionFrames(found)[0]?.type === "whether";
  const weighs = (token: Token) => (isClosed && isVague(token) ? token.rarity : weightOf(token)) >= light;
  const askedOnly = unmatched(pair).askedOnly.filter(weighs);
  const foundOnly = unmatched(pair).foundOnly.filter(weighs);
  if (askedOnly.length === 0 || foundOnly.length === 0) return false;
  if (!alignment.matched.some((match) => weightOf(match.asked) >= light || match.asked.kind !== "word")) return true;
  const isLast = (tokens: readonly Token[], content: readonly Token[]) => {
    const last = content.findLast((token) => weighs(token) || token.kind !== "word");
    return last !== undefined && tokens.includes(last);
  };
  if (isLast(askedOnly, asked.content) && isLast(foundOnly, found.content)) return true;
  const parts = partsOf(found).byToken;
  const relationsOfFound = new Set(foundOnly.map((token) => parts.get(token)?.relation));
  relationsOfFound.delete("");
  return askedOnly.some((token) => relationsOfFound.has(partsOf(asked).byToken.get(token)?.relation));
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

/** Numbers, code and signs are compared to the letter by guards of their own. */
function weightOf(token: Token): number {
  if (token.kind !== "word" || isGrammar(token.spelled)) return 0;
  if (fillers.has(token.lemma) || fillers.has(token.spelled)) return 0;
  return isVague(token) ? token.rarity / 3 : token.rarity;
}

function isVague(token: Token): boolean {
  return vague.has(token.lemma) || vague.has(token.spelled);
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
