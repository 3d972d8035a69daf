import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeMistake, readConfig } from "./config.ts";

const secret = "sk-of-somebody-1234";

test.each([
  ["security.adminTokn", { security: { adminTokn: secret } }],
  ["security.adminTokn", { security: { adminTokn: "short" } }],
  ["security.limits.adminTokn", { security: { limits: { adminTokn: secret } } }],
  ["security", { security: secret }],
  ["securty", { securty: { adminToken: secret, masterKy: secret } }],
  ["upstreams.openai.apiKy", { upstreams: { openai: { url: "http://127.0.0.1:1/v1", apiKy: secret } } }],
  ["store.pasword", { store: { pasword: secret } }],
])("X10: %s, a secret by a name that is misspelt, is not shown", (path, values) => {
  const folder = mkdtempSync(join(tmpdir(), "reprise-misspelt-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "reprise.json");
  writeFileSync(file, JSON.stringify(values));
  const reading = readConfig({ environment: {}, flags: {}, file });
  const [told, ...others] = reading.ok ? [] : reading.mistakes.map(describeMistake);
  expect(others).toEqual([]);
  expect(told).toContain(`${path} = (hidden): `);
  expect(told).not.toContain(secret);
});
