/**
 * What stands before a value in a store that keeps nothing but bytes: a mark and the version of this format, the
 * priority, the time of death and a checksum. Whoever reads it knows when the value dies, whatever the server's clock
 * says, and serves nothing that was cut, altered or written under another name.
 *
 *     0  "Rp"       2  version   3  priority   4  CRC-32   8  deleteAt, IEEE 754, 8 bytes   16  the value
 *
 * The checksum covers the name and all that follows it, and begins with the priority. Numbers are big-endian.
 */

import { crc32 } from "node:zlib";
import type { EvictionPriority } from "../core/store.ts";
import { priorityFromNumber, priorityToNumber } from "./priority-number.ts";

export const envelopeVersion = 1;
export const envelopeBytes = 16;

export type Opened =
  | {
      readonly kind: "value";
      readonly value: Uint8Array;
      readonly deleteAt: number;
      readonly priority: EvictionPriority;
    }
  /** `newer`: of a later version of Reprise, to be left alone. */
  | { readonly kind: "damaged" | "newer" };

const damaged: Opened = { kind: "damaged" };
const newer: Opened = { kind: "newer" };

/** `name`: the whole name the value is stored under. */
export function sealValue(name: string, value: Uint8Array, deleteAt: number, priority: EvictionPriority): Buffer {
  const sealed = Buffer.allocUnsafe(envelopeBytes + value.byteLength);
  sealed[0] = 0x52;
  sealed[1] = 0x70;
  sealed[2] = envelopeVersion;
  sealed[3] = priorityToNumber(priority);
  sealed.writeDoubleBE(deleteAt, 8);
  sealed.set(value, envelopeBytes);
  sealed.writeUInt32BE(checksum(name, sealed), 4);
  return sealed;
}

/** The value is a view into `sealed`. */
export function openValue(name: string, sealed: Buffer): Opened {
  if (sealed.length < envelopeBytes || sealed[0] !== 0x52 || sealed[1] !== 0x70) return damaged;
  const version = sealed[2] as number;
  if (version !== envelopeVersion) return version > envelopeVersion ? newer : damaged;
  if (checksum(name, sealed) !== sealed.readUInt32BE(4)) return damaged;
  return {
    kind: "value",
    value: sealed.subarray(envelopeBytes),
    deleteAt: sealed.readDoubleBE(8),
    priority: priorityFromNumber(sealed[3] as number),
  };
}

function checksum(name: string, sealed: Buffer): number {
  return crc32(sealed.subarray(8), crc32(name, sealed[3]));
}
