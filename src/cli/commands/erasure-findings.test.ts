import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { auditFile, auditFolder } from "../../audit/audit-folder.ts";
import { ChainDigest, chainStart, writeLine } from "../../audit/audit-line.ts";
import { systemClock } from "../../core/clock.ts";
import { systemTenant } from "../../core/scopes.ts";
import { receiptKey } from "../../erasure/erasure-register.ts";
import { type GatewayConfig, readConfig } from "../../gateway/config.ts";
import { storeFromUrl } from "../../stores/store-url.ts";
import { checkErasures } from "./erasure-findings.ts";

it("tells of erasures that the store does not know of, since it may be a backup of before", async () => {
  const directory = mkdtempSync(join(tmpdir(), "reprise-doctor-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const masterKey = Buffer.alloc(32, 1).toString("base64");
  const reading = readConfig({
    environment: {},
    flags: { "data.directory": directory, "security.masterKey": masterKey },
  });
  const { config } = reading as { readonly config: GatewayConfig };
  expect(await checkErasures(config)).toEqual([]);

  const folder = auditFolder(directory);
  mkdirSync(folder);
  const digest = new ChainDigest(undefined);
  let [before, lines] = [chainStart, ""];
  for (const erasure of ["first", "second"]) {
    const event = { action: "erasure done", stage: "seen", by: { kind: "gateway" }, what: { erasure } } as const;
    const line = writeLine(event, { at: systemClock.now(), before, digest });
    [before, lines] = [line.head, lines + line.text];
  }
  writeFileSync(auditFile(folder, 1).path, lines);
  // There is no store yet, and none is made.
  expect(await checkErasures(config)).toEqual([]);
  expect(existsSync(join(directory, "cache.db"))).toBe(false);

  const keep = async (id: string): Promise<void> => {
    const store = await storeFromUrl("sqlite", { directory, maxBytes: 1e7 });
    await store?.set(systemTenant, receiptKey(id), Buffer.from("{}"), { deleteAt: Number.POSITIVE_INFINITY });
    await store?.close();
  };
  await keep("first");
  const [finding, ...others] = await checkErasures(config);
  expect([finding?.check, finding?.detail, others]).toEqual(["erasures", expect.stringContaining("(second of "), []]);
  expect(finding?.problem).toMatchObject({ severity: "warning", remedy: expect.stringContaining("erase again") });
  await keep("second");
  expect(await checkErasures(config)).toEqual([
    { check: "erasures", detail: "the store knows of all 2 in the audit log" },
  ]);
  // To look at a store does not seal it.
  expect(existsSync(join(directory, "keys.db"))).toBe(false);
});
