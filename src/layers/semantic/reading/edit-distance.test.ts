import fc from "fast-check";
import { expect, test } from "vitest";
import { isWithinSlips } from "./edit-distance.ts";

test.each([
  ["receive", "recieve", 1],
  ["color", "colour", 1],
  ["the", "teh", 1],
  ["kitten", "sitting", 3],
  ["ca", "abc", 3],
  ["", "ab", 2],
  ["same", "same", 0],
])("%s and %s are %d slips apart", (one, other, distance) => {
  expect(isWithinSlips(one, other, distance)).toBe(true);
  if (distance > 0) expect(isWithinSlips(one, other, distance - 1)).toBe(false);
});

test("a word with one change made to it is within one slip, in both directions", () => {
  const changes = fc.tuple(
    fc.string({ minLength: 2, maxLength: 12 }),
    fc.nat(11),
    fc.constantFrom("cut", "add", "put", "swap"),
  );
  fc.assert(
    fc.property(changes, ([word, place, change]) => {
      const at = place % (word.length - 1);
      const [head, tail] = [word.slice(0, at), word.slice(at)];
      const changed = {
        cut: head + tail.slice(1),
        add: `${head}x${tail}`,
        put: `${head}x${tail.slice(1)}`,
        swap: head + tail.charAt(1) + tail.charAt(0) + tail.slice(2),
      }[change];
      return isWithinSlips(word, changed, 1) && isWithinSlips(changed, word, 1);
    }),
  );
});
