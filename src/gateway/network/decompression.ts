import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";

/**
 * Bodies that come compressed, and those that are made to unfold to a multiple of their bytes (decompression bombs). What
 * comes out is counted against what went in, while it comes out: memory is never taken for more than a chunk. Text that
 * people and programs write compresses some ten times, and base64 less; what is small is not counted, since a short text
 * that repeats itself compresses a lot.
 */

const decompressors: ReadonlyMap<string, () => Decompressor> = new Map<string, () => Decompressor>([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
  ["zstd", createZstdDecompress],
]);

/** `bytesWritten`: what it has read of the compressed bytes. */
export type Decompressor = Transform & { readonly bytesWritten: number };

/** One encoding, by its name in lower case. Of several, one inside the other, nobody has need: there is none for them. */
export function decompressorOf(encoding: string): Decompressor | undefined {
  return decompressors.get(encoding)?.();
}

export function canUnfold(encoding: string): boolean {
  return decompressors.has(encoding);
}

const uncountedBytes = 1024 * 1024;

/** Counts what came out; each chunk is to be told once. */
export class Unfolding {
  readonly #decompressor: Pick<Decompressor, "bytesWritten">;
  readonly #maxRatio: number;
  #bytes = 0;

  constructor(decompressor: Pick<Decompressor, "bytesWritten">, maxRatio = 100) {
    this.#decompressor = decompressor;
    this.#maxRatio = maxRatio;
  }

  /** Whether it is too much, with this chunk. */
  isTooFar({ length }: Uint8Array): boolean {
    this.#bytes += length;
    return this.#bytes > uncountedBytes && this.#bytes > this.#maxRatio * this.#decompressor.bytesWritten;
  }
}
