import { createHash } from "node:crypto";
import { rowOneSlipAway } from "./one-slip-away.ts";
import type { StaticModelContents } from "./static-model-file.ts";
import type { WordPiece, WordReader } from "./word-piece.ts";
import type { WordSketch } from "./word-sketch.ts";

/**
 * A static embedding: the vector of a text is the sum of one row of a table a word, scaled to unit length. A word that
 * the vocabulary lacks (rare, foreign, misspelt) gives the rows of its word pieces and of its character sequences,
 * hashed into buckets by FNV-1a, as fastText does (Bojanowski et al. 2017, https://arxiv.org/abs/1607.04606), and the
 * row of the commonest known word that is one slip of the pen away. `training/` says how the rows were learnt, and
 * `training/student.py` is the same computation in Python.
 */

/** Of a longer text the beginning and the end are read, so that the work is bounded. */
const longestText = 2048;
const readAtEnd = 512;
/** The pieces of a word that was probably mistyped say little. */
const shareOfSlip = 0.25;
/** Looking for a slip is the dearest step: a text of many unknown words is no mistyped question. */
const mostSlips = 16;

export class StaticModel {
  readonly name: string;
  readonly dimensions: number;
  private readonly header: StaticModelContents["header"];
  private readonly wordPiece: WordPiece;
  private readonly added: ReadonlyMap<string, number>;
  private readonly whole: WordSketch;
  private readonly scales: Float32Array;
  private readonly rows: Int8Array;
  private readonly sum: Float64Array;
  private readonly reader: WordReader;
  private unknownWords = 0;
  private readonly rowOfWord = (word: string) => this.wordPiece.rowOfWhole(word) ?? this.added.get(word);

  constructor({ header, wordPiece, added, whole, scales, rows }: StaticModelContents) {
    this.header = header;
    this.name = header.name;
    this.dimensions = header.dimensions;
    this.wordPiece = wordPiece;
    this.added = added;
    this.whole = whole;
    this.scales = scales;
    this.rows = rows;
    this.sum = new Float64Array(header.dimensions);
    this.reader = {
      piece: (row) => this.add(row, 1),
      pieces: (word, rows) => this.addUnknown(word, rows),
    };
  }

  /** The unit vector of a text; one by chance, yet always the same, for a text of which no row is known. */
  embed(text: string): Float32Array {
    this.sum.fill(0);
    this.unknownWords = 0;
    if (text.length <= longestText) this.wordPiece.read(text, this.reader);
    else {
      this.wordPiece.read(text.slice(0, longestText - readAtEnd), this.reader);
      this.wordPiece.read(text.slice(-readAtEnd), this.reader);
    }
    let squares = 0;
    for (const value of this.sum) squares += value * value;
    if (squares === 0) return vectorByChance(text, this.dimensions);
    const factor = 1 / Math.sqrt(squares);
    const vector = new Float32Array(this.dimensions);
    for (let at = 0; at < vector.length; at++) vector[at] = (this.sum[at] as number) * factor;
    return vector;
  }

  /** The pieces' names of a text, for the test that the words are cut as the teacher's tokeniser cuts them. */
  rowsOf(text: string): number[] {
    const found: number[] = [];
    this.wordPiece.read(text, { piece: (row) => found.push(row), pieces: (_, rows) => found.push(...rows) });
    return found;
  }

  private addUnknown(word: string, rows: readonly number[]): void {
    const row = this.added.get(word);
    if (row !== undefined) {
      this.add(row, 1);
      return;
    }
    const meant = this.unknownWords++ < mostSlips ? rowOneSlipAway(word, this.rowOfWord, this.whole) : undefined;
    if (meant !== undefined) this.add(meant, 1);
    for (const piece of rows) this.add(piece, meant === undefined ? 1 : shareOfSlip);
    const { shortest, longest, buckets, pieces, words } = this.header;
    const marked = `<${word}>`;
    let sequences = 0;
    for (let length = shortest; length <= longest; length++) sequences += Math.max(0, marked.length - length + 1);
    const weight = 1 / Math.sqrt(sequences);
    for (let length = shortest; length <= longest; length++) {
      for (let at = 0; at + length <= marked.length; at++) {
        this.add(pieces + words + (hashOf(marked, at, length) & (buckets - 1)), weight);
      }
    }
  }

  private add(row: number, weight: number): void {
    const { sum, rows, dimensions } = this;
    const factor = weight * (this.scales[row] as number);
    const start = row * dimensions;
    for (let at = 0; at < dimensions; at++) {
      sum[at] = (sum[at] as number) + factor * (rows[start + at] as number);
    }
  }
}

/** FNV-1a over UTF-16 units, its upper bits folded in. */
function hashOf(text: string, start: number, length: number): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  return hash ^ (hash >>> 15);
}

/** Of two different texts the cosine is near 0, so a text that cannot be read is near to none but itself. */
function vectorByChance(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let at = 0; at < dimensions; at += 256) {
    const signs = createHash("sha256").update(`${at}:${text}`).digest();
    for (let place = at; place < Math.min(dimensions, at + 256); place++) {
      const bit = ((signs[(place - at) >> 3] as number) >> (place & 7)) & 1;
      vector[place] = (bit === 1 ? 1 : -1) / Math.sqrt(dimensions);
    }
  }
  return vector;
}
