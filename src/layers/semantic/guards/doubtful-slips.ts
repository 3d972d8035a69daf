import { isWithinSlips } from "../reading/edit-distance.ts";
import type { Pair, Reading, Token } from "../reading/reading.ts";
import { listedOppositesOf } from "./opposites.ts";

/**
 * Whether a slip of the pen on one side may be a slip of the opposite of what it was taken for: `ecrypt` beside
 * `decrypt` can be `encrypt` as well, and `nsafe` beside `safe` can be `unsafe`. `formsOf` gives the words that the
 * word of the other side must not be confused with.
 */
export function isDoubtfulSlip({ asked, found }: Pair, formsOf: (word: Token) => readonly string[]): boolean {
  return isDoubtfulBeside(asked, found, formsOf) || isDoubtfulBeside(found, asked, formsOf);
}

/** What says the opposite of a word, by the table. */
export function oppositesOf({ lower, lemma }: Token): readonly string[] {
  return [...listedOppositesOf(lower), ...listedOppositesOf(lemma)];
}

/** A text with more unknown words is not English, or not to be read. */
const mostUnknown = 16;
const shortest = 4;

function isDoubtfulBeside(reading: Reading, other: Reading, formsOf: (word: Token) => readonly string[]): boolean {
  const unknown = reading.tokens.filter(
    ({ kind, isKnown, lower }) => kind === "word" && !isKnown && lower.length >= shortest,
  );
  if (unknown.length === 0 || unknown.length > mostUnknown) return false;
  return unknown.some(({ lower }) =>
    other.tokens.some(
      (word) =>
        word.lower !== lower &&
        isWithinSlips(lower, word.lower, lower.length >= 8 ? 2 : 1) &&
        formsOf(word).some((form) => form !== word.lower && isWithinSlips(lower, form, 1)),
    ),
  );
}
