/**
 * The embedded store of vectors: exact search in this process, without a server and without a native package.
 *
 * Each partition is scanned as a whole: one byte a dimension by a WebAssembly kernel with SIMD, then the best few
 * again in 32 bits (scan-kernel.c, codes.ts, search.ts). Look-ups are linear in the size of the partition and lose
 * nothing to an approximate index; beyond 200,000 vectors a partition, use a server. A large partition is scanned in
 * a thread of its own (scanner.ts). With a folder everything is kept in a SQLite file that several processes may use
 * at once (file-vectors.ts); without, in memory alone.
 */

import process from "node:process";
import { type Clock, systemClock } from "../core/clock.ts";
import type { StoreFinding } from "../core/store-check.ts";
import type { VectorStore } from "../core/vector-store.ts";
import { FileVectors } from "./file-vectors.ts";
import { MemoryVectors } from "./memory-vectors.ts";
import { ScanMemory } from "./scan-memory.ts";
import { Scanner } from "./scanner.ts";
import { VectorBounds, type VectorBoundsOptions } from "./vector-bounds.ts";

export interface EmbeddedVectorsOptions extends VectorBoundsOptions {
  /**
   * Made when it is missing, readable by its owner only. The file in it is `semantic.db`; several processes may share
   * it. Without a folder, vectors are in memory alone.
   */
  readonly directory?: string;
  /** A damaged file is renamed and begun afresh; else it answers nothing until somebody has moved it away. */
  readonly restartWhenDamaged?: boolean;
  readonly clock?: Clock;
  /** Hears of damage and of writes that fail. Default: `process.emitWarning`. */
  readonly onWarning?: (message: string) => void;
  /** False scans in plain JavaScript even where WebAssembly has SIMD. */
  readonly simd?: boolean;
  /** Bytes of codes, about the number of dimensions a vector, beyond which a partition is scanned in a thread. */
  readonly bytesScannedAtOnce?: number;
}

/** A store of vectors in a file. */
export interface EmbeddedVectorFile extends VectorStore {
  /** What is wrong with the file, and what to do about it; at least one finding. Reads all of it, in a thread. */
  check(): Promise<readonly StoreFinding[]>;
  /** Resolves when everything put before is in the file, for other processes to see; rejects while it cannot be written. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the store at once. Throws `InvalidOptionError`, and `StoreUnavailableError` while the file is locked. */
export function embedded(options: EmbeddedVectorsOptions & { readonly directory: string }): EmbeddedVectorFile;
export function embedded(options?: EmbeddedVectorsOptions): VectorStore;
export function embedded(options: EmbeddedVectorsOptions = {}): VectorStore {
  const clock = options.clock ?? systemClock;
  const bounds = new VectorBounds(options);
  const memory = new ScanMemory(bounds.maxBytes, { simd: options.simd ?? true });
  const scanner = new Scanner(memory, options.bytesScannedAtOnce);
  const { directory, restartWhenDamaged = false } = options;
  if (directory === undefined) return new MemoryVectors({ clock, bounds, memory, scanner });
  const onWarning = options.onWarning ?? ((message) => process.emitWarning(message, "RepriseWarning"));
  return new FileVectors({ directory, clock, bounds, memory, scanner, restartWhenDamaged, onWarning });
}
