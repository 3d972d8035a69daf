import { expect, test } from "vitest";
import { textPieces } from "./text-pieces.ts";

test.each(["", "a", "word ".repeat(100), "x".repeat(1_000), "😀".repeat(200), `a${"👩‍🚀".repeat(3_000)} b`])(
  "the pieces of a text are the text, and each is well formed",
  (text) => {
    const pieces = [...textPieces(text)];
    expect(pieces.join("")).toBe(text);
    expect(pieces.every((piece) => piece !== "" && piece.isWellFormed())).toBe(true);
  },
);

test("a usual text comes in short pieces, a very long one in at most a thousand", () => {
  expect([...textPieces("word ".repeat(100))].every((piece) => piece.length <= 64)).toBe(true);
  for (const text of ["word ".repeat(500_000), "x".repeat(2_000_000)])
    expect([...textPieces(text)].length).toBeLessThanOrEqual(1_000);
});
