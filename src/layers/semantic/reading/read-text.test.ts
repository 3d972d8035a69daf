import { expect, test } from "vitest";
import { builtinLexicon } from "../../../embedders/lexicon.ts";
import { readText } from "./read-text.ts";

const lexicon = builtinLexicon();
const signature = (text: string) => readText(text, lexicon).signature;

test.each([
  ["What's the capital of Peru?", "Hi, could you please tell me what is the capitel of Peru"],
  ["how do I reset my password", "How to reset my pasword?? Thanks!"],
  ["is 1,000 kg more than 900kg", "Is 1k kg more than 900 kg?"],
])("%s asks the same as %s", (one, other) => {
  expect(signature(one)).toBe(signature(other));
});

test.each([
  ["can I eat raw rice", "should I eat raw rice"],
  ["what is C", "what is C++"],
  ["how do I add a user", "how do I not add a user"],
  ["who was the king of Spain", "who is the king of Spain"],
])("%s does not ask the same as %s", (one, other) => {
  expect(signature(one)).not.toBe(signature(other));
});
