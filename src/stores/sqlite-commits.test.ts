import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sqlite } from "./sqlite.ts";

/** What another process can read at the moment when a write is acknowledged. */

const forEver = { deleteAt: Number.POSITIVE_INFINITY };
const bytes = (text: string): Uint8Array => Buffer.from(text, "utf8");

function two() {
  const directory = mkdtempSync(join(tmpdir(), "reprise-sqlite-"));
  const [one, other] = [sqlite({ directory }), sqlite({ directory })];
  onTestFinished(async () => {
    await one.close();
    await other.close();
    rmSync(directory, { recursive: true });
  });
  const seen = async (key: string) => {
    const [value] = await other.get("tenant", [key]);
    return value && Buffer.from(value).toString("utf8");
  };
  return { one, seen };
}

test("an invalidation is in the file when it is acknowledged, behind whatever was written before (I3)", async () => {
  const { one, seen } = two();
  for (let round = 0; round < 50; round++) {
    one.set("tenant", `entry ${round}`, new Uint8Array(10_000), forEver);
    expect(await one.set("tenant", "token", bytes(`token ${round}`), { ...forEver, priority: "high" })).toBe("stored");
    expect(await seen("token")).toBe(`token ${round}`);
  }
});

test("what is removed is gone from the file when that is acknowledged (I3)", async () => {
  const { one, seen } = two();
  for (let round = 0; round < 50; round++) {
    one.set("tenant", "key", bytes("old"), forEver);
    expect(await one.delete("tenant", "key")).toBe(true);
    expect(await seen("key")).toBeUndefined();
  }
});
