import type { Reading } from "../reading/reading.ts";
import { textToCorrectAt } from "../reading/text-to-correct.ts";
import { once } from "./once.ts";
import { requestOf } from "./request-start.ts";

/**
 * Questions about how words are written: their spelling, their letters, the grammar of a sentence that stands in the
 * text. Elsewhere a slip of the pen, a British spelling or another ending says the same; here it is what is asked about.
 */
export interface Written {
  /** The words of the request as they are written, without those that only ask; `undefined` of other questions. */
  readonly words: string | undefined;
}

const always =
  /\b(?:how (?:do|would|should|can|to) (?:(?:you|i|we|one) )?spell|(?:mis)?spel(?:led|t|lings?)|mis-?spel\w*|correctly spell|how many (?:letters|syllables|characters|vowels|consonants)|anagrams?|palindromes?|rhymes? with|first letter|last letter|(?:reverse|shuffle|scramble|sort) the (?:string|word|letters)|(?:plural|singular|past tense|past participle|gerund) of)\b/i;
export const writtenOf = once((reading: Reading): Written => {
  const request = requestOf(reading);
  const tokens = reading.tokens.slice(request.start, request.end);
  const [first, last] = [tokens[0], tokens.at(-1)];
  if (first === undefined || last === undefined) return { words: undefined };
  const end = last.at + last.text.length;
  const text = reading.text.slice(first.at, end).replace(spaces, " ");
  const from = textToCorrectAt(reading.text.slice(first.at, end));
  if (from === undefined && !always.test(text)) return { words: undefined };
  const before = tokens.filter(({ at }) => from === undefined || at < first.at + from);
  const words = before
    .filter(({ isStop, lower }) => !isStop && !asking.has(lower))
    .map(({ kind, lower }) => (kind === "code" ? unquoted(lower) : lower));
  // In a text to be set right every sign counts, capitals too.
  const toCorrect = from === undefined ? "" : reading.text.slice(first.at + from, end).replace(spaces, " ");
  return { words: `${words.join(" ")}\n${toCorrect}` };
});

const spaces = /[^\S\n]+/g;
const asking = new Set("how correct correctly right properly word exactly".split(" "));

function unquoted(lower: string): string {
  return lower.replace(/^["'](.*)["']$/, "$1").toLowerCase();
}
