import type { Reading } from "../reading/reading.ts";
import { tellingCaseIn } from "../reading/telling-case.ts";
import { once } from "./once.ts";

/**
 * What is small and yet code: a word that is another in another case (`mW`, `MW`), points that stand alone (`...`, `.`),
 * and a sign of a pattern that sticks to a letter in the midst of the sentence (`a?`, `a`).
 */
export function differInLittleMarks(asked: Reading, found: Reading): boolean {
  const [one, other] = [marksOf(asked), marksOf(found)];
  if (one.cased !== other.cased || one.patterns !== other.patterns) return true;
  return one.alone !== other.alone && one.alone !== "" && other.alone !== "";
}

interface Marks {
  readonly cased: string;
  readonly alone: string;
  readonly patterns: string;
}

const marksOf = once(({ tokens, text }: Reading): Marks => {
  const places = tellingCaseIn(tokens, text);
  // What is measured is for the guard of numbers.
  const cased = tokens.filter(({ at }, index) => places.has(at) && tokens[index - 1]?.kind !== "number");
  return {
    cased: cased.map((token) => token.text).join(" "),
    alone: (text.match(standingAlone) ?? []).join(" "),
    patterns: aboutPatterns.test(text) ? (text.match(stickingSigns) ?? []).join(" ") : "",
  };
});

const standingAlone = /(?<=\p{L} )[.?!]{1,3}(?= \p{L})/gu;
const aboutPatterns = /\b(?:regexp?|regular expressions?|glob|patterns?|vim?)\b/i;
const stickingSigns = /(?<![\p{L}\p{N}])\p{L}[?.!](?= \p{Ll})/gu;
