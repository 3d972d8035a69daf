import { describe, expect, it } from "vitest";
import { builtinLexicon } from "../../embedders/lexicon.ts";
import { isNoise } from "./noise.ts";

/** X5: what was searched for by a program to collide with other questions. */

const isNoisy = (text: string) => isNoise(text, builtinLexicon());
const question = "How do I reset my password?";

describe("noise behind a question", () => {
  it.each([
    ["random words", "tablet mercy orbit sandwich justice tractor violin pepper glacier honest ribbon walnut cargo"],
    [
      "words of several spellings",
      "tablet Mercy orbitz sandwhich justice tracter violin pepperx glacier honest ribbon walnut",
    ],
    [
      "signs and pieces of words",
      'describing.\\ + similarlyNow write oppositeley.](Me giving**ONE please? revert with "\\!--Two',
    ],
    ["pieces of markup", "}]) ==> {{ textbf !!!} ;; <<mentor>> }{ pursuant )}}"],
    ["a flood of one sign", "! ! ! ! ! ! ! ! ! ! ! ! ! ! !"],
  ])("%s", (_, suffix) => {
    expect(isNoisy(`${question} ${suffix}`)).toBe(true);
    expect(isNoisy(`${suffix} ${question}`)).toBe(true);
  });
});

describe("what people ask is no noise", () => {
  it.each([
    question,
    "who coined the concept survival of the fittest? charles darwin karl marx herbert spencer max weber",
    "What is the difference between JavaScript, TypeScript, CoffeeScript and ActionScript?",
    "Does x^2 + (y - 1)^2 = 4 meet y = 2x, and where?",
    "Why does `a[i]->b{c}<d>` not compile when ```[[{(<>)}]] \\\\ ^^ ~~ ||``` does?",
    "My father is 71 and takes blood thinners. Last night his nose bled for twenty minutes. Should we see a doctor?",
    "Really?!! Is that so... and why (of all things) – now?",
    "Write an e-mail: (1) say hello, (2) ask for the invoice no. 4711/23, (3) thank them.",
  ])("%s", (text) => {
    expect(isNoisy(text)).toBe(false);
  });
});

it("takes time in proportion to the text", () => {
  expect(isNoisy("![".repeat(20_000))).toBe(true);
  expect(isNoisy("a ".repeat(20_000))).toBe(false);
});
