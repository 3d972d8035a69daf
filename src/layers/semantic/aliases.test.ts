import { expect, it } from "vitest";
import { fingerprintKey } from "../../core/fingerprint.ts";
import { aliasKey, questionName, readAlias, writeAlias } from "./aliases.ts";

const secret = fingerprintKey(new Uint8Array(32).fill(7));
const other = fingerprintKey(new Uint8Array(32).fill(8));

it("an alias is read as it was written, whatever the text", () => {
  for (const text of ["", "How?", 'a "quoted"\nline', "Größe 🌊", "x".repeat(10_000)]) {
    const alias = { slot: "slot-1", text };
    expect(readAlias(writeAlias(alias))).toEqual(alias);
  }
});

it("says whose it is, also that it is nobody's, and of an earlier version nothing", () => {
  for (const marks of [[], ["one"], ["one", "two"]])
    expect(readAlias(writeAlias({ slot: "s", text: "t", marks }))).toEqual({ slot: "s", text: "t", marks });
  expect(readAlias(Buffer.from('["s","t"]'))).toEqual({ slot: "s", text: "t" });
});

it("reads an alias that lies within other bytes", () => {
  const bytes = writeAlias({ slot: "s", text: "t" });
  const around = new Uint8Array(bytes.length + 6).fill(33);
  around.set(bytes, 3);
  expect(readAlias(around.subarray(3, 3 + bytes.length))).toEqual({ slot: "s", text: "t" });
});

it.each([
  ["nothing", ""],
  ["no JSON", "slot"],
  ["half of it", '["slot","te'],
  ["an object", '{"slot":"s","text":"t"}'],
  ["one member", '["slot"]'],
  ["three members", '["slot","text","more"]'],
  ["a number", '["slot",1]'],
  ["null", "null"],
])("%s is none", (_, text) => {
  expect(readAlias(Buffer.from(text))).toBeUndefined();
  expect(readAlias(undefined)).toBeUndefined();
});

it("keys differ by secret, partition, kind and text, tell none of them, and are always the same", () => {
  const texts = [
    aliasKey(secret, "p", "normal", "how do i"),
    aliasKey(other, "p", "normal", "how do i"),
    aliasKey(secret, "q", "normal", "how do i"),
    aliasKey(secret, "p", "signature", "how do i"),
    aliasKey(secret, "p", "judged", "how do i"),
    aliasKey(secret, "p", "normal", "how do we"),
    questionName(secret, "p", "how do i"),
    questionName(secret, "q", "how do i"),
  ];
  expect(new Set(texts).size).toBe(texts.length);
  for (const text of texts) expect(text).not.toContain("how");
  expect(aliasKey(secret, "p", "normal", "how do i")).toBe(texts[0]);
  // No two lists of fields run together.
  expect(questionName(secret, "pa", "b")).not.toBe(questionName(secret, "p", "ab"));
});
