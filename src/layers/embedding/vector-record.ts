import type { VectorScope } from "./vector-key.ts";

/**
 * The body of a stored vector. Little-endian:
 *
 *   0 tokens u32 (all ones: not known) · 4 length of the vector u32 · 8 length of the model u16 · 10 zero u16
 *   12 the vector · the model that answered · JSON of where it belongs, which only an export reads
 */

export interface VectorRecord {
  readonly vector: Uint8Array;
  readonly tokens: number | undefined;
  /** The model that answered, else the one that was asked. */
  readonly model: string;
  readonly origin: VectorOrigin;
}

export interface VectorOrigin {
  /** SHA-256 of the canonical input, base64url. */
  readonly digest: string;
  readonly scope: VectorScope;
}

const headLength = 12;
const unknown = 0xffff_ffff;

export function writeRecord({ vector, tokens, model, origin }: VectorRecord): Uint8Array {
  const name = Buffer.from(model, "utf8");
  const place = Buffer.from(JSON.stringify(origin), "utf8");
  const body = Buffer.alloc(headLength + vector.length + name.length + place.length);
  body.writeUInt32LE(Math.min(tokens ?? unknown, unknown), 0);
  body.writeUInt32LE(vector.length, 4);
  body.writeUInt16LE(name.length, 8);
  body.set(vector, headLength);
  body.set(name, headLength + vector.length);
  body.set(place, headLength + vector.length + name.length);
  return body;
}

/** `undefined` when the lengths within do not fit. */
export function readRecord(body: Uint8Array): VectorRecord | undefined {
  if (body.length < headLength) return undefined;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const vectorEnd = headLength + bytes.readUInt32LE(4);
  const modelEnd = vectorEnd + bytes.readUInt16LE(8);
  if (modelEnd > bytes.length || vectorEnd % 4 !== 0) return undefined;
  const tokens = bytes.readUInt32LE(0);
  return {
    vector: bytes.subarray(headLength, vectorEnd),
    tokens: tokens === unknown ? undefined : tokens,
    model: bytes.toString("utf8", vectorEnd, modelEnd),
    get origin() {
      return JSON.parse(bytes.toString("utf8", modelEnd)) as VectorOrigin;
    },
  };
}
