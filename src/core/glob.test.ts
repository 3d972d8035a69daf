import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { glob } from "./glob.ts";

describe("glob", () => {
  it.each([
    ["a", "a", true],
    ["a", "ab", false],
    ["*", "", true],
    ["*", "anything at all", true],
    ["a*", "a", true],
    ["*a", "ba", true],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["ab*ba", "aba", false],
    ["a*b*c", "a--b--c", true],
    ["a*b*c", "a--c--b", false],
    ["a**c", "abc", true],
    ["*b*", "abc", true],
    ["*b*", "ac", false],
    ["a*bc*bc", "abcbc", true],
    ["a*bc*bc", "abc", false],
    ["a.c", "abc", false],
    ["[ab]", "a", false],
    ["gpt-4*", "GPT-4", false],
  ])("%j and %j: %s", (pattern, text, fits) => {
    expect(glob(pattern)(text)).toBe(fits);
  });

  it("agrees with the regular expression of the same meaning", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
    fc.assert(
      fc.property(letters, text, (pattern, given) => {
        const expression = new RegExp(`^${pattern.replaceAll(/\*+/g, ".*")}$`);
        expect(glob(pattern)(given)).toBe(expression.test(given));
      }),
      { seed: 1, numRuns: 5_000 },
    );
  });

  it("stays linear where a regular expression would not", () => {
    expect(glob(`${"a*".repeat(2_000)}b`)("a".repeat(200_000))).toBe(false);
  });
});
