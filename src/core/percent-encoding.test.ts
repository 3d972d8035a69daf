import { expect, test } from "vitest";
import { decodedOrAsIs } from "./percent-encoding.ts";

test.each([
  ["a%2Fb", "a/b"],
  ["100%", "100%"],
  ["%C3%A9", "é"],
  ["%C3", "%C3"],
])("%s is read as %s", (text, read) => {
  expect(decodedOrAsIs(text)).toBe(read);
});
