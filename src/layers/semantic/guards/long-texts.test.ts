import { expect, test } from "vitest";
import { vetoes } from "../../../../test/contract/guard-suite.ts";
import { antonyms } from "./antonyms.ts";
import { code } from "./code.ts";
import { negation } from "./negation.ts";
import { numbers } from "./numbers.ts";
import { output } from "./output.ts";
import { template } from "./template.ts";

// What grows with the square of the length would take minutes here, and the test would not end in time.
const length = 30_000;
const unknown = (index: number) => `qz${String.fromCharCode(97 + (index % 26), 97 + ((index * 7) % 26))}vrx`;

test.each(
  [
    "a-",
    "no ",
    "1 ",
    "1.",
    "1a",
    "(",
    "f(",
    "unhappy ",
    "not a nor ",
    "'a' ",
    '"word" ',
    "! !a ",
    "in a short ",
    "write me a ",
    "for a ",
    "turn on off ",
    "May 5 ",
    "one and ",
    "SELECT ",
    "git add ",
    ": ",
    "\n\n",
  ].map((part) => [part]),
)("texts of nothing but %j are compared in time", (part) => {
  const text = part.repeat(length / part.length);
  const other = `${text}${unknown(3)}`;
  for (const guard of [numbers, negation, antonyms, code, output, template]) {
    expect(vetoes(guard, text, text)).toBe(false);
    expect(vetoes(guard, text, other)).toBe(vetoes(guard, other, text));
  }
});

test("texts of many words, none shared, are compared in time", () => {
  const words = (from: number) => Array.from({ length: 3000 }, (_, index) => unknown(from + index)).join(" ");
  for (const guard of [numbers, negation, antonyms, code, output, template]) {
    expect(vetoes(guard, words(0), words(13))).toBe(vetoes(guard, words(13), words(0)));
  }
});
