import { endianness } from "node:os";

/**
 * Vectors as they are kept: 32-bit floats (IEEE 754 binary32), little-endian, four bytes a dimension. Providers compute
 * in 32 bits or fewer, so a number that came as a JSON decimal is rounded to the nearest 32-bit float and nothing that
 * the provider knew is lost; base64 carries the same bytes.
 */

const hostIsLittle = endianness() === "LE";

/** Where all exponent bits are set there is an infinity or no number. */
const exponentBits = 0x7f80_0000;

/** The nearest 32-bit floats; a number beyond their range becomes an infinity, which `hasOnlyFinite` tells. */
export function bytesOfNumbers(numbers: ArrayLike<number>): Uint8Array {
  const floats = Float32Array.from(numbers);
  return littleEndian(new Uint8Array(floats.buffer));
}

/** A copy of its own, aligned, to read or to keep. The length must be a multiple of 4. */
export function floatsOf(vector: Uint8Array): Float32Array<ArrayBuffer> {
  return new Float32Array(littleEndian(new Uint8Array(vector)).buffer);
}

/** The floats where they lie, to read only; a copy where the host cannot read them there. The length must be a multiple of 4. */
export function floatsWithin(vector: Uint8Array): Float32Array {
  if (!hostIsLittle || vector.byteOffset % 4 !== 0) return floatsOf(vector);
  return new Float32Array(vector.buffer, vector.byteOffset, vector.length / 4);
}

/** `undefined` when the text is not canonical base64 of whole 32-bit floats. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  // The decoder skips what does not belong; the length says whether there was such a thing.
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const unpadded = text.length - padding;
  if (bytes.length % 4 !== 0 || bytes.length !== Math.floor((unpadded * 3) / 4)) return undefined;
  return bytes;
}

/** Whether every number is finite. */
export function hasOnlyFinite(vector: Uint8Array): boolean {
  const view = new DataView(vector.buffer, vector.byteOffset, vector.byteLength);
  for (let at = 0; at < vector.length; at += 4) {
    if ((view.getUint32(at, true) & exponentBits) === exponentBits) return false;
  }
  return true;
}

export function dimensionsOf(vector: Uint8Array): number {
  return vector.length / 4;
}

function littleEndian(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (!hostIsLittle) Buffer.from(bytes.buffer).swap32();
  return bytes;
}
