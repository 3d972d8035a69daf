import { expect, it } from "vitest";
import { ownText } from "./own-text.ts";

it.each([
  ["", ""],
  ["plain", "plain"],
  ["Grüße, 漢字, 👋", "Grüße, 漢字, 👋"],
  ["cut 👋".slice(0, -1), "cut \ufffd"],
])("a text of its own is equal to it: %j", (text, own) => {
  expect(ownText(text)).toBe(own);
});
