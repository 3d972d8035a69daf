import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { describeMistake, readConfig } from "./config.ts";

const key = Buffer.alloc(32, "k").toString("base64");

function written(content: string | Uint8Array, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "reprise-master-key-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

function reading(environment: Readonly<Record<string, string>>, values: object = {}) {
  return readConfig({ environment, flags: {}, file: written(JSON.stringify(values), "reprise.json") });
}

function mistakesOf(environment: Readonly<Record<string, string>>, values: object = {}): readonly string[] {
  const read = reading(environment, values);
  return read.ok ? [] : read.mistakes.map(describeMistake);
}

it("tells a master key of a wrong length or form, with the remedy and without the key", () => {
  const wrong = [16, 31, 33, 64].map((length) => Buffer.alloc(length, "k").toString("base64"));
  for (const masterKey of [
    ...wrong,
    "a passphrase that somebody made up",
    key.slice(1),
    `${key}AA`,
    `${key.slice(0, -2)}!=`,
  ]) {
    const [mistake] = mistakesOf({ REPRISE_MASTER_KEY: masterKey });
    expect(mistake).toContain("REPRISE_MASTER_KEY: security.masterKey = (hidden): must be 32 bytes");
    expect(mistake).toContain("openssl rand -base64 32");
    expect(mistake).not.toContain(masterKey);
    expect(mistakesOf({ REPRISE_MASTER_KEY: masterKey }, { security: { sealing: "off" } })).toEqual([]);
  }
  for (const masterKey of [key, key.replace("=", ""), Buffer.alloc(32, "k").toString("hex")])
    expect(mistakesOf({ REPRISE_MASTER_KEY: masterKey })).toEqual([]);
});

it("reads the master key from a file, as text or as bytes, and tells what is wrong with the file", () => {
  for (const content of [`${key}\n`, Buffer.alloc(32, "k")]) {
    const read = reading({ REPRISE_MASTER_KEY_FILE: written(content, "key") });
    expect(read.ok && read.config.security.masterKey).toBe(key);
  }
  const file = written("too short", "key");
  expect(mistakesOf({ REPRISE_MASTER_KEY_FILE: file })[0]).toContain("must be a file with 32 bytes");
  expect(mistakesOf({ REPRISE_MASTER_KEY_FILE: `${file}s` })[0]).toContain("cannot be read (ENOENT)");
  expect(mistakesOf({ REPRISE_MASTER_KEY_FILE: file, REPRISE_MASTER_KEY: key })[0]).toContain(
    "must not be given beside",
  );
  expect(mistakesOf({}, { security: { sealing: "on" } })[0]).toContain("must not be on without a master key");
});

it("refuses vectors on a server where they would lie open, unless that is wanted", () => {
  const semantic = { vectors: "postgres://me:secret@127.0.0.1:5432/cache" };
  const environment = { REPRISE_MASTER_KEY: key };
  const [mistake, ...others] = mistakesOf(environment, { layers: { semantic } });
  expect(others).toEqual([]);
  expect(mistake).toContain("layers.semantic.vectors");
  expect(mistake).toContain("security.plainVectors");
  expect(mistake).not.toContain("secret");
  expect(mistakesOf(environment, { layers: { semantic }, security: { plainVectors: true } })).toEqual([]);
  expect(mistakesOf(environment, { layers: { semantic: { ...semantic, mode: "off" } } })).toEqual([]);
  expect(mistakesOf({}, { layers: { semantic } })).toEqual([]);
});
