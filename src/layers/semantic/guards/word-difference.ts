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

/** All forms of the words of a text: as spelled, and the base form. */
export const wordForms = once((reading: Reading): { readonly forms: ReadonlySet<string> } => {
  const forms = new Set<string>();
  for (const token of reading.tokens) forms.add(token.spelled).add(token.lemma);
  return { forms };
});

function isMissing(token: Token, others: ReadonlySet<string>, matched: ReadonlySet<Token>): boolean {
  return token.kind !== "number" && !others.has(token.spelled) && !others.has(token.lemma) && !matched.has(token);
}
