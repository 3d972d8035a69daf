import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { callAdmin } from "./admin-call.ts";
import { ask, bearer, question } from "./chat-call.ts";
import { runCommand } from "./gateway-process.ts";
import { onDisk, runGateway, runOrigin, temporaryFolder } from "./running-gateway.ts";

test("reprise tenants erases and checks receipts, and reprise audit finds what was altered", async () => {
  const gateway = await runGateway(await runOrigin(), onDisk);
  const where = ["--port", new URL(gateway.url).port, "--data", gateway.folder];
  await ask(gateway, question("Who am I?"), bearer("key-of-acme"));

  const listed = await runCommand(["tenants", "list", ...where, "--json"]);
  const [{ tenant, ...counts }] = JSON.parse(listed.stdout).tenants;
  expect([tenant, counts]).toEqual([expect.any(String), expect.objectContaining({ entries: 1 })]);
  const unsure = await runCommand(["tenants", "erase", tenant, ...where]);
  expect([unsure.code, unsure.stderr]).toEqual([2, expect.stringContaining("Say --yes.")]);

  const folder = temporaryFolder();
  const [receipt, publicKey] = [join(folder, "receipt.json"), join(folder, "key.pem")];
  const erased = await runCommand(["tenants", "erase", tenant, ...where, "--yes", "--receipt", receipt]);
  expect([erased.code, erased.stderr]).toEqual([0, ""]);
  expect(erased.stdout).toContain(`Tenant ${tenant} is erased`);
  expect(erased.stdout).toContain("- Backups of the store");
  expect((await callAdmin(gateway, "/tenants")).text).not.toContain('"entries":1');

  // Whoever has the receipt needs nothing but the public key, and neither the gateway nor its data folder.
  const key = await runCommand(["audit", "key", "--data", gateway.folder]);
  writeFileSync(publicKey, key.stdout);
  const checked = await runCommand(["tenants", "verify-receipt", receipt, "--public-key", publicKey]);
  expect([checked.code, checked.stdout]).toEqual([0, expect.stringContaining("The receipt is sound")]);
  writeFileSync(receipt, readFileSync(receipt, "utf8").replace('"rows": ', '"rows": 1'));
  const forged = await runCommand(["tenants", "verify-receipt", receipt, "--public-key", publicKey]);
  expect([forged.code, forged.stdout]).toEqual([1, expect.stringContaining("it was altered")]);

  const shown = await runCommand(["audit", "show", "--data", gateway.folder, "--json"]);
  const told = JSON.parse(shown.stdout).records.map(({ action, stage }: never) => `${stage} ${action}`);
  expect(told.toSorted()).toEqual(["asked DELETE /tenants/{id}", "done DELETE /tenants/{id}", "seen erasure done"]);
  const sound = await runCommand(["audit", "verify", "--data", gateway.folder]);
  expect([sound.code, sound.stdout]).toEqual([0, expect.stringMatching(/sound: 3 lines.* the sqlite store say/)]);
  const folderOfLog = join(gateway.folder, "audit");
  const log = join(folderOfLog, readdirSync(folderOfLog).find((name) => name.endsWith(".jsonl")) as string);
  const lines = readFileSync(log, "utf8").split("\n");
  writeFileSync(log, lines.toSpliced(2, 1).join("\n"));
  const cut = await runCommand(["audit", "verify", "--data", gateway.folder, "--json"]);
  expect([cut.code, JSON.parse(cut.stdout)]).toMatchObject([1, { sound: false, fault: "truncated", line: 2 }]);

  // Without a log and without the key that names it the store still knows that there was one.
  for (const gone of ["audit", "signing-key.pem"]) rmSync(join(gateway.folder, gone), { recursive: true });
  const missing = await runCommand(["audit", "show", "--data", gateway.folder]);
  expect([missing.code, missing.stdout]).toEqual([1, expect.stringContaining("the sqlite store knows of line 3")]);
  expect((await callAdmin(gateway, "/invalidate", { body: { tags: ["a"] } })).status).toBe(200);
  const { records } = JSON.parse((await callAdmin(gateway, "/audit")).text);
  expect(records.at(-1)).toMatchObject({ sequence: 4, action: "audit log was cut", what: { known: 3, found: 0 } });
  const again = await runCommand(["tenants", "erase", "nobody", ...where, "--yes"]);
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("Nothing of tenant nobody was found")]);
});
