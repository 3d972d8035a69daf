/**
 * What identifies a row. The id is 32 bytes: eight of a digest of the tenant, then 24 of a digest of tenant and key. So
 * keys of any length and with any character have a place of one size, the rows of a tenant stand together and can be
 * walked through, and two rows never meet. Tenant and key are kept beside it, for listings.
 */

import { hash } from "node:crypto";
import { rowChecksum, tenantSeed } from "./sqlite-row.ts";

export const tenantIdLength = 8;
const idLength = 32;

/** What a row takes beside tenant, key and value, in the table and its indexes, about. */
const rowOverhead = 200;

export function tenantId(tenant: string): Buffer {
  return hash("sha256", tenant, "buffer").subarray(0, tenantIdLength);
}

export function rowId(tenant: string, key: string): Buffer {
  const place = hash("sha256", `${tenant.length}:${tenant}${key}`, "buffer");
  return Buffer.concat([tenantId(tenant), place.subarray(0, idLength - tenantIdLength)]);
}

/** Tells a damaged value, and one that stands under another key. */
export function checksumOf(tenant: string, key: string, deleteAt: number, value: Uint8Array): number {
  return rowChecksum(tenantSeed(tenant), key, deleteAt, value);
}

export function sizeOf(tenant: string, key: string, value: Uint8Array): number {
  return Buffer.byteLength(tenant) + Buffer.byteLength(key) + value.byteLength + rowOverhead;
}
