import { crc32 } from "node:zlib";
import { userOfScope } from "../../core/user-scope.ts";
import { hasOnlyFinite } from "../../core/vector.ts";
import type { VectorScope } from "../../layers/embedding/vector-key.ts";

/**
 * One vector as it stands in a file: where it belongs, what it is, and since when. The columns are described in
 * docs/embeddings.md. No text is among them, only its SHA-256; whoever has the text finds the vector, and nobody else
 * learns the text.
 */

export interface VectorRow {
  /** SHA-256 of the canonical input, in hexadecimal digits. */
  readonly inputDigest: string;
  readonly tenant: string;
  readonly scope: VectorScope;
  /** 32-bit floats, little-endian. */
  readonly vector: Uint8Array;
  readonly tokens: number | undefined;
  /** The model that answered. */
  readonly answeredBy: string;
  /** The format it was asked in. */
  readonly protocol: string;
  readonly tags: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
}

export type ColumnType = "STRING" | "INT32" | "INT64" | "BYTE_ARRAY" | "TIMESTAMP";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly optional?: true;
  of(row: VectorRow): string | number | bigint | Date | Uint8Array | undefined;
}

/** In the order of the file. */
export const columns: readonly Column[] = [
  { name: "input_sha256", type: "STRING", of: (row) => row.inputDigest },
  { name: "model", type: "STRING", of: (row) => row.scope.model },
  { name: "dimensions", type: "INT32", of: (row) => row.vector.length / 4 },
  { name: "vector", type: "BYTE_ARRAY", of: (row) => row.vector },
  { name: "vector_crc32", type: "INT64", of: (row) => BigInt(crc32(row.vector)) },
  { name: "tokens", type: "INT32", optional: true, of: (row) => row.tokens },
  { name: "created_at", type: "TIMESTAMP", of: (row) => new Date(row.createdAt) },
  { name: "expires_at", type: "TIMESTAMP", optional: true, of: (row) => dateOf(row.expiresAt) },
  { name: "parameters", type: "STRING", of: (row) => row.scope.parameters },
  { name: "answered_by", type: "STRING", of: (row) => row.answeredBy },
  { name: "tenant", type: "STRING", of: (row) => row.tenant },
  { name: "whom", type: "STRING", of: (row) => row.scope.whom },
  { name: "namespace", type: "STRING", of: (row) => row.scope.namespace },
  { name: "version", type: "STRING", of: (row) => row.scope.version },
  { name: "origin", type: "STRING", of: (row) => row.scope.origin },
  { name: "family", type: "STRING", of: (row) => row.scope.family },
  { name: "query", type: "STRING", of: (row) => row.scope.query },
  { name: "headers", type: "STRING", of: (row) => JSON.stringify(row.scope.headers) },
  { name: "protocol", type: "STRING", of: (row) => row.protocol },
  { name: "tags", type: "STRING", of: (row) => JSON.stringify(row.tags) },
];

function dateOf(instant: number | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant);
}

/** A row breaks a rule; the message says which, without the number of the row. */
export class RowMistake extends Error {}

/** Reads and checks a row. Throws `RowMistake`. */
export function rowOf(cells: Readonly<Record<string, unknown>>): VectorRow {
  const text = (name: string): string => {
    const value = cells[name];
    if (typeof value !== "string") throw new RowMistake(`${name} is no text`);
    return value;
  };
  const inputDigest = text("input_sha256");
  if (!/^[0-9a-f]{64}$/.test(inputDigest)) throw new RowMistake("input_sha256 is not 64 hexadecimal digits");
  const whom = text("whom");
  if (whom !== "shared" && userOfScope(whom) === undefined) throw new RowMistake('whom is neither "shared" nor a user');
  const model = named(text("model"), "model");
  return {
    inputDigest,
    tenant: named(text("tenant"), "tenant"),
    scope: {
      whom,
      namespace: text("namespace"),
      origin: text("origin"),
      family: text("family"),
      query: text("query"),
      version: text("version"),
      model,
      parameters: text("parameters"),
      headers: texts(text("headers"), "headers"),
    },
    vector: vectorIn(cells),
    tokens: tokensIn(cells["tokens"]),
    answeredBy: text("answered_by"),
    protocol: text("protocol"),
    tags: texts(text("tags"), "tags"),
    createdAt: instantOf(cells["created_at"], "created_at"),
    expiresAt: cells["expires_at"] == null ? undefined : instantOf(cells["expires_at"], "expires_at"),
  };
}

function named(value: string, name: string): string {
  if (value === "") throw new RowMistake(`${name} is empty`);
  return value;
}

function vectorIn(cells: Readonly<Record<string, unknown>>): Uint8Array {
  const { vector, dimensions, vector_crc32: checksum } = cells;
  if (!(vector instanceof Uint8Array)) throw new RowMistake("vector is no bytes");
  if (typeof dimensions !== "number" || dimensions < 1 || vector.length !== 4 * dimensions)
    throw new RowMistake(`vector has ${vector.length} bytes and not four for each of ${String(dimensions)} dimensions`);
  if (checksum !== BigInt(crc32(vector))) throw new RowMistake("vector is damaged: vector_crc32 is another");
  if (!hasOnlyFinite(vector)) throw new RowMistake("vector has a number that is not finite");
  return vector;
}

function tokensIn(value: unknown): number | undefined {
  if (value == null) return undefined;
  if (typeof value !== "number" || value < 0) throw new RowMistake("tokens is no whole number");
  return value;
}

function instantOf(value: unknown, name: string): number {
  const instant = value instanceof Date ? value.getTime() : Number.NaN;
  if (!(instant >= 0)) throw new RowMistake(`${name} is no time`);
  return instant;
}

function texts(json: string, name: string): readonly string[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  if (Array.isArray(value) && value.every((element) => typeof element === "string")) return value;
  throw new RowMistake(`${name} is no JSON list of texts`);
}
