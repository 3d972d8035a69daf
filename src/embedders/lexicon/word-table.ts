import { createHash } from "node:crypto";
import { endianness } from "node:os";

/**
 * A set of words with their frequencies that holds no word: each is a place among the buckets and a fingerprint of
 * 24 bits, both from a polynomial hash in two lanes of 32 bits. The hash of a changed word follows from the hashes of
 * the parts before and after the change, so a hundred neighbours of a word are looked up without building a string.
 * Written by `training/lexicon.py`, which says how the bytes lie.
 */
export class WordTable {
  readonly size: number;
  readonly #shift: number;
  readonly #starts: Uint32Array;
  readonly #entries: Uint32Array;

  constructor(file: Uint8Array) {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    if (file.length < headLength || view.getUint32(0, true) !== magic) throw new Error("it is no lexicon");
    if (view.getUint16(4, true) !== version) {
      throw new Error(`its version is ${view.getUint16(4, true)}, and this release reads ${version}`);
    }
    const body = file.subarray(headLength);
    if (!createHash("sha256").update(body).digest().equals(file.subarray(16, headLength))) {
      throw new Error("its checksum does not fit: it was cut or changed");
    }
    const bits = view.getUint16(6, true);
    this.size = view.getUint32(8, true);
    this.#shift = 32 - bits;
    this.#starts = new Uint32Array((1 << bits) + 1);
    for (let bucket = 0; bucket < 1 << bits; bucket++) {
      this.#starts[bucket + 1] = (this.#starts[bucket] as number) + (body[bucket] as number);
    }
    const entries = new Uint8Array(body.subarray(1 << bits, (1 << bits) + this.size * 4));
    if (entries.length < this.size * 4) throw new Error("it is shorter than its head says");
    if (endianness() === "BE") Buffer.from(entries.buffer).swap32();
    this.#entries = new Uint32Array(entries.buffer);
  }

  /** The frequency, from 0 for the rarest to 255 for the commonest; -1 for what is no word. */
  frequency(word: string): number {
    let a = 0;
    let b = 0;
    for (let index = 0; index < word.length; index++) {
      const unit = word.charCodeAt(index);
      a = (Math.imul(a, laneA) + unit) | 0;
      b = (Math.imul(b, laneB) + unit) | 0;
    }
    return this.frequencyOfHash(a, b);
  }

  frequencyOfHash(a: number, b: number): number {
    const bucket = finish((a + Math.imul(b, crossA)) | 0) >>> this.#shift;
    const fingerprint = finish(b ^ Math.imul(a, crossB)) >>> 8;
    const end = this.#starts[bucket + 1] as number;
    for (let index = this.#starts[bucket] as number; index < end; index++) {
      const entry = this.#entries[index] as number;
      if (entry >>> 8 === fingerprint) return entry & 0xff;
    }
    return -1;
  }
}

/** The multipliers of the two lanes: hash(xy) = hash(x) * lane ** length(y) + hash(y). */
export const laneA = 0x2c1b3c6d;
export const laneB = 0x297a2d39;

const crossA = 0x9e3779b1;
const crossB = 0x85ebca77;
const magic = 0x58_45_4c_52;
const version = 1;
const headLength = 48;

/** The finaliser of MurmurHash3 (Appleby, public domain): every bit of the input turns half of the output. */
function finish(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
