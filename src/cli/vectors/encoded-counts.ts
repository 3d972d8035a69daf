/**
 * Counts inside the bytes of a page, which say how often a reader repeats what it does: lengths of runs (Parquet format,
 * "Run Length Encoding / Bit-Packing Hybrid") and lengths of what Snappy copies. A damaged one lets a reader that trusts it
 * go on for hours, or go back and never end. So they are walked through before: each step here moves on by a byte or more.
 */

/** Writers fill the last group of a bit-packed run up, and some of them more than that. */
const mostFilled = 512;
const widest = 32;

/** Throws where runs of `count` values of `width` bits have more than these, or end before. */
export function assertRuns(bytes: Uint8Array, start: number, width: number, count: number): void {
  if (width > widest) throw new Error(`values of ${width} bits`);
  let seen = 0;
  for (let at = start; seen < count; ) {
    const { value: header, end } = variableLength(bytes, at);
    const isPacked = header % 2 === 1;
    const values = Math.floor(header / 2) * (isPacked ? 8 : 1);
    if (values > count - seen + (isPacked ? mostFilled : 0)) throw new Error(`a run of ${values} values`);
    seen += values;
    at = end + (isPacked ? (values / 8) * width : Math.ceil(width / 8));
  }
}

/** Throws where a literal is longer than the rest of these bytes. */
export function assertSnappy(bytes: Uint8Array): void {
  let { end: at } = variableLength(bytes, 0);
  while (at < bytes.length) {
    const tag = byteAt(bytes, at++);
    const kind = tag % 4;
    // A copy has an offset of one, two or four bytes.
    if (kind > 0) at += kind === 3 ? 4 : kind;
    else at += literalLength(bytes, at, tag >> 2);
    if (at > bytes.length) throw new Error("a literal that is longer than its page");
  }
}

/** With the bytes that tell it. Up to 60 stand in the tag. */
function literalLength(bytes: Uint8Array, at: number, tagged: number): number {
  if (tagged < 60) return tagged + 1;
  const size = tagged - 59;
  let length = 0;
  for (let index = size - 1; index >= 0; index--) length = length * 256 + byteAt(bytes, at + index);
  return size + length + 1;
}

/** Unsigned LEB128 of 32 bits at the most. */
function variableLength(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = byteAt(bytes, start + index);
    value += (byte % 128) * 128 ** index;
    if (byte < 128) return { value, end: start + index + 1 };
  }
  throw new Error("a count of more than five bytes");
}

function byteAt(bytes: Uint8Array, index: number): number {
  const byte = bytes[index];
  if (byte === undefined) throw new Error("a page that ends too early");
  return byte;
}
