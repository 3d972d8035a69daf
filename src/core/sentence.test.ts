import { expect, test } from "vitest";
import { sentence } from "./sentence.ts";

test.each([
  ["npm install ioredis@6", "Npm install ioredis@6."],
  ["Correct it.", "Correct it."],
  ["", "."],
])("%j is told as %j", (text, told) => {
  expect(sentence(text)).toBe(told);
});
