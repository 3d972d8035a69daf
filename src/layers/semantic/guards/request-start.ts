import { withoutPoliteness } from "../reading/politeness.ts";
import type { Reading } from "../reading/reading.ts";
import { once } from "./once.ts";

/** What may stand before the verb of a request, politeness apart: `I need you to`, `help me`. */
const lead = new Set(
  "i need want you to help me would like us can could please my your task is now then also try".split(" "),
);
const longestLead = 8;

function isLead(words: readonly string[], at: number): boolean {
  const word = words[at] ?? "";
  // "I want you to write", but "you are a chef".
  return lead.has(word) && (word !== "you" || words[at + 1] === "to");
}

/**
 * Where a request begins and ends, in tokens: politeness is left out at both ends, and `I want you to` before the verb.
 * A text that begins otherwise begins at its first word.
 */
export const requestOf = once(({ text, tokens }: Reading): { readonly start: number; readonly end: number } => {
  const words = tokens.map((token) => token.spelled);
  let wordEnd = 0;
  const breaks = tokens.map((token) => {
    const between = text.slice(wordEnd, token.at);
    wordEnd = token.at + token.text.length;
    return between;
  });
  const [start, end] = withoutPoliteness({ words, breaks });
  let verb = start;
  while (verb < end && verb < start + longestLead && isLead(words, verb)) verb++;
  return { start: verb < end ? verb : start, end };
});
