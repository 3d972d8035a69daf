import fc from "fast-check";
import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { readText } from "./read-text.ts";

const lexicon = builtinLexicon();
const token = (text: string, lower: string) => readText(text, lexicon).tokens.find((each) => each.lower === lower);

test("what a token says of itself", () => {
  expect(token("I saw the Eiffel Tower", "eiffel")).toMatchObject({
    kind: "word",
    text: "Eiffel",
    at: 10,
    isName: true,
    isStop: false,
  });
  expect(token("I saw the Eiffel Tower", "saw")).toMatchObject({ lemma: "see", isName: false, isKnown: true });
  expect(token("my freinds said so", "freinds")).toMatchObject({
    spelled: "friends",
    lemma: "friend",
    isKnown: false,
    rarity: 1,
  });
  expect(token("brewers boil worts", "worts")).toMatchObject({ spelled: "worts", lemma: "wort", isKnown: true });
  expect(token("what makos dogs sleep", "makos")).toMatchObject({ spelled: "makes", lemma: "make", isKnown: false });
  expect(token("1,000 colours", "1,000")).toMatchObject({ kind: "number", lemma: "1000" });
  expect(token("1,000 colours", "colours")).toMatchObject({ spelled: "colours", lemma: "color" });
  expect(token("don't", "not")).toMatchObject({ text: "don't", at: 0, lemma: "not", isStop: false });
  expect(token("Ann's cat", "'s")).toMatchObject({ text: "Ann's", isStop: true });
  expect(token("call useGizmoThing here", "useGizmoThing")).toMatchObject({ kind: "code" });
  expect(token("my iPhone broke", "iphone")).toMatchObject({ kind: "word", isName: true });
  expect(token("I canntot swim", "can")).toMatchObject({ text: "canntot", isStop: true });
});

test("nothing is a name where all is in capitals", () => {
  expect(readText("WHERE IS PARIS", lexicon).tokens.some((each) => each.isName)).toBe(false);
});

test("content leaves out grammar and manners, not negation, quantity or conditions", () => {
  const content = (text: string) => readText(text, lexicon).content.map((each) => each.lower);
  expect(content("could you please tell me what the capital of Peru is")).toEqual(["capital", "peru"]);
  expect(content("why can I not open all files without a key before noon")).toEqual([
    "not",
    "open",
    "all",
    "files",
    "without",
    "key",
    "before",
    "noon",
  ]);
});

test("a slip in a name is not set right, since names are spelled in every way", () => {
  expect(token("who is Mr Grifin", "grifin")?.spelled).toBe("grifin");
});

const pieces = fc.constantFrom(
  ..."why|Is |don't |5 pm |```|`|\"|'|$|\\|{{|<b |--x |/a|www.|a@b.c|x_|aB|3.|1,|twenty |and |? |\n|é|中|🙂|\ud800|\u0000|hi |please |a-".split(
    "|",
  ),
);
const texts = fc.oneof(
  fc.array(pieces, { maxLength: 20 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary" }),
);

test("any text is read: tokens are stretches of it, in order, and a second reading is the same", () => {
  fc.assert(
    fc.property(texts, (text) => {
      const reading = readText(text, lexicon);
      let last = 0;
      for (const { text, at } of reading.tokens) {
        expect(reading.text.slice(at, at + text.length)).toBe(text);
        expect(at).toBeGreaterThanOrEqual(last);
        last = at;
      }
      expect(readText(text, lexicon)).toEqual(reading);
    }),
    { numRuns: 3000 },
  );
});

test("a hundred thousand characters of any sort are read, with a bound on the search for slips", () => {
  let searches = 0;
  const correction = (word: string) => {
    searches++;
    return lexicon.correction(word);
  };
  const counting = { ...lexicon, correction };
  for (const unit of ["`", '"x', "$ ", "\\[", "<a ", "{{", "a.", "/a", "--a", "one ", "hi ", "zqxvk ", "a-", "\n  "]) {
    searches = 0;
    const { tokens } = readText(unit.repeat(100_000 / unit.length), counting);
    expect(tokens.length).toBeLessThanOrEqual(100_000);
    expect(searches).toBeLessThanOrEqual(24);
  }
});

test.each(["employeds", "carses"])("%s is no plural, since neither a participle nor a plural has one", (word) => {
  expect(readText(`how many ${word} are there`, lexicon).tokens[2]).toMatchObject({ isKnown: false });
});
