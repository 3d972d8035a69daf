import { expect, it } from "vitest";
import { describeMistake } from "./gateway/config.ts";
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
  expect(told({ layers: { exact: { personalData: { email: "keep", mail: "no-store", card: "off" } } } })).toEqual([
    expect.stringMatching(/^layers\.exact\.personalData\.email must be off, one of/),
    expect.stringMatching(/^layers\.exact\.personalData\.mail must be under the name of a kind: email, phone/),
  ]);
  expect(told({ rules: [{ personalData: { secret: ["no-store", "nostore"] } }] })).toEqual([
    "rules.0.personalData.secret.1 must be one of user-scope, short-ttl, no-store, first-to-evict",
  ]);
  expect(told({ rules: [{ personalDataExcept: [""] }] })[0]).toMatch(/^rules\.0\.personalDataExcept/);
  expect(told({ layers: { embedding: { personalData: 3 } } })[0]).toMatch(/^layers\.embedding\.personalData/);
});

it("what was given is shown, of secrets too, unless it is the secret itself", () => {
  const told = (personalData: unknown) => {
    const reading = readSettings({ layers: { exact: { personalData } } });
    return reading.ok ? [] : reading.mistakes.map((mistake) => describeMistake({ ...mistake, source: "file" }));
  };
  expect(told({ secret: "nostore" })).toEqual([
    expect.stringContaining('layers.exact.personalData.secret = "nostore": must be off, one of'),
  ]);
  expect(told({ secret: ["nostore"] })[0]).toContain('personalData.secret.0 = "nostore": must be one of');
  expect(told({ secret: "sk-of-somebody-1234567890" })[0]).toContain("personalData.secret = (hidden)");
  expect(told({ secrets: "no-store" })[0]).toContain('personalData.secrets = "no-store": must be under the name');
});
