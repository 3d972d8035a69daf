/**
 * How a data key is kept: one row for each scope and epoch, wrapped. That of a tenant by a root key, that of a user by the
 * key of its tenant, so that a tenant's key takes those of its users with it.
 *
 *     0  version   1  0: of a tenant, 1: of a user   2  id, 8 bytes   10  id of what wraps it   …  nonce, 12   …  tag, 16   …  the key, 32
 *
 * All before the nonce is authenticated, and so is the name of the row.
 */

import { createCipheriv, createDecipheriv } from "node:crypto";
import { keyIdBytes } from "../../core/keyring.ts";
import { rootIdBytes } from "./root-row.ts";

export interface DataKeyRow {
  readonly kind: "tenant" | "user";
  /** Its own part of the id. */
  readonly id: Uint8Array;
  /** Of the root key, or of the tenant's key. */
  readonly parent: Uint8Array;
}

export const ownIdBytes = 8;
const rowVersion = 1;
const parentAt = 2 + ownIdBytes;

export function encodeDataKeyRow(
  name: string,
  row: DataKeyRow,
  key: { readonly secret: Uint8Array; readonly wrapping: Uint8Array; readonly nonce: Uint8Array },
): Buffer {
  const head = headOf(row);
  const cipher = createCipheriv("aes-256-gcm", key.wrapping, key.nonce);
  cipher.setAAD(additional(name, head));
  const body = Buffer.concat([cipher.update(key.secret), cipher.final()]);
  return Buffer.concat([head, key.nonce, cipher.getAuthTag(), body]);
}

/** `undefined` for what is no such row, or one of a later version. */
export function decodeDataKeyRow(bytes: Uint8Array): DataKeyRow | undefined {
  const kind = bytes[1] === 0 ? "tenant" : "user";
  if (bytes[0] !== rowVersion || (bytes[1] as number) > 1 || bytes.length !== headBytes(kind) + 60) return undefined;
  return { kind, id: bytes.subarray(2, parentAt), parent: bytes.subarray(parentAt, headBytes(kind)) };
}

/** `undefined`: it was altered, or stands in another's place. */
export function unwrapDataKey(
  name: string,
  bytes: Uint8Array,
  row: DataKeyRow,
  wrapping: Uint8Array,
): Buffer | undefined {
  const at = headBytes(row.kind);
  try {
    const nonce = bytes.subarray(at, at + 12);
    const decipher = createDecipheriv("aes-256-gcm", wrapping, nonce, { authTagLength: 16 });
    decipher.setAAD(additional(name, bytes.subarray(0, at)));
    decipher.setAuthTag(bytes.subarray(at + 12, at + 28));
    return Buffer.concat([decipher.update(bytes.subarray(at + 28)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function headBytes(kind: DataKeyRow["kind"]): number {
  return parentAt + (kind === "tenant" ? rootIdBytes : keyIdBytes);
}

function headOf({ kind, id, parent }: DataKeyRow): Buffer {
  return Buffer.concat([Buffer.from([rowVersion, kind === "tenant" ? 0 : 1]), id, parent]);
}

function additional(name: string, head: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${name}\0`, "utf8"), head]);
}
