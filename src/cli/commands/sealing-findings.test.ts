import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createCache } from "../../cache.ts";
import { readConfig } from "../../gateway/config.ts";
import { sqlite } from "../../stores/sqlite.ts";
import { checkSealing } from "./sealing-findings.ts";

const keyOf = (name: string): string => Buffer.alloc(32, name).toString("base64");

it("says whether the master key is that of the store, and makes nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "reprise-doctor-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const found = async (environment: Readonly<Record<string, string>>) => {
    const reading = readConfig({ environment, flags: { "data.directory": folder } });
    if (!reading.ok) throw new Error("the configuration is not sound");
    return checkSealing(reading.config);
  };
  expect(await found({})).toEqual([]);
  expect(await found({ REPRISE_MASTER_KEY: keyOf("one") })).toMatchObject([
    { check: "sealing", detail: "the store will be sealed at the next start" },
  ]);
  expect(existsSync(join(folder, "keys.db"))).toBe(false);
  await (await createCache({ store: sqlite(folder), masterKey: keyOf("one") })).close();
  const [sealed] = await found({ REPRISE_MASTER_KEY: keyOf("one") });
  expect(sealed?.detail).toContain("is sealed with this master key");
  expect(sealed?.problem).toBeUndefined();
  const [wrong] = await found({ REPRISE_MASTER_KEY: keyOf("two") });
  expect(wrong).toMatchObject({
    problem: { severity: "error", remedy: expect.stringContaining("previousMasterKeys") },
  });
  const [keyless] = await found({});
  expect(keyless).toMatchObject({
    detail: expect.stringContaining("no master key is given"),
    problem: { severity: "error", remedy: expect.stringContaining("`sealing: off`") },
  });
  expect(await found({ REPRISE_MASTER_KEY: keyOf("two"), REPRISE_STORE: "memory" })).toEqual([]);
});

it.each(["REPRISE_MASTER_KEY", "REPRISE_MASTER_KEY_FILE"])(
  "takes an empty %s for a mistake, not for none",
  (variable) => {
    expect(readConfig({ environment: { [variable]: "" }, flags: {} })).toMatchObject({
      ok: false,
      mistakes: [{ source: variable, rule: "must not be empty" }],
    });
  },
);
