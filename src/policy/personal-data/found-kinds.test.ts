import { expect, it } from "vitest";
import type { CallPolicy } from "../../core/policy.ts";
import { kindsInRequest } from "./found-kinds.ts";

const policy = {
  personalData: { email: ["no-store"], card: ["no-store"], secret: ["no-store"], others: ["no-store"] },
} as unknown as CallPolicy;
const kinds = (content: string) => kindsInRequest(JSON.stringify({ content }), policy);
const rows = (count: number, row: (index: number) => string, between = "\n") =>
  Array.from({ length: count }, (_, index) => row(index)).join(between);
const card = "4111111111111111";
const base64 = (length: number) => {
  let bits = 1;
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) {
    bits = (bits * 48_271) % 2_147_483_647;
    bytes[index] = bits >> 8;
  }
  return bytes.toString("base64");
};
const picture = base64(900);
const inLines = (text: string, length: number) => text.replace(new RegExp(`.{${length}}`, "g"), "$&\r\n");

it.each([
  ["cards, one a line", rows(40, () => card), "card"],
  ["cards between slashes", rows(40, () => card, "/"), "card"],
  ["cards and a question behind them", `${rows(40, () => card)}\nwhat are these`, "card"],
  ["numbers of persons, one a line", rows(60, (index) => `219-09-${1_000 + index}`), "national_id"],
  ["accounts, one a line", rows(30, () => "DE89370400440532013000"), "iban"],
  ["short keys, one a line", rows(30, (index) => `AKIAIOSFODNN7EXAM${index + 100}`), "secret"],
  ["long keys, one a line", rows(20, (index) => `gsk_${base64(42).replace(/[+/=]/g, "a")}${index + 10}`), "secret"],
  ["a card behind a picture", `data:image/png;base64,${picture} my card is ${card}`, "card"],
  ["a card behind base64 in lines", `${inLines(picture, 76)}\n${card}`, "card"],
])("%s are looked at, however long the text", (_, content, kind) => {
  expect(content.length).toBeGreaterThan(512);
  expect(kinds(content)).toEqual([kind]);
});

/** A key would be found in each if it were read. */
it.each([
  ["one row", (text: string) => text],
  ["lines of 76", (text: string) => inLines(text, 76)],
  ["lines of 64", (text: string) => inLines(text, 64)],
  ["the alphabet for URLs", (text: string) => text.replace(/\+/g, "-").replace(/\//g, "_")],
  ["a data URL", (text: string) => `data:image/svg+xml;charset=utf-8;base64,${text}`],
])("base64 is not looked at: %s", (_, written) => {
  const token = `AIza${"Sy1a9".repeat(7)}`;
  expect(kinds(written(`${token}${"=".repeat(2)}`))).toEqual(["secret"]);
  expect(kinds(written(`${token}/${picture}`))).toEqual([]);
});
