import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { align } from "./align.ts";
import { areLookAlikes } from "./look-alikes.ts";
import { readText } from "./read-text.ts";
import type { Reading, Token } from "./reading.ts";
import { isSlipOf } from "./slip.ts";

const lexicon = builtinLexicon();
const alike = (known: string, slip: string) => {
  expect([lexicon.knows(known), lexicon.knows(slip)]).toEqual([true, false]);
  return areLookAlikes({ lower: known, rarity: lexicon.rarity(known) }, slip);
};

test.each([
  ["ethane", "ethyne"],
  ["wang", "weng"],
  ["rostov", "rostova"],
  ["lisinopril", "fosinopril"],
  ["cheng", "zheng"],
  ["canidae", "caninae"],
])("%s and %s may be two names", (known, other) => {
  expect(alike(known, other)).toBe(true);
  expect(readText(`what is ${other}`, lexicon).signature).not.toBe(readText(`what is ${known}`, lexicon).signature);
});

test.each([
  ["street", "straet", "a word that everybody uses"],
  ["photosynthesis", "photosynthesys", "a long word"],
  ["ethane", "ethqne", "no vowel"],
  ["ethane", "etahne", "letters that changed places"],
  ["radish", "radush", "keys beside each other"],
  ["rostov", "rostovg", "no ending of a name"],
  ["antifreeze", "qntifreeze", "one slip at the beginning"],
])("%s and %s are one: %s", (known, slip) => {
  expect(alike(known, slip)).toBe(false);
});

test("a name with a capital and one letter less is another name", () => {
  for (const [known, other] of [
    ["Lucas", "Luca"],
    ["Alexandra", "Alexandr"],
  ] as const) {
    const [one, two] = [known, other].map((name) => readText(`when did ${name} win the prize`, lexicon));
    expect(align(one as Reading, two as Reading, lexicon).askedOnly).toHaveLength(1);
  }
});

test.each([
  ["Penn", "Benn"],
  ["Cohen", "Coen"],
  ["Kim", "Kem"],
])("%s and %s with a capital are two, unless letters changed places", (known, other) => {
  const slipOf = (one: string, two: string) =>
    isSlipOf(...([one, two].map((name) => tokenOf(`Where was ${name} born?`)) as [Token, Token]));
  expect(slipOf(known, other)).toBe(false);
  expect(isSlipOf(tokenOf("Where was Cohen born?"), tokenOf("Where was Cohne born?"))).toBe(true);
});

function tokenOf(question: string): Token {
  return readText(question, lexicon).tokens[2] as Token;
}
