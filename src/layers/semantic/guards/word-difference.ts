import type { Pair, Reading, Token } from "../reading/reading.ts";
import { once } from "./once.ts";

export interface WordDifference {
  readonly askedOnly: readonly Token[];
  readonly foundOnly: readonly Token[];
}

/**
 * The words of each side that the other does not have in any form: grammar words too, which the alignment leaves out.
 * How often a word stands there does not count.
 */
export const wordDifference = once(({ asked, found, alignment }: Pair): WordDifference => {
  const matchedAsked = new Set(alignment.matched.map((match) => match.asked));
  const matchedFound = new Set(alignment.matched.map((match) => match.found));
  const formsOfAsked = wordForms(asked);
  const formsOfFound = wordForms(found);
  return {
    askedOnly: asked.tokens.filter((token) => isMissing(token, formsOfFound.forms, matchedAsked)),
    foundOnly: found.tokens.filter((token) => isMissing(token, formsOfAsked.forms, matchedFound)),
  };
});

/** Beyond this many comparisons two texts have so little in common that they are taken to differ in everything. */
const mostCompared = 2500;

/** Whether any word of one side and any word of the other are such a pair. */
export function someDiffer(
  { askedOnly, foundOnly }: WordDifference,
  areSuch: (asked: Token, found: Token) => boolean,
): boolean {
  if (askedOnly.length * foundOnly.length > mostCompared) return true;
  return askedOnly.some((asked) => foundOnly.some((found) => areSuch(asked, found)));
}

/** All forms of the words of a text: as spelled, the base form, and what a comparative is made of. */
export const wordForms = once((reading: Reading): { readonly forms: ReadonlySet<string> } => {
  const forms = new Set<string>();
  for (const { kind, spelled, lemma } of reading.tokens) {
    forms.add(spelled).add(lemma);
    const stem = kind === "word" ? comparative.exec(spelled)?.[1] : undefined;
    if (stem !== undefined) forms.add(stem).add(`${stem}e`);
  }
  return { forms };
});

const comparative = /^(.{3,})(?:er|est)$/;

function isMissing(token: Token, others: ReadonlySet<string>, matched: ReadonlySet<Token>): boolean {
  return token.kind !== "number" && !others.has(token.spelled) && !others.has(token.lemma) && !matched.has(token);
}
