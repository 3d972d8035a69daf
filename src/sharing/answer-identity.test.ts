import { expect, it } from "vitest";
import { seededRandom } from "../cli/simulate/seeded-random.ts";
import { anotherId } from "./answer-identity.ts";

const random = seededRandom(1);

it.each([
  ["chatcmpl-AbC123xyz", /^chatcmpl-[A-Z][a-z][A-Z]\d{3}[a-z]{3}$/],
  ["msg_01XFDUDYJgAACzvnptvVoYEL", /^msg_\d\d[A-Z]{7}[a-z][A-Z]{3}[a-z]{6}[A-Z][a-z][A-Z]{3}$/],
  ["gen-1767323045-aBc", /^gen-\d{10}-[a-z][A-Z][a-z]$/],
  ["cmpl-3f2a9c0d-11aa", /^cmpl-[0-9a-f]{8}-[0-9a-f]{4}$/],
  ["mAitaLmkHPPl", /^[a-z][A-Z][a-z]{3}[A-Z][a-z]{2}[A-Z]{3}[a-z]$/],
])("another id looks as its provider writes them: %s", (given, form) => {
  const id = anotherId(given, random);
  expect(id).toMatch(form);
  expect(id).not.toBe(given);
});

it("leaves what it does not know", () => {
  expect(anotherId("", random)).toBe("");
  expect(anotherId("chatcmpl-", random)).toBe("chatcmpl-");
});
