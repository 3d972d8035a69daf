import { expect, test } from "vitest";
import { spellingVariant } from "./spelling-variants.ts";

test.each([
  ["colour", "color"],
  ["unfavourable", "unfavorable"],
  ["organise", "organize"],
  ["reorganisation", "reorganization"],
  ["analyse", "analyze"],
  ["catalysing", "catalyzing"],
  ["travelled", "traveled"],
  ["labelling", "labeling"],
  ["anaemia", "anemia"],
  ["paediatric", "pediatric"],
  ["haemoglobin", "hemoglobin"],
  ["centres", "centers"],
])("%s is %s", (british, american) => {
  expect(spellingVariant(british)).toBe(american);
});

test.each(["hour", "promise", "called", "install", "raise", "physical", "maestro", "garden"])("%s stays", (word) => {
  expect(spellingVariant(word)).toBe(word);
});
