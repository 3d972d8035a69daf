import { expect, test } from "vitest";
import { maskOf } from "./credential-mask.ts";

const secret = "sk-upstream-key";
const mask = maskOf(["authorization", `Bearer ${secret}`]);

async function masked(chunks: readonly string[]): Promise<string> {
  async function* coming() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const parts: Uint8Array[] = [];
  for await (const part of mask?.body(coming()) ?? []) parts.push(part);
  return Buffer.concat(parts).toString();
}

test("X10: a body shows no credential, however it comes in pieces, and keeps its length", async () => {
  const text = `bad key ${secret}, not ${secret}${secret} but sk-upstream-ke é`;
  const stars = "*".repeat(secret.length);
  const expected = `bad key ${stars}, not ${stars}${stars} but sk-upstream-ke é`;
  for (let size = 1; size <= text.length; size++)
    expect(await masked(text.match(new RegExp(`.{1,${size}}`, "gs")) as string[])).toBe(expected);
  expect(await masked([])).toBe("");
});

test("no more of a body is held back than could begin the credential", async () => {
  const parts: string[] = [];
  async function* coming() {
    for (const [chunk, isOut] of [
      ["data: a short event\n\n", "data: a short event\n\n"],
      ["asks for sk-up", "asks for "],
      ["hill, ends in s", "sk-uphill, ends in "],
      ["k-upstream-key s", `${"*".repeat(secret.length)} `],
    ] as const) {
      yield Buffer.from(chunk);
      expect(parts.at(-1)).toBe(isOut);
    }
  }
  for await (const part of mask?.body(coming()) ?? []) parts.push(Buffer.from(part).toString());
  expect(parts.at(-1)).toBe("s");
});

test("fields show none either, alone or among others", () => {
  const fields = { "x-echo": `Bearer ${secret}`, "set-cookie": ["a=1", `b=${secret}`], other: "sk" };
  const stars = "*".repeat(secret.length);
  expect(mask?.fields(fields)).toEqual({
    "x-echo": `Bearer ${stars}`,
    "set-cookie": ["a=1", `b=${stars}`],
    other: "sk",
  });
});

test("what could stand anywhere by chance is not looked for", () => {
  expect(maskOf(["x-api-key", "sk"])).toBeUndefined();
  expect(maskOf(undefined)).toBeUndefined();
});
