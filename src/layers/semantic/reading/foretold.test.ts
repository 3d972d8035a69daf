import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { isForetold } from "./foretold.ts";
import { readText } from "./read-text.ts";
import type { Token } from "./reading.ts";

const lexicon = builtinLexicon();

/** Whether one word of the two texts, which differ in one, is taken for the other mistyped. */
function isTold(meant: string, slip: string): boolean {
  const [one, other] = [readText(meant, lexicon).tokens, readText(slip, lexicon).tokens];
  const at = one.findIndex((token, index) => token.lower !== other[index]?.lower);
  const words = one.map(({ lower }) => lower);
  return isForetold(one[at] as Token, other[at] as Token, at, words, lexicon);
}

test.each([
  ["the painter's net worth", "the painter's net orth", "the word before it"],
  ["phone number of the town hall", "phone umber of the town hall", "a noun of two"],
  ["what type of wood floats best", "what typ of wood floats best", "the words on both sides"],
  ["how many planets have rings", "how any planets have rings", "how a question opens, of a common word"],
  ["how much do storks weigh", "how such do storks weigh", "how it opens, and what follows"],
  ["where is the harbour master", "were is the harbour master", "the word that opens a question"],
  ["what are the parts of a lute", "wat are the parts of a lute", "the same, of a rare word"],
  ["what does serendipity mean", "what does serendipity jean", "how it opens, and its end"],
])("%j tells %j: %s", (meant, slip) => {
  expect(isTold(meant, slip)).toBe(true);
  expect(isTold(slip, meant)).toBe(false);
});

test.each([
  ["who has left the house", "why has left the house", "two that open questions"],
  ["is it dark by now", "if it dark by now", "two that open sentences"],
  ["what is a table", "what is a fable", "nearly any word stands there"],
  ["how do i clean a house", "how do i clean a hose", "both are cleaned"],
  ["how do i reset my email password", "how do i reset my gmail password", "both are asked about"],
  ["how much is a hotel room", "how much is a hostel room", "both are rented"],
  ["how long is the river", "how lone is the river", "an adjective, as others that stand there"],
  ["how do i have a party", "how do i save a party", "a common word, in no frame"],
  ["what is the best place", "what is the best palace", "a common word"],
  ["how old is the king", "how bold is the king", "another adjective"],
  ["how far is the farm", "how fat is the farm", "another adjective"],
  ["what kind of tea is it", "what King of tea is it", "a name"],
])("%j does not tell %j: %s", (meant, other) => {
  expect([isTold(meant, other), isTold(other, meant)]).toEqual([false, false]);
});
