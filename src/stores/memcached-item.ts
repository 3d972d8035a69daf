/**
 * What an item in Memcached carries beside the value. Little-endian:
 *
 *   0 "RM" · 2 format u8 · 3 form u8 · 4 crc32 u32 of all behind it · 8 deleteAt f64 · 16 storedAt f64 · 24 priority u8
 *   25 nothing · 28 tenant length u32 · 32 key length u32 · 36 tenant · key · body
 *
 * Keys in Memcached are at most 250 bytes without spaces, so an item stands under a digest of tenant and key; both are
 * kept in the item and compared, so that no value is ever returned under a name that it was not stored under.
 *
 * A value that is larger than the server takes is divided. Its parts stand under names with a random generation, and
 * the item itself holds a manifest: generation, number of parts, length, crc32. A reader that finds a part missing or
 * of another write has a miss, never half a value.
 */

import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { EvictionPriority } from "../core/store.ts";
import { priorityFromNumber, priorityToNumber } from "./priority-number.ts";

/** Part of every name: programs of another format have items of their own and never meet these. */
export const itemFormat = 1;
const headLength = 36;
const forms = ["whole", "manifest"] as const;
export const generationLength = 9;

export interface ItemHead {
  readonly deleteAt: number;
  readonly storedAt: number;
  readonly priority: EvictionPriority;
}

export interface Item extends ItemHead {
  readonly form: (typeof forms)[number];
  readonly body: Uint8Array;
}

export interface Manifest {
  readonly generation: Uint8Array;
  readonly parts: number;
  readonly length: number;
  readonly checksum: number;
}

/** Where the item of a key stands. */
export function itemName(keyPrefix: string, tenant: string, key: string): string {
  return `${keyPrefix}${itemFormat}:${hash("sha256", `${tenant.length}:${tenant}${key}`, "base64url")}`;
}

/** Where the lease of a key stands. */
export function leaseName(keyPrefix: string, key: string): string {
  return `${keyPrefix}${itemFormat}:lease:${hash("sha256", key, "base64url")}`;
}

export function partName(item: string, generation: Uint8Array, index: number): string {
  return `${item}:${Buffer.from(generation).toString("base64url")}:${index}`;
}

/** The bytes an item takes beside its body. */
export function itemOverhead(tenant: string, key: string): number {
  return headLength + Buffer.byteLength(tenant) + Buffer.byteLength(key);
}

export function sealItem(tenant: string, key: string, item: Item): Uint8Array {
  const tenantBytes = Buffer.from(tenant, "utf8");
  const keyBytes = Buffer.from(key, "utf8");
  const sealed = Buffer.allocUnsafeSlow(headLength + tenantBytes.length + keyBytes.length + item.body.length);
  sealed.write("RM", 0, "latin1");
  sealed[2] = itemFormat;
  sealed[3] = forms.indexOf(item.form);
  sealed.writeDoubleLE(item.deleteAt, 8);
  sealed.writeDoubleLE(item.storedAt, 16);
  sealed[24] = priorityToNumber(item.priority);
  sealed.fill(0, 25, 28);
  sealed.writeUInt32LE(tenantBytes.length, 28);
  sealed.writeUInt32LE(keyBytes.length, 32);
  let at = headLength + tenantBytes.copy(sealed, headLength);
  at += keyBytes.copy(sealed, at);
  sealed.set(item.body, at);
  sealed.writeUInt32LE(checksum(sealed), 4);
  return sealed;
}

/** `undefined` for what is damaged, of another format, or of another key. */
export function openItem(bytes: Uint8Array, tenant: string, key: string): Item | undefined {
  const sealed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (sealed.length < headLength || sealed.toString("latin1", 0, 2) !== "RM" || sealed[2] !== itemFormat) return;
  if (sealed.readUInt32LE(4) !== checksum(sealed)) return;
  const tenantEnd = headLength + sealed.readUInt32LE(28);
  const keyEnd = tenantEnd + sealed.readUInt32LE(32);
  const form = forms[sealed[3] as number];
  if (form === undefined || keyEnd > sealed.length) return;
  if (!sealed.subarray(headLength, tenantEnd).equals(Buffer.from(tenant, "utf8"))) return;
  if (!sealed.subarray(tenantEnd, keyEnd).equals(Buffer.from(key, "utf8"))) return;
  return {
    form,
    deleteAt: sealed.readDoubleLE(8),
    storedAt: sealed.readDoubleLE(16),
    priority: priorityFromNumber(sealed[24] as number),
    body: sealed.subarray(keyEnd),
  };
}

export function sealManifest({ generation, parts, length, checksum: sum }: Manifest): Uint8Array {
  const sealed = Buffer.alloc(generationLength + 12);
  sealed.set(generation);
  sealed.writeUInt32LE(parts, generationLength);
  sealed.writeUInt32LE(length, generationLength + 4);
  sealed.writeUInt32LE(sum, generationLength + 8);
  return sealed;
}

export function openManifest(body: Uint8Array): Manifest {
  const sealed = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return {
    generation: sealed.subarray(0, generationLength),
    parts: sealed.readUInt32LE(generationLength),
    length: sealed.readUInt32LE(generationLength + 4),
    checksum: sealed.readUInt32LE(generationLength + 8),
  };
}

/** The whole value, `undefined` when a part is missing or they do not make up what was stored. */
export function joinParts(manifest: Manifest, parts: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  const there = parts.filter((part) => part !== undefined);
  if (there.length < manifest.parts) return undefined;
  const value = Buffer.concat(there);
  return value.length === manifest.length && crc32(value) === manifest.checksum ? value : undefined;
}

function checksum(sealed: Buffer): number {
  return crc32(sealed.subarray(8), crc32(sealed.subarray(0, 4)));
}
