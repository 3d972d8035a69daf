import { expect, it } from "vitest";
import { WordPiece } from "./word-piece.ts";

/** Words of one piece as they are, others with their pieces. */
function cut(pieces: readonly string[], text: string): string[] {
  const found: string[] = [];
  new WordPiece(pieces).read(text, {
    piece: (row) => found.push(pieces[row]!),
    pieces: (word, rows) => found.push(`${word}=${rows.map((row) => pieces[row]).join("+")}`),
  });
  return found;
}

it("takes the longest piece first and tells the whole word", () => {
  expect(cut(["pass", "password", "pas", "##word", "##w", "reset"], "Reset PASSWORD pasword")).toEqual([
    "reset",
    "password",
    "pasword=pas+##word",
  ]);
});

it("passes over a word that cannot be cut to its end, and goes on", () => {
  expect(cut(["a", "##b", "end"], "abx ab end")).toEqual(["ab=a+##b", "end"]);
});

it("lets each punctuation character be a word", () => {
  expect(cut(["don", "'", "t", "?", "!"], "don't?!")).toEqual(["don", "'", "t", "?", "!"]);
});

it("takes ## in a text for two signs and not for a continuation", () => {
  expect(cut(["#", "##word", "word"], "##word")).toEqual(["#", "#", "word"]);
});

it.each([
  ["accents and case", "CAFÉ Ångström", ["cafe", "angstrom"]],
  ["the final sigma, which a word in small letters would change", "ΟΔΟΣ", ["οδοσ"]],
  ["a dotted capital I", "İzmir", ["izmir"]],
  ["what does not show", "pass\u200bword\u0000 re\u00adset\ufffd", ["password", "reset"]],
  ["wide spaces", "a\u00a0b\u3000c", ["a", "b", "c"]],
  ["ideographs, which stand alone", "東京", ["東", "京"]],
])("folds %s", (_, text, words) => {
  expect(cut([...new Set(words)], text)).toEqual(words);
});

it("counts the length of a word in characters and not in UTF-16 units", () => {
  const letter = "\u{10450}";
  const pieces = [letter, `##${letter}`];
  expect(cut(pieces, letter.repeat(100))).toHaveLength(1);
  expect(cut(pieces, letter.repeat(101))).toEqual([]);
});

it("passes over a word of more than 100 characters", () => {
  expect(cut(["a", "##a", "b"], `${"a".repeat(101)} b`)).toEqual(["b"]);
});
