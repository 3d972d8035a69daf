import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readConfig } from "../../gateway/config.ts";
import { checkExposure } from "./exposure-findings.ts";

function foundWith(flags: Readonly<Record<string, unknown>>) {
  const reading = readConfig({ environment: {}, flags });
  if (!reading.ok) throw new Error("the configuration is not sound");
  return checkExposure(reading.config);
}

it.skipIf(process.platform === "win32")("files with secrets that others can read", () => {
  const folder = mkdtempSync(join(tmpdir(), "reprise-doctor-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "master.key");
  const flags = {
    "data.directory": folder,
    "security.masterKeyFile": file,
    "server.tls.cert": join(folder, "cert.pem"),
    "server.tls.key": join(folder, "key.pem"),
  };
  writeFileSync(file, Buffer.alloc(32, 7), { mode: 0o600 });
  expect(foundWith(flags)).toEqual([]);
  for (const name of ["key.pem", "cert.pem", "admin-token"]) writeFileSync(join(folder, name), "x");
  for (const name of ["key.pem", "cert.pem", "master.key"]) chmodSync(join(folder, name), 0o644);
  chmodSync(join(folder, "admin-token"), 0o640);
  const problem = (name: string) => ({ severity: "warning", remedy: `chmod 600 ${join(folder, name)}` });
  expect(foundWith(flags)).toEqual([
    { check: "files", detail: expect.stringMatching(/masterKeyFile.*\(mode 0644\)/), problem: problem("master.key") },
    { check: "files", detail: expect.stringMatching(/server\.tls\.key/), problem: problem("key.pem") },
    { check: "files", detail: expect.stringMatching(/admin token.*its group \(mode 0640\)/) },
  ]);
});

it("a port for the operator that everybody reaches", () => {
  const told = (admin: object, host = "127.0.0.1") =>
    foundWith({ "server.host": host, "server.admin": admin, "data.directory": "/nowhere" }).map(({ detail }) => detail);
  const open = expect.stringMatching(/every address.*\/metrics asks for no token/);
  expect(told({ port: 8788, host: "0.0.0.0" })).toEqual([open]);
  expect(told({ port: 8788 }, "::")).toEqual([open]);
  expect(told({ port: 8788, host: "127.0.0.1" }, "0.0.0.0")).toEqual([]);
  expect(told({}, "0.0.0.0")).toEqual([]);
});
