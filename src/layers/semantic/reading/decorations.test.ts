import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { readText } from "./read-text.ts";

const lexicon = builtinLexicon();
const words = (text: string) => readText(text, lexicon).tokens.map(({ text }) => text);

test.each([
  ["How do I bake bread? 🍞🍞", "How do I bake bread?"],
  ["How do I bake bread 🍞", "How do I bake bread"],
  ["👋 Hi, how do I bake bread?", "Hi, how do I bake bread?"],
  ["Hi 👋 how do I bake bread?", "Hi how do I bake bread?"],
  ["How do I bake bread? Thanks 🙏", "How do I bake bread? Thanks"],
  ["How do I bake bread :)", "How do I bake bread"],
  ["Can it rise overnight? ;-P", "Can it rise overnight?"],
])("%s has the words of %s", (text, plain) => {
  expect(words(text)).toEqual(words(plain));
});

test.each([
  ["What does 🍞 mean?", "🍞"],
  ["What does :( mean?", ":("],
  ["Which fruit is this? 🍎", "🍎"],
  ["How do I type :)?", ":)"],
  ["Should I answer with 🙂?", "🙂"],
  ["I am fine 😭", "😭"],
  ["Is it meant kindly: great 🙄", "🙄"],
  ["How do I type ©", "©"],
  ["👍", "👍"],
])("%s is about %s", (text, sign) => {
  expect(words(text)).toContain(sign);
});
