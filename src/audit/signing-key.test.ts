import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { systemRandom } from "../core/clock.ts";
import { idOfPublicKey, isSignedBy, knownSigningKey, obtainSigningKey, signingKeyFile } from "./signing-key.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "reprise-signing-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("is made once, for its owner alone to read, and leaves nothing else behind", () => {
  const folder = temporaryFolder();
  expect(knownSigningKey(folder)).toBeUndefined();
  const key = obtainSigningKey(folder, systemRandom);
  expect(obtainSigningKey(folder, systemRandom).publicKey).toBe(key.publicKey);
  expect(knownSigningKey(folder)?.id).toBe(key.id);
  expect(statSync(signingKeyFile(folder)).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["signing-key.pem"]);
});

it("signs what its public key confirms, and no other text, signature or key does", () => {
  const [key, other] = [
    obtainSigningKey(temporaryFolder(), systemRandom),
    obtainSigningKey(temporaryFolder(), systemRandom),
  ];
  const signature = key.sign("erased");
  expect(idOfPublicKey(key.publicKey)).toBe(key.id);
  expect(isSignedBy(key.publicKey, "erased", signature)).toBe(true);
  expect(isSignedBy(key.publicKey, "erased?", signature)).toBe(false);
  expect(isSignedBy(other.publicKey, "erased", signature)).toBe(false);
  expect(isSignedBy(key.publicKey, "erased", other.sign("erased"))).toBe(false);
  expect(isSignedBy(key.publicKey, "erased", "")).toBe(false);
});

it("a file that holds no key is told by its name, and is not overwritten", () => {
  const folder = temporaryFolder();
  writeFileSync(signingKeyFile(folder), "junk");
  for (const read of [knownSigningKey, (at: string) => obtainSigningKey(at, systemRandom)])
    expect(() => read(folder)).toThrow(/signing-key\.pem holds no private key/);
});
