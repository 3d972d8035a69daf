import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../core/clock.ts";
import { makeFolder } from "../stores/make-folder.ts";

/**
 * The pair of keys by which an installation signs what it attests (Ed25519, RFC 8032). It is made when it is first needed and
 * kept beside the admin token, for the owner of the data folder alone to read. The public key is for everybody.
 */
export interface SigningKey {
  /** The first 16 characters of the digest of the public key. */
  readonly id: string;
  /** In PEM. */
  readonly publicKey: string;
  /** In base64url. */
  sign(text: string): string;
}

export function signingKeyFile(directory: string): string {
  return join(directory, "signing-key.pem");
}

/** Throws what the file system says. */
export function obtainSigningKey(directory: string, random: Random): SigningKey {
  makeFolder(directory);
  return keyOf(createPrivateKey(readSigningKey(directory) ?? made(signingKeyFile(directory), random)));
}

/** The one that is there already, if it is. Throws what the file system says. */
export function knownSigningKey(directory: string): SigningKey | undefined {
  const pem = readSigningKey(directory);
  return pem === undefined ? undefined : keyOf(createPrivateKey(pem));
}

/** Whether `signature` is that of `text` by the owner of the public key. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  return verifyBytes(null, Buffer.from(text, "utf8"), createPublicKey(publicKey), Buffer.from(signature, "base64url"));
}

/** As `SigningKey.id`. Throws where the text is no public key. */
export function idOfPublicKey(publicKey: string): string {
  return hash("sha256", createPublicKey(publicKey).export({ type: "spki", format: "der" }), "base64url").slice(0, 16);
}

function readSigningKey(directory: string): string | undefined {
  try {
    return readFileSync(signingKeyFile(directory), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Two that begin at once make one each; what counts is the one that was there first, and it is never half written. */
function made(file: string, random: Random): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  const own = `${file}.${Buffer.from(random.bytes(9)).toString("base64url")}`;
  writeFileSync(own, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
  try {
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return readFileSync(file, "utf8");
}

function keyOf(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  return {
    id: idOfPublicKey(publicKey),
    publicKey,
    sign: (text) => signBytes(null, Buffer.from(text, "utf8"), privateKey).toString("base64url"),
  };
}
