import { expect, it } from "vitest";
import { readSettings } from "./options.ts";
import { readPersonalRules } from "./personal-data-options.ts";

it.each([
  ["off", {}],
  [false, {}],
  ["no-store", { email: ["no-store"], secret: ["no-store"], ip: ["no-store"] }],
  [["first-to-evict", "short-ttl"], { phone: ["short-ttl", "first-to-evict"] }],
  [{ email: "off", others: "no-store" }, { phone: ["no-store"] }],
  [{ secret: ["no-store"] }, { secret: ["no-store"] }],
])("%j", (given, expected) => {
  expect(readPersonalRules(given)).toMatchObject(expected);
});

it("names no kind for which there is nothing to do", () => {
  expect(readPersonalRules({ email: "off", others: "no-store" })).not.toHaveProperty("email");
  expect(readPersonalRules({ secret: "no-store" })).toEqual({ secret: ["no-store"] });
});

it.each([true, "", "delete", [], ["short-ttl", "x"], ["off"], { mail: "no-store" }, { email: true }, null, 1])(
  "%j breaks the rule",
  (given) => {
    expect(readPersonalRules(given)).toBeUndefined();
  },
);

it("a mistake is told with its place, the rule and a remedy", () => {
  const told = (settings: object) => {
    const reading = readSettings(settings);
    return reading.ok ? [] : reading.mistakes.map(({ path, rule }) => `${path} ${rule}`);
  };
  expect(told({ layers: { exact: { personalData: { email: "keep" } } } })[0]).toMatch(
    /^layers\.exact\.personalData must be off, one of/,
  );
  expect(told({ rules: [{ personalDataExcept: [""] }] })[0]).toMatch(/^rules\.0\.personalDataExcept/);
  expect(told({ layers: { embedding: { personalData: 3 } } })[0]).toMatch(/^layers\.embedding\.personalData/);
});
