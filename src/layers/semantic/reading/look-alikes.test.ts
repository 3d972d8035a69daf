import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { align } from "./align.ts";
import { areLookAlikes } from "./look-alikes.ts";
import { readText } from "./read-text.ts";
import type { Reading } from "./reading.ts";

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
