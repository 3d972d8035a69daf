import type { VectorReading } from "../core/embedding-protocol.ts";
import { mostFloatBytes, writeFloats } from "../core/float-text.ts";
import { bytesOfBase64, bytesOfNumbers, hasOnlyFinite } from "../core/vector.ts";

/** Vectors in the replies of embedding APIs: reading them, judging them as a whole, and writing them. */

export type JsonRecord = Readonly<Record<string, unknown>>;
type Unusable = Extract<VectorReading, { ok: false }>;

export function unusable(fault: Unusable["fault"], message: string): Unusable {
  return { ok: false, fault, message };
}

/** What `JSON.parse` makes of a reply; only numbers and names are taken from it, so it need not be strict. */
export function parsedReply(body: Uint8Array): { readonly ok: true; readonly reply: JsonRecord } | Unusable {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("utf8"));
  } catch {
    return unusable("not_json", "The origin's reply is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return unusable("not_json", "The origin's reply is not a JSON object");
  return { ok: true, reply: value as JsonRecord };
}

/** Numbers or base64; `undefined` for anything else. */
export function vectorOf(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return bytesOfBase64(value);
  if (!Array.isArray(value)) return undefined;
  for (const number of value) if (typeof number !== "number") return undefined;
  return bytesOfNumbers(value as number[]);
}

/** What holds for every usable set of vectors: none empty, only finite numbers. `undefined`: it does. */
export function vectorFault(vectors: readonly Uint8Array[]): Unusable | undefined {
  for (const [index, vector] of vectors.entries()) {
    if (vector.length === 0) return unusable("wrong_length", `The origin's vector ${index} is empty`);
    if (!hasOnlyFinite(vector))
      return unusable("not_finite", `The origin's vector ${index} has numbers that are not finite`);
  }
  return undefined;
}

const quote = 0x22;

/** A body that is written front to back; it holds what its maker reckoned. */
export class ReplyWriter {
  readonly #bytes: Buffer;
  #at = 0;

  /** `capacity`: at least what will be written. */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  text(text: string): void {
    this.#at += this.#bytes.write(text, this.#at);
  }

  floats(vector: Uint8Array): void {
    this.#at = writeFloats(vector, this.#bytes, this.#at);
  }

  base64(vector: Uint8Array): void {
    const text = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString("base64");
    // The quotes apart: joined to the text they would make a copy of it.
    this.#bytes[this.#at++] = quote;
    this.#at += this.#bytes.write(text, this.#at, "latin1");
    this.#bytes[this.#at++] = quote;
  }

  /** What was written, once; a body much smaller than what was reckoned does not keep the rest in memory. */
  finish(): Uint8Array {
    const written = this.#bytes.subarray(0, this.#at);
    return this.#at * 2 < this.#bytes.length ? Buffer.from(written) : written;
  }
}

/** Bytes that a vector may take in a reply. */
export function roomFor(vector: Uint8Array, encoding: "float" | "base64"): number {
  return encoding === "float" ? 2 + (vector.length / 4) * mostFloatBytes : 6 + Math.ceil(vector.length / 3) * 4;
}
