/** What a row of `entries_v1` carries beside the value, computed alike by whoever reads and whoever writes it. */

import { crc32 } from "node:zlib";

/** Two KB answers, the usual size, fill a page of 8 KiB to four fifths; of 4 KiB to one half. */
export const pageBytes = 8_192;

/** The part of the checksum that all rows of a tenant share. */
export function tenantSeed(tenant: string): number {
  return crc32(`${tenant}\u0000`);
}

/**
 * CRC-32 over tenant, key, value and `deleteAt`: a flipped bit, a cut value, and the value or row of another key in
 * this one's place all fail it.
 */
export function rowChecksum(seed: number, key: string, deleteAt: number, value: Uint8Array): number {
  return (crc32(value, crc32(key, seed)) ^ (deleteAt | 0) ^ ((deleteAt / 0x1_0000_0000) | 0)) >>> 0;
}

/**
 * The bytes a row takes in the file, indexes included: rows share pages, a large value has pages of its own
 * (https://www.sqlite.org/fileformat.html, "B-tree Pages" and "Cell Payload Overflow Pages").
 */
export function rowFootprint(tenant: string, key: string, valueBytes: number): number {
  const names = Buffer.byteLength(tenant) + Buffer.byteLength(key);
  const indexes = Math.ceil(1.5 * (names + 60));
  const payload = names + 50 + valueBytes;
  if (payload <= pageBytes - 35) return indexes + shareOfPage(payload);
  const least = Math.floor(((pageBytes - 12) * 32) / 255) - 23;
  const wished = least + ((payload - least) % (pageBytes - 4));
  const local = wished > pageBytes - 35 ? least : wished;
  return indexes + shareOfPage(local) + Math.ceil((payload - local) / (pageBytes - 4)) * pageBytes;
}

function shareOfPage(payload: number): number {
  return Math.ceil(pageBytes / Math.max(1, Math.floor((pageBytes - 8) / (payload + 12))));
}
