import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from "node:crypto";
import { join } from "node:path";
import type { Random } from "../core/clock.ts";
import { RepriseError } from "../core/errors.ts";
import { contentOf, madeOnce } from "../stores/made-once.ts";
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

/** The file is there and is no key. */
export class SigningKeyError extends RepriseError {}

export function signingKeyFile(directory: string): string {
  return join(directory, "signing-key.pem");
}

/** Throws what the file system says, and `SigningKeyError`. */
export function obtainSigningKey(directory: string, random: Random): SigningKey {
  makeFolder(directory);
  const file = signingKeyFile(directory);
  return keyOf(keyIn(directory, contentOf(file) ?? madeOnce(file, newKey(), random)));
}

/** The one that is there already, if it is. Throws what the file system says, and `SigningKeyError`. */
export function knownSigningKey(directory: string): SigningKey | undefined {
  const pem = contentOf(signingKeyFile(directory));
  return pem === undefined ? undefined : keyOf(keyIn(directory, pem));
}

/** Whether `signature` is that of `text` by the owner of the public key. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  return verifyBytes(null, Buffer.from(text, "utf8"), createPublicKey(publicKey), Buffer.from(signature, "base64url"));
}

/** As `SigningKey.id`. Throws where the text is no public key. */
export function idOfPublicKey(publicKey: string): string {
  return hash("sha256", createPublicKey(publicKey).export({ type: "spki", format: "der" }), "base64url").slice(0, 16);
}

function keyIn(directory: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new SigningKeyError("signing_key", {
      message: `${signingKeyFile(directory)} holds no private key in PEM`,
      remedy: "Restore it from a backup; without it, what it signed can be checked by its public key alone",
      cause,
    });
  }
}

/** In PEM. */
function newKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function keyOf(privateKey: KeyObject): SigningKey {
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  return {
    id: idOfPublicKey(publicKey),
    publicKey,
    sign: (text) => signBytes(null, Buffer.from(text, "utf8"), privateKey).toString("base64url"),
  };
}
