import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { obtainSigningKey } from "../audit/signing-key.ts";
import { systemRandom } from "../core/clock.ts";
import { type ErasureRecord, nothingErased } from "./erasure-record.ts";
import { checkReceipt, signReceipt } from "./receipt.ts";

function aKey() {
  const folder = mkdtempSync(join(tmpdir(), "reprise-receipt-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return obtainSigningKey(folder, systemRandom);
}

const record: ErasureRecord = {
  ...{ id: "e1", tenant: "acme", user: "ann@example.org", askedAt: 0, step: "receipt" },
  ...{ counts: { ...nothingErased, rows: 7 }, remains: ["backups", "backups"], by: "x", aliveAt: 0 },
};

it("attests what was removed and what may be left, of a user by a salted digest alone", () => {
  const key = aKey();
  const signed = signReceipt(record, { key, software: "1.0.0", finishedAt: 60_000, random: systemRandom });
  const text = JSON.stringify(signed, undefined, 2);
  expect(text).not.toContain("ann@example.org");
  expect(checkReceipt(text, key.publicKey)).toMatchObject({
    ok: true,
    key: key.id,
    receipt: { id: "e1", erased: { tenant: "acme" }, removed: { rows: 7 }, remains: ["backups"] },
  });
  expect(checkReceipt(text, key.publicKey, "ann@example.org")).toMatchObject({ ok: true });
  expect(checkReceipt(text, key.publicKey, "bob@example.org")).toMatchObject({ ok: false });
});

it("says that nothing was found, and nothing where nobody can tell", () => {
  const key = aKey();
  const foundOf = (more: Partial<ErasureRecord>): boolean | undefined => {
    const parts = { key, software: "1.0.0", finishedAt: 60_000, random: systemRandom };
    const signed = signReceipt({ ...record, counts: nothingErased, ...more }, parts);
    expect(checkReceipt(JSON.stringify(signed), key.publicKey)).toMatchObject({ ok: true });
    return signed.receipt.found;
  };
  expect(foundOf({})).toBe(false);
  expect(foundOf({ hadKeys: false, isBlind: false })).toBe(false);
  expect(foundOf({ hadKeys: true })).toBe(true);
  expect(foundOf({ counts: { ...nothingErased, virtualKeys: 1 }, isBlind: true })).toBe(true);
  expect(foundOf({ isBlind: true })).toBeUndefined();
});

it("is not taken for sound when it was altered, has more in it, is of another key, or is no receipt", () => {
  const [key, other] = [aKey(), aKey()];
  const signed = signReceipt(record, { key, software: "1.0.0", finishedAt: 60_000, random: systemRandom });
  const { receipt } = signed;
  const forged = (more: object) => JSON.stringify({ ...signed, receipt: { ...receipt, ...more } });
  for (const text of [forged({ remains: [] }), forged({ note: "all of it" }), forged({ erased: { tenant: "umbra" } })])
    expect(checkReceipt(text, key.publicKey)).toEqual({
      ok: false,
      reason: "The signature is not that of what it says: it was altered.",
    });
  expect(checkReceipt(JSON.stringify(signed), other.publicKey)).toMatchObject({ ok: false });
  expect(checkReceipt("{}", key.publicKey)).toEqual({ ok: false, reason: "It is not a receipt." });
  expect(checkReceipt("receipt", key.publicKey)).toEqual({ ok: false, reason: "It is not JSON." });
});

it("is no receipt with a member that is there twice, or one beside what was signed", () => {
  const key = aKey();
  const signed = signReceipt(record, { key, software: "1.0.0", finishedAt: 60_000, random: systemRandom });
  const text = JSON.stringify(signed);
  const notReceipts = [
    text.replace('"erased":{', '"erased":{"tenant":"umbra",'),
    text.replace('"erased":{', '"erased":{"ten\\u0061nt":"umbra",'),
    JSON.stringify({ ...signed, note: "all of it" }),
    JSON.stringify({ ...signed, signature: { ...signed.signature, by: "somebody" } }),
  ];
  for (const one of notReceipts) expect(checkReceipt(one, key.publicKey)).toMatchObject({ ok: false });
  const named = signReceipt(
    { ...record, tenant: 'a"b:{c' },
    { key, software: "1", finishedAt: 0, random: systemRandom },
  );
  expect(checkReceipt(JSON.stringify(named, undefined, 2), key.publicKey)).toMatchObject({ ok: true });
});
