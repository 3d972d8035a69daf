import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

/**
 * Keys. A key is HMAC-SHA256(secret, fields), each field preceded by its length, so that no two lists of fields
 * give the same bytes and nobody who can guess a prompt can compute its key. Inputs are never truncated.
 */

/** Raised whenever the meaning of a key changes: entries of another version are never met. */
export const keyVersion = "1";

/** The secret behind the keys. Everybody holds the same object, so that a secret that becomes known late reaches all. */
export class FingerprintKey {
  #secret: KeyObject;

  /** `secret`: at least 16 bytes. */
  constructor(secret: Uint8Array) {
    this.#secret = createSecretKey(secret);
  }

  get secret(): KeyObject {
    return this.#secret;
  }

  equals(other: FingerprintKey): boolean {
    return this.#secret.equals(other.secret);
  }

  /** From now on keys are those of `secret`; whatever remembers earlier ones is to forget them. */
  replace(secret: Uint8Array): void {
    this.#secret = createSecretKey(secret);
  }
}

export function fingerprintKey(secret: Uint8Array): FingerprintKey {
  return new FingerprintKey(secret);
}

/** Joins the fields so that their boundaries are part of the text. */
export function lengthPrefixed(fields: readonly string[]): string {
  let joined = "";
  for (const field of fields) joined += `${field.length}:${field}`;
  return joined;
}

/** 43 characters of base64url. */
export function fingerprint(key: FingerprintKey, text: string): string {
  return createHmac("sha256", key.secret).update(text, "utf8").digest("base64url");
}

/** SHA-256 of content that is about to be fingerprinted, so that large bodies are hashed once. */
export function contentDigest(content: Uint8Array | string): string {
  return hash("sha256", content, "base64url");
}
