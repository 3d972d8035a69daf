import { expect, test } from "vitest";
import { synonymHead } from "../reading/synonyms.ts";
import { antonymPairs } from "./antonym-pairs.ts";
import { exclusiveMembers } from "./exclusive-groups.ts";
import { areOpposite } from "./opposites.ts";

test.each([
  ["before", "after"],
  ["colder", "warmer"],
  ["cheapest", "costliest"],
  ["loudly", "quietly"],
  ["happiness", "sadness"],
  ["opening", "closing"],
  ["opened", "closed"],
  ["buyers", "sellers"],
  ["hypertension", "hypotension"],
  ["indoor", "outdoor"],
  ["inflow", "outflow"],
  ["underestimate", "overestimate"],
  ["prenatal", "postnatal"],
  ["import", "export"],
  ["lessor", "lessee"],
  ["employer", "employee"],
  ["careful", "careless"],
  ["implicit", "explicit"],
])("%s and %s are opposite", (one, other) => {
  expect(areOpposite(one, other)).toBe(true);
  expect(areOpposite(other, one)).toBe(true);
});

test.each([
  ["buy", "purchase"],
  ["reduce", "lower"],
  ["colder", "cold"],
  ["inner", "outcome"],
  ["report", "export"],
  ["number", "cucumber"],
  ["letter", "lettuce"],
  ["first", "thirst"],
  ["open", "opened"],
  ["constructor", "toString"],
  ["__proto__", "hasOwnProperty"],
])("%s and %s are not", (one, other) => {
  expect(areOpposite(one, other)).toBe(false);
  expect(areOpposite(other, one)).toBe(false);
});

test("the table has two sides in every row, no word on both, and at least 300 oppositions", () => {
  const broken = antonymPairs.filter(
    ([some, others]) => some.length === 0 || others.length === 0 || others.includes(""),
  );
  const onBothSides = antonymPairs.filter(([some, others]) => some.some((word) => others.includes(word)));
  expect(broken).toEqual([]);
  expect(onBothSides).toEqual([]);
  expect(antonymPairs.length).toBeGreaterThanOrEqual(300);
});

test("no two words that the reading takes for the same are opposite or alternatives", () => {
  const words = new Set([...antonymPairs.flat(2), ...exclusiveMembers.keys()]);
  const same = [...words].filter((word) => {
    const head = synonymHead(word);
    if (head === word) return false;
    const members = exclusiveMembers.get(word) ?? [];
    const ofHead = exclusiveMembers.get(head) ?? [];
    const areAlternatives = members.some(({ group, member }) =>
      ofHead.some((other) => other.group === group && other.member !== member),
    );
    return areAlternatives || areOpposite(word, head);
  });
  expect(same).toEqual([]);
});
