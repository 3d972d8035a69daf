import { areLooseSynonyms } from "../reading/loose-synonyms.ts";
import type { Pair, Reading, Token } from "../reading/reading.ts";
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
    const asked = askedOnly.map((token) => weightBeside(token, foundOnly));
    const found = foundOnly.map((token) => weightBeside(token, askedOnly));
    const isOneSided = sum(asked) < light || sum(found) < light;
    const { rare, budget, share } = isOneSided ? addition : exchange;
    const isRare = (weight: number) => weight >= rare;
    if (asked.some(isRare) || found.some(isRare)) return true;
    const most = Math.max(budget, share === 0 ? 0 : share * (total(pair.asked) + total(pair.found)));
    return sum(asked) + sum(found) > most || isSubstituted(pair);
  },
};

/**
 * From which weight a single word is a veto, and from which sum all are. What only one text says narrows the question,
 * and little of it is enough; other words on both sides may say the same, the more of them the longer the texts are:
 * `share` is of all that both say.
 */
const addition = { rare: 0.6, budget: 1, share: 0 };
const exchange = { rare: 0.7, budget: 1.6, share: 0.3 };
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
  const left = unmatched(pair);
  const askedOnly = left.askedOnly.filter((token) => weighs(token) && !hasLooseSynonym(token, left.foundOnly));
  const foundOnly = left.foundOnly.filter((token) => weighs(token) && !hasLooseSynonym(token, left.askedOnly));
  if (askedOnly.length === 0 || foundOnly.length === 0) return false;
  if (Math.min(asked.content.length, found.content.length) >= wordy) return false;
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

/** Texts with so much content say more than one thing: no single place is what they are about. */
const wordy = 10;

function weightBeside(token: Token, others: readonly Token[]): number {
  return hasLooseSynonym(token, others) ? weightOf(token) / 2 : weightOf(token);
}

/** `Quit` beside `stop`: whether they mean the same here is left to the scorer. */
function hasLooseSynonym(token: Token, others: readonly Token[]): boolean {
  return others.some((other) => areLooseSynonyms(token.lemma, other.lemma));
}

function total({ content }: Reading): number {
  return sum(content.map(weightOf));
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

/** How much it says that a token has no counterpart. Numbers, code and signs are compared to the letter by guards of their own. */
export function weightOf(token: Token): number {
  if (token.kind !== "word" || grammar.has(token.spelled)) return 0;
  if (fillers.has(token.lemma) || fillers.has(token.spelled)) return 0;
  return isVague(token) ? token.rarity / 3 : token.rarity;
}

function isVague(token: Token): boolean {
  return vague.has(token.lemma) || vague.has(token.spelled);
}

/** Closed classes are for the guards that know them. */
const grammar: ReadonlySet<string> = new Set(
  [relations, subordinators, coordinators, persons, quantifiers, aspects, auxiliaries, interrogatives].flatMap(
    (words) => [...words.keys()],
  ),
);
