/** The one value that belongs to a key: from 20 bytes to about 12 KB, told by the key alone. */

import { createHash } from "node:crypto";

export function valueFor(key: string): Uint8Array {
  const digest = createHash("sha256").update(key).digest();
  const length = 20 + (digest.readUInt16LE(0) % 12_000);
  const value = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += digest.length) {
    value.set(digest.subarray(0, Math.min(digest.length, length - offset)), offset);
    digest[offset % digest.length] = (digest[offset % digest.length] as number) + 1;
  }
  return value;
}
