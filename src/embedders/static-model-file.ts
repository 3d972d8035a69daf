import { createHash } from "node:crypto";
import { endianness } from "node:os";
import type { Steps } from "../core/steps.ts";
import { WordPiece } from "./word-piece.ts";
import { WordSketch } from "./word-sketch.ts";

/**
 * The file of a static embedding as it is read and checked, in steps of about a millisecond.
 *
 * The file, little-endian:
 *
 *     0   magic "RSTA" | 4 version u32 | 8 bytes of the header u32 | 12 zero u32
 *     16  SHA-256 of all that follows, 32 bytes
 *     48  header: JSON with name, dimensions, pieces, words, buckets, shortest, longest, and the bytes of the vocabulary
 *     ..  vocabulary: pieces, then added words, UTF-8, a line each; then zeros to a multiple of 4
 *     ..  scale of each row f32; then the rows, i8: pieces, words, buckets
 */

const headerAt = 48;
const version = 1;

interface Header {
  readonly name: string;
  readonly dimensions: number;
  readonly pieces: number;
  readonly words: number;
  readonly buckets: number;
  readonly shortest: number;
  readonly longest: number;
  readonly vocabularyBytes: number;
}

export interface StaticModelContents {
  readonly header: Header;
  readonly wordPiece: WordPiece;
  /** The rows of the added words. */
  readonly added: ReadonlyMap<string, number>;
  /** Of all words that have a row of their own. */
  readonly whole: WordSketch;
  readonly scales: Float32Array;
  readonly rows: Int8Array;
}

/** `file` must not change afterwards. Throws an `Error` that says what is wrong with it. */
export function* readStaticModel(file: Uint8Array): Steps<StaticModelContents> {
  const header = yield* readHeader(file);
  const vocabularyAt = headerAt + viewOf(file).getUint32(8, true);
  const vocabulary = Buffer.from(file.buffer, file.byteOffset + vocabularyAt, header.vocabularyBytes)
    .toString("utf8")
    .split("\n");
  if (vocabulary.length !== header.pieces + header.words) throw new Error("its vocabulary is not complete");
  const count = header.pieces + header.words + header.buckets;
  const scalesAt = Math.ceil((vocabularyAt + header.vocabularyBytes) / 4) * 4;
  const rowsAt = scalesAt + count * 4;
  if (file.length !== rowsAt + count * header.dimensions) throw new Error("its length is not what its header says");

  const wordPiece = new WordPiece([]);
  const added = new Map<string, number>();
  const whole = new WordSketch();
  for (const [row, word] of vocabulary.entries()) {
    if (row % wordsAtOnce === 0) yield;
    if (!word.startsWith("##")) whole.add(word);
    if (row < header.pieces) wordPiece.add(word, row);
    else added.set(word, row);
  }
  const scales = floatsAt(file, scalesAt, count);
  const rows = new Int8Array(file.buffer, file.byteOffset + rowsAt, count * header.dimensions);
  return { header, wordPiece, added, whole, scales, rows };
}

const wordsAtOnce = 1_024;
const bytesAtOnce = 1024 * 1024;

function* readHeader(file: Uint8Array): Steps<Header> {
  if (file.length < headerAt || Buffer.from(file.subarray(0, 4)).toString("latin1") !== "RSTA") {
    throw new Error("it is no file of a static embedding");
  }
  const view = viewOf(file);
  const found = view.getUint32(4, true);
  if (found !== version) throw new Error(`its format is version ${found}, and this program reads version ${version}`);
  const sum = createHash("sha256");
  for (let at = headerAt; at < file.length; at += bytesAtOnce) {
    yield;
    sum.update(file.subarray(at, at + bytesAtOnce));
  }
  if (!sum.digest().equals(file.subarray(16, headerAt))) throw new Error("its checksum is wrong, so it is damaged");
  const text = Buffer.from(file.subarray(headerAt, headerAt + view.getUint32(8, true))).toString("utf8");
  return JSON.parse(text) as Header;
}

function viewOf(file: Uint8Array): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}

function floatsAt(file: Uint8Array, at: number, count: number): Float32Array {
  const bytes = new Uint8Array(file.subarray(at, at + count * 4));
  if (endianness() === "BE") Buffer.from(bytes.buffer).swap32();
  return new Float32Array(bytes.buffer);
}
