/**
 * How a root key is kept: one row for each rotation, wrapped by the master key.
 *
 *     0  version   1  id, 8 bytes   9  createdAt, IEEE 754, 8 bytes   17  length of the id of the master key   18  that id   …  the wrapped key
 *
 * All before the wrapped key is authenticated with it, and so is the name of the row.
 */

export interface RootRow {
  readonly id: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly masterKeyId: string;
  readonly wrapped: Uint8Array;
}

export const rootIdBytes = 8;
const rowVersion = 1;

export function rootContext(name: string, { id, createdAt, masterKeyId }: Omit<RootRow, "wrapped">): Buffer {
  return Buffer.concat([Buffer.from(`${name}\0`, "utf8"), head({ id, createdAt, masterKeyId })]);
}

export function encodeRootRow(row: RootRow): Buffer {
  return Buffer.concat([head(row), row.wrapped]);
}

/** `undefined` for what is no such row, or one of a later version. */
export function decodeRootRow(bytes: Uint8Array): RootRow | undefined {
  const row = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (row.length < 18 || row[0] !== rowVersion) return undefined;
  const wrappedAt = 18 + (row[17] as number);
  if (row.length <= wrappedAt) return undefined;
  return {
    id: row.subarray(1, 9),
    createdAt: row.readDoubleBE(9),
    masterKeyId: row.toString("utf8", 18, wrappedAt),
    wrapped: row.subarray(wrappedAt),
  };
}

function head({ id, createdAt, masterKeyId }: Omit<RootRow, "wrapped">): Buffer {
  const name = Buffer.from(masterKeyId, "utf8");
  const bytes = Buffer.alloc(18 + name.length);
  bytes[0] = rowVersion;
  bytes.set(id, 1);
  bytes.writeDoubleBE(createdAt, 9);
  bytes[17] = name.length;
  bytes.set(name, 18);
  return bytes;
}
