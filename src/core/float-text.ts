import { floatsOf } from "./vector.ts";

/**
 * 32-bit floats as JSON text, straight into bytes: the shortest decimal that a reader of JSON, who parses doubles, rounds
 * back to the same 32-bit float.
 *
 * A 32-bit float is told from its neighbours by at most 9 significant digits (C standard, FLT_DECIMAL_DIG). For each
 * length from 6 up, the float, scaled by a power of ten, is rounded to a whole number; with up to 9 digits that number
 * and the power (up to 10^22) are exact doubles, so their quotient is the double nearest to the decimal, which is what
 * `JSON.parse` makes of it (Clinger, "How to read floating point numbers accurately", PLDI 1990, the fast path). The
 * first length whose decimal rounds back is taken. A decimal whose double lies exactly between two floats is not, since
 * a reader who rounds it to 32 bits at once might choose the other. What is too small or too large for the fast path is
 * left to `Number.prototype.toPrecision`.
 */

/** The most bytes that `writeFloats` needs for one number with its comma. */
export const mostFloatBytes = 26;

const powers = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const smallest = 1e-6;
const largest = 1e6;

const probe = new Float64Array(1);
const probeBits = new Uint32Array(probe.buffer);
const lowWord = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 0 : 1;
/** The 29 bits by which a double is finer than a float; a double that has just the highest of them lies in the middle. */
const finerBits = 0x1fff_ffff;
const middle = 0x1000_0000;

/** Writes `vector` as a JSON array at `at` and returns where it ends. There must be room: 2 bytes and `mostFloatBytes` a number. */
export function writeFloats(vector: Uint8Array, out: Uint8Array, at: number): number {
  const floats = floatsOf(vector);
  let end = at;
  out[end++] = 0x5b;
  for (let index = 0; index < floats.length; index++) {
    if (index > 0) out[end++] = 0x2c;
    end = writeFloat(floats[index] as number, out, end);
  }
  out[end++] = 0x5d;
  return end;
}

/** `value` must be a finite 32-bit float. */
function writeFloat(value: number, out: Uint8Array, at: number): number {
  let end = at;
  let size = value;
  if (value < 0 || Object.is(value, -0)) {
    out[end++] = 0x2d;
    size = -value;
  }
  if (size >= smallest && size < largest) return writePlain(size, out, end);
  return writeText(size === 0 ? "0" : shortest(size), out, end);
}

/** Digits before the point are `point`, at most 0 for a number below 0.1. */
function writePlain(size: number, out: Uint8Array, at: number): number {
  let point = size >= 1 ? 1 : 0;
  while (size >= (powers[point] as number)) point++;
  if (size < 1) while (size * (powers[1 - point] as number) < 1) point--;
  for (let length = 6; length <= 9; length++) {
    const scale = powers[length - point] as number;
    const digits = Math.round(size * scale);
    if (roundsTo(digits / scale, size)) return writeDigits(digits, length - point, out, at);
  }
  return writeText(shortest(size), out, at);
}

function roundsTo(decimal: number, float: number): boolean {
  if (Math.fround(decimal) !== float) return false;
  if (decimal === float) return true;
  probe[0] = decimal;
  return ((probeBits[lowWord] as number) & finerBits) !== middle;
}

/** `digits * 10^-places`, in plain notation. */
function writeDigits(digits: number, places: number, out: Uint8Array, at: number): number {
  let rest = digits;
  let left = places;
  while (left > 0 && rest % 10 === 0) {
    rest = (rest / 10) | 0;
    left--;
  }
  let length = 1;
  while (rest >= (powers[length] as number)) length++;
  // Of a number below 1 the zero before the point and those after it are written as well.
  const end = at + (left === 0 ? length : Math.max(length, left + 1) + 1);
  let place = end;
  for (let index = 0; index < left; index++) {
    const quotient = (rest / 10) | 0;
    out[--place] = 0x30 + rest - quotient * 10;
    rest = quotient;
  }
  if (left > 0) out[--place] = 0x2e;
  do {
    const quotient = (rest / 10) | 0;
    out[--place] = 0x30 + rest - quotient * 10;
    rest = quotient;
  } while (rest > 0);
  return end;
}

function shortest(size: number): string {
  for (let length = 1; length < 9; length++) {
    const decimal = Number(size.toPrecision(length));
    if (roundsTo(decimal, size)) return String(decimal);
  }
  return String(Number(size.toPrecision(9)));
}

function writeText(text: string, out: Uint8Array, at: number): number {
  for (let index = 0; index < text.length; index++) out[at + index] = text.charCodeAt(index);
  return at + text.length;
}
