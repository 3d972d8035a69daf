import { createHash } from "node:crypto";
import { WordTable } from "./word-table.ts";

/**
 * What tells a slip of the pen from another word where both could be meant: how letters follow each other in words (a
 * model of trigrams, Shannon 1948), and which words follow each other in questions. Written by `training/slips.py`,
 * which says how the bytes lie.
 */
export class SlipEvidence {
  readonly #surprises: Uint8Array;
  readonly #pairs: WordTable;

  constructor(file: Uint8Array) {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    if (file.length < headLength || view.getUint32(0, true) !== magic) throw new Error("it is no table of slips");
    if (view.getUint16(4, true) !== version) {
      throw new Error(`its version is ${view.getUint16(4, true)}, and this release reads ${version}`);
    }
    const body = file.subarray(headLength);
    if (!createHash("sha256").update(body).digest().equals(file.subarray(16, headLength))) {
      throw new Error("its checksum does not fit: it was cut or changed");
    }
    const letters = view.getUint32(8, true);
    this.#surprises = body.subarray(0, letters);
    this.#pairs = new WordTable(body.subarray(letters));
  }

  /** How unlike a word its letters are, in nats: the sum of the surprises at each. */
  oddness(word: string): number {
    let first = 0;
    let second = 0;
    let sum = 0;
    for (let at = 0; at <= word.length; at++) {
      const third = at === word.length ? 0 : signOf(word.charCodeAt(at));
      sum += this.#surprises[(first * signs + second) * signs + third] as number;
      first = second;
      second = third;
    }
    return sum / stepsPerNat;
  }

  /** How often `second` was seen behind `first`, about; 0 where hardly ever. */
  timesSeen(first: string, second: string): number {
    const frequency = this.#pairs.frequency(`${first} ${second}`);
    return frequency < 0 ? 0 : 2 ** (frequency / stepsPerDoubling);
  }
}

const magic = 0x50_4c_53_52;
const version = 1;
const headLength = 48;
/** The end of a word, the letters, and any other sign. */
const signs = 28;
const stepsPerNat = 16;
const stepsPerDoubling = 16;

function signOf(unit: number): number {
  return unit >= 97 && unit <= 122 ? unit - 96 : signs - 1;
}
