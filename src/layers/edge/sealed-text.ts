import { timingSafeEqual } from "node:crypto";
import { type FingerprintKey, fingerprint, lengthPrefixed } from "../../core/fingerprint.ts";

/**
 * A text in a store that others can write to: with a keyed digest of it and of where it stands, so that what they put
 * there, or move there, is not taken for ours. The digest comes first, in 43 characters.
 */

const digestLength = 43;

export function sealText(secret: FingerprintKey, key: string, text: string): Uint8Array {
  return Buffer.from(digestOf(secret, key, text) + text, "utf8");
}

/** `undefined` for what is not ours. */
export function openSealedText(secret: FingerprintKey, key: string, value: Uint8Array): string | undefined {
  const whole = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (whole.length < digestLength) return undefined;
  const text = whole.toString("utf8", digestLength);
  const right = Buffer.from(digestOf(secret, key, text));
  return timingSafeEqual(right, whole.subarray(0, digestLength)) ? text : undefined;
}

function digestOf(secret: FingerprintKey, key: string, text: string): string {
  return fingerprint(secret, lengthPrefixed(["edge-record", key, text]));
}
