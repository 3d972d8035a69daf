import { expect, it } from "vitest";
import { rowOneSlipAway } from "./one-slip-away.ts";
import { WordSketch } from "./word-sketch.ts";

const words = ["word", "sword", "password", "from", "form", "reset", "the"];
const sketch = new WordSketch();
for (const word of words) sketch.add(word);
const rowOf = (word: string) => (words.includes(word) ? words.indexOf(word) : undefined);

it.each([
  ["a letter left out", "pasword", "password"],
  ["a letter put in", "passsword", "password"],
  ["a letter changed", "oassword", "password"],
  ["two neighbours swapped", "passwrod", "password"],
  ["the last letter left out", "passwor", "password"],
  ["the first letter left out", "eset", "reset"],
  ["a letter put in at the end", "resett", "reset"],
])("finds the word behind %s", (_, typed, meant) => {
  expect(rowOneSlipAway(typed, rowOf, sketch)).toBe(words.indexOf(meant));
});

it("prefers the commonest of several", () => {
  expect(rowOneSlipAway("fromm", rowOf, sketch)).toBe(words.indexOf("from"));
  expect(rowOneSlipAway("zword", rowOf, sketch)).toBe(words.indexOf("word"));
});

it.each([
  ["two slips away", "pawsord"],
  ["too short", "teh"],
  ["with a known word of three letters beside it", "thee"],
  ["with what is no small letter", "p4ssword"],
  ["of a length that no word has", "passwordpasswordpassword1"],
])("finds none for a word %s", (_, typed) => {
  expect(rowOneSlipAway(typed, rowOf, sketch)).toBeUndefined();
});

it("finds the same whether the sketch spares look-ups or none", () => {
  const everything = { mayHave: () => true };
  const near = words.flatMap((word) => [`${word}e`, `s${word}`, word.slice(1), `${word.slice(0, 2)}q${word.slice(3)}`]);
  for (const word of near) expect(rowOneSlipAway(word, rowOf, sketch)).toBe(rowOneSlipAway(word, rowOf, everything));
});

it("looks up few of the strings that are no words", () => {
  const asked: string[] = [];
  const seen = (word: string) => {
    asked.push(word);
    return rowOf(word);
  };
  expect(rowOneSlipAway("passwordz", seen, sketch)).toBe(words.indexOf("password"));
  expect(asked.length).toBeLessThan(20);
});
