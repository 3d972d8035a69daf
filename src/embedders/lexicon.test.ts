import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { builtinLexicon, lexiconFrom } from "./lexicon.ts";

const lexicon = builtinLexicon();
const file = readFileSync(new URL("../../models/lexicon-en.bin", import.meta.url));
const slips = readFileSync(new URL("../../models/slips-en.bin", import.meta.url));

test("common words, names and terms are known, strings that are none are not", () => {
  for (const word of ["the", "library", "rhythm", "javascript", "kubernetes", "london", "penicillin", "don't"]) {
    expect(lexicon.knows(word), word).toBe(true);
  }
  for (const word of ["teh", "libary", "recieve", "zqxv", "qwrtp", "", "The", "naïve2", "a".repeat(200)]) {
    expect(lexicon.knows(word), word).toBe(false);
  }
});

test("rarity goes from the commonest word to 1 for what is no word", () => {
  const rarities = ["the", "water", "guitar", "serendipity", "zqxvk"].map((word) => lexicon.rarity(word));
  expect(rarities).toEqual([...rarities].sort((one, other) => one - other));
  expect(rarities[0]).toBeLessThan(0.1);
  expect(rarities[3]).toBeLessThanOrEqual(0.9);
  expect(rarities[4]).toBe(1);
});

test.each([
  ["recieve", "receive"],
  ["definately", "definitely"],
  ["seperate", "separate"],
  ["adress", "address"],
  ["begining", "beginning"],
  ["calender", "calendar"],
  ["enviroment", "environment"],
  ["goverment", "government"],
  ["langauge", "language"],
  ["occured", "occurred"],
  ["tommorow", "tomorrow"],
  ["becuase", "because"],
  ["freind", "friend"],
  ["restaraunt", "restaurant"],
  ["accomodation", "accommodation"],
])("%s is a slip of %s", (slip, word) => {
  expect(lexicon.correction(slip)).toBe(word);
  expect(lexicon.correction(slip)).toBe(word);
});

test.each(["zqxvk", "bown", "xyz", "teh", "über", "user1", "snake_case", "", "q".repeat(40)])(
  "%j may be a slip of none or of several words",
  (word) => {
    expect(lexicon.correction(word)).toBeUndefined();
  },
);

test("random strings hardly ever pass for words", () => {
  let state = 1;
  const letter = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return String.fromCharCode(97 + ((state >>> 12) % 26));
  };
  const words = Array.from({ length: 20_000 }, () => Array.from({ length: 12 }, letter).join(""));
  expect(words.filter((word) => lexicon.knows(word))).toEqual([]);
});

test("a slip has stranger letters than a word or a name of its form", () => {
  for (const [word, slip] of ["umeclidinium umeclidintium", "mustelidae mutselidae", "trivex tdivex"].map((pair) =>
    pair.split(" "),
  )) {
    expect(lexicon.oddness(slip as string), slip).toBeGreaterThan(lexicon.oddness(word as string) + 1);
  }
  expect(Math.abs(lexicon.oddness("zorblax") - lexicon.oddness("zorblux"))).toBeLessThan(2);
  expect(lexicon.oddness("")).toBeLessThan(lexicon.oddness("é".repeat(3)));
});

test("what stands beside what in questions", () => {
  expect(lexicon.timesSeen("how", "many")).toBeGreaterThan(500);
  expect(lexicon.timesSeen("", "what")).toBeGreaterThan(1000);
  expect(lexicon.timesSeen("how", "manky")).toBe(0);
});

test.each([
  ["of words", file, (damaged: Uint8Array) => lexiconFrom(damaged, slips), "it is no lexicon"],
  ["of slips", slips, (damaged: Uint8Array) => lexiconFrom(file, damaged), "it is no table of slips"],
] as const)("a file %s that was cut, changed or made by another release says so", (_, whole, read, none) => {
  const changed = Buffer.from(whole);
  changed[1000] = (changed[1000] ?? 0) ^ 1;
  expect(() => read(changed)).toThrow("its checksum does not fit");
  expect(() => read(whole.subarray(0, whole.length - 1))).toThrow("its checksum does not fit");
  expect(() => read(Buffer.from("hello"))).toThrow(none);
  const newer = Buffer.from(whole);
  newer.writeUInt16LE(2, 4);
  expect(() => read(newer)).toThrow("its version is 2");
});
