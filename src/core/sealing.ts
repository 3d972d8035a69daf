/**
 * The form of a sealed value. AES-256-GCM (NIST SP 800-38D) with a random nonce of 96 bits under a data key (keyring.ts).
 * Whose value it is, where it stands and in which form are authenticated with it, so that a value that was moved to
 * another place or another tenant opens no more than one of which a bit was flipped.
 *
 *     0  "Rs"   2  version   3  0: the value alone, 1: its key before it   4  id of the data key   32  nonce   44  tag   60  the sealed bytes
 *
 * The authenticated data are the first 32 bytes, then the tenant and the key, each preceded by its length. With one data
 * key 2^32 values may be sealed (section 8.3); `reprise sealing rotate` begins new ones.
 */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { lengthPrefixed } from "./fingerprint.ts";
import { type DataKey, keyIdBytes } from "./keyring.ts";

export const sealedVersion = 1;
export const sealedOverhead = 60;

const algorithm = "aes-256-gcm";
const idAt = 4;
const nonceAt = idAt + keyIdBytes;
const nonceBytes = 12;
const tagAt = nonceAt + nonceBytes;
const tagBytes = 16;
const bodyAt = tagAt + tagBytes;

/** Where a value stands. */
export interface SealedPlace {
  readonly tenant: string;
  readonly key: string;
}

export interface SealOptions {
  readonly nonce: Uint8Array;
  /** The name of the value, where its place does not tell it. */
  readonly name?: string | undefined;
}

export function sealBytes(key: DataKey, place: SealedPlace, value: Uint8Array, { nonce, name }: SealOptions): Buffer {
  const named = name === undefined ? undefined : Buffer.from(name, "utf8");
  const nameBytes = named === undefined ? 0 : 2 + named.length;
  const sealed = Buffer.allocUnsafe(bodyAt + nameBytes + value.byteLength);
  sealed.set([0x52, 0x73, sealedVersion, named === undefined ? 0 : 1]);
  sealed.set(key.id, idAt);
  sealed.set(nonce, nonceAt);
  const cipher = createCipheriv(algorithm, key.secret, nonce);
  cipher.setAAD(additional(sealed, place));
  let at = bodyAt;
  if (named !== undefined) {
    const before = Buffer.allocUnsafe(nameBytes);
    before.writeUInt16BE(named.length, 0);
    before.set(named, 2);
    sealed.set(cipher.update(before), at);
    at += nameBytes;
  }
  sealed.set(cipher.update(value), at);
  cipher.final();
  sealed.set(cipher.getAuthTag(), tagAt);
  return sealed;
}

/** `newer`: of a later version of this form. */
export type SealedForm = "sealed" | "unsealed" | "newer";

export function formOf(bytes: Uint8Array): SealedForm {
  if (bytes.byteLength < bodyAt || bytes[0] !== 0x52 || bytes[1] !== 0x73) return "unsealed";
  const version = bytes[2] as number;
  return version === sealedVersion ? "sealed" : version > sealedVersion ? "newer" : "unsealed";
}

/** Under which data key it is sealed; only of what has the form. */
export function keyIdOf(sealed: Uint8Array): Uint8Array {
  return sealed.subarray(idAt, nonceAt);
}

export interface OpenedSeal {
  readonly value: Uint8Array;
  /** `undefined` where its place tells it. */
  readonly name: string | undefined;
}

/** `undefined`: it was altered, cut, or does not belong here. */
export function openSealed(key: DataKey, place: SealedPlace, sealed: Uint8Array): OpenedSeal | undefined {
  try {
    const decipher = createDecipheriv(algorithm, key.secret, sealed.subarray(nonceAt, tagAt), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(additional(sealed, place));
    decipher.setAuthTag(sealed.subarray(tagAt, bodyAt));
    const plain = decipher.update(sealed.subarray(bodyAt));
    decipher.final();
    if (sealed[3] !== 1) return { value: plain, name: undefined };
    const nameEnd = 2 + plain.readUInt16BE(0);
    return { value: plain.subarray(nameEnd), name: plain.toString("utf8", 2, nameEnd) };
  } catch {
    return undefined;
  }
}

function additional(sealed: Uint8Array, { tenant, key }: SealedPlace): Buffer {
  const place = Buffer.from(lengthPrefixed([tenant, key]), "utf8");
  const whole = Buffer.allocUnsafe(nonceAt + place.length);
  whole.set(sealed.subarray(0, nonceAt));
  whole.set(place, nonceAt);
  return whole;
}
