import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { SqliteKeys } from "./sqlite-keys.ts";

function open(directory = newFolder()) {
  const warnings: string[] = [];
  const keys = new SqliteKeys({ directory, now: () => 0, onWarning: (message) => warnings.push(message) });
  onTestFinished(() => keys.close());
  return { directory, keys, warnings };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "reprise-keys-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("keeps rows for all who open the file; the first one that adds wins", () => {
  const { directory, keys } = open();
  const other = open(directory).keys;
  expect(Buffer.from(keys.add("a", Buffer.from("one"))).toString()).toBe("one");
  expect(Buffer.from(other.add("a", Buffer.from("two"))).toString()).toBe("one");
  other.set("a", Buffer.from("three"));
  expect(keys.get(["a", "b"]).map((row) => row && Buffer.from(row).toString())).toEqual(["three", undefined]);
  expect([keys.remove(["a", "b"]), keys.remove(["a"])]).toEqual([1, 0]);
  expect(other.get(["a"])).toEqual([undefined]);
});

it("X8: leaves no byte of a removed row in its files once it is cleared", () => {
  const { directory, keys } = open();
  for (let index = 0; index < 50; index += 1) keys.add(`row-${index}`, Buffer.from(`canary-${index}-`.repeat(20)));
  keys.remove(["row-7"]);
  expect(keys.clear()).toMatchObject({ isErased: true });
  const bytes = readdirSync(directory).map((name) => readFileSync(join(directory, name), "latin1"));
  expect(bytes.some((text) => text.includes("canary-8-"))).toBe(true);
  expect(bytes.some((text) => text.includes("canary-7-"))).toBe(false);
});

it("sets a damaged file aside, says so, and begins afresh", () => {
  const { directory, keys } = open();
  keys.add("a", Buffer.from("one"));
  keys.close();
  writeFileSync(join(directory, "keys.db"), Buffer.alloc(8_192, 0x5a));
  const again = open(directory);
  expect(again.warnings.join()).toContain("set aside");
  expect(again.keys.get(["a"])).toEqual([undefined]);
});
