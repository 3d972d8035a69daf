import { expect, it } from "vitest";
import { rowOneSlipAway } from "./one-slip-away.ts";

const words = ["word", "sword", "password", "from", "form", "reset", "the"];
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
  expect(rowOneSlipAway(typed, rowOf)).toBe(words.indexOf(meant));
});

it("prefers the commonest of several", () => {
  expect(rowOneSlipAway("fromm", rowOf)).toBe(words.indexOf("from"));
  expect(rowOneSlipAway("zword", rowOf)).toBe(words.indexOf("word"));
});

it.each([
  ["two slips away", "pawsord"],
  ["too short", "teh"],
  ["with a known word of three letters beside it", "thee"],
  ["with what is no small letter", "p4ssword"],
  ["of a length that no word has", "passwordpasswordpassword1"],
])("finds none for a word %s", (_, typed) => {
  expect(rowOneSlipAway(typed, rowOf)).toBeUndefined();
});
