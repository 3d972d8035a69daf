import type { Random } from "../../src/core/clock.ts";

/**
 * A new input out of known ones: a few small changes at places by chance, as AFL makes them in its "havoc" stage
 * (https://aflplus.plus/docs/fuzzing_in_depth/): bytes changed, parts left out, doubled, moved in from another input,
 * words of the format and awkward numbers put in.
 */

const awkward = [
  ...["0", "-1", "1e400", "4294967296", "9007199254740993", "null", "\u0000", "\ufeff", "\\ud800", "\r\n", "\u2028"],
  ...['"', "{", "}", "[", "]", ",", ":", "=", ";", " ", "\t", "%00", "%2f", "../", "__proto__", "constructor"],
];
const interestingBytes = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x5c, 0x7f, 0x80, 0xc0, 0xed, 0xef, 0xff];
const longest = 4_096;

export function mutated(
  input: Uint8Array,
  others: readonly Uint8Array[],
  words: readonly Uint8Array[],
  random: Random,
): Uint8Array {
  const below = (limit: number): number => Math.floor(random.fraction() * limit);
  const oneOf = <T>(items: readonly T[]): T => items[below(items.length)] as T;
  let bytes = Buffer.from(input);
  for (let left = 1 + below(5); left > 0; left--) {
    const at = below(bytes.length + 1);
    const part = bytes.subarray(at, at + 1 + below(Math.min(64, bytes.length + 1)));
    switch (below(8)) {
      case 0:
        if (at < bytes.length) bytes[at] = below(256);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = oneOf(interestingBytes);
        break;
      case 2:
        if (at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << below(8));
        break;
      case 3:
        bytes = spliced(bytes, at, part.length);
        break;
      case 4:
        bytes = spliced(bytes, at, 0, part);
        break;
      case 5:
        bytes = spliced(bytes, at, below(2) * part.length, Buffer.from(oneOf(awkward), "utf8"));
        break;
      case 6:
        if (words.length > 0) bytes = spliced(bytes, at, below(2) * part.length, oneOf(words));
        break;
      default: {
        const other = oneOf(others);
        const from = below(other.length + 1);
        bytes = spliced(bytes, at, below(2) * part.length, other.subarray(from, from + 1 + below(128)));
      }
    }
  }
  return bytes.subarray(0, longest);
}

function spliced(bytes: Buffer, at: number, removed: number, added: Uint8Array = Buffer.alloc(0)): Buffer<ArrayBuffer> {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}
