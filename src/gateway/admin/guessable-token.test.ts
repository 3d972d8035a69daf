import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isGuessable } from "./guessable-token.ts";

test.each([
  "adminadminadminadmin",
  "0123456789012345678901234567",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  "password-of-the-gateway-2026",
  "correct horse battery staple and more",
  "Reprise-Admin-Token-Production",
  "changeme-changeme-changeme-changeme",
  "q7Rk2mXp9vLs4tWz",
])("%s can be guessed", (token) => {
  expect(isGuessable(token)).toBe(true);
});

test("what generators make cannot", () => {
  for (let round = 0; round < 500; round++) {
    expect(isGuessable(randomBytes(32).toString("base64url"))).toBe(false);
    expect(isGuessable(randomBytes(32).toString("hex"))).toBe(false);
    expect(isGuessable(randomBytes(24).toString("base64"))).toBe(false);
    expect(isGuessable(crypto.randomUUID())).toBe(false);
  }
});
