import type { Reading } from "../reading/reading.ts";
import { once } from "./once.ts";
import { requestOf } from "./request-start.ts";

/**
 * Questions about how words are written: their spelling, their letters, the grammar of a sentence that stands in the
 * text. Elsewhere a slip of the pen, a British spelling or another ending says the same; here it is what is asked about.
 */
export interface Written {
  /** The words of the request as they are written, in lower case, without those that only ask; `undefined` of others. */
  readonly words: string | undefined;
}

const always =
  /\b(?:how (?:do|would|should|can|to) (?:(?:you|i|we|one) )?spell|(?:mis)?spel(?:led|t|lings?)|mis-?spel\w*|correctly spell|how many (?:letters|syllables|characters|vowels|consonants)|anagrams?|palindromes?|rhymes? with|first letter|last letter)\b/i;
/** These speak of a text only where one stands behind a colon, another sentence or a line. */
const withText =
  /\b(?:grammar|grammatical(?:ly)?|ungrammatical|proof-?read|typos?|punctuat\w*|capitali[sz]\w*|(?:upper|lower|title|sentence)[ -]?case|spell(?:ing|-?check)?|well[ -]formed)\b/i;
const brought = /:\s*\S|[.?!]\s+\S|\n/;

export const writtenOf = once((reading: Reading): Written => {
  const { start, end } = requestOf(reading);
  const tokens = reading.tokens.slice(start, end);
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first === undefined || last === undefined) return { words: undefined };
  const text = reading.text.slice(first.at, last.at + last.text.length).replace(/[^\S\n]+/g, " ");
  const bringsText = withText.test(text) && brought.test(text);
  if (!bringsText && !always.test(text)) return { words: undefined };
  // In a sentence to be set right, `was` and `were` are two words.
  const words = tokens.filter(({ isStop, lower }) => bringsText || !(isStop || asking.has(lower)));
  return { words: words.map(({ kind, lower }) => (kind === "code" ? unquoted(lower) : lower)).join(" ") };
});

const asking = new Set("how correct correctly right properly word exactly".split(" "));

function unquoted(lower: string): string {
  return lower.replace(/^["'](.*)["']$/, "$1").toLowerCase();
}
