import { InvalidOptionError } from "../core/errors.ts";
import type { ScanMemory } from "./scan-memory.ts";
import { bytesPerVector } from "./vector-index.ts";

/** How much an embedded store of vectors holds. */
export interface VectorBoundsOptions {
  /** Vectors of all partitions; the oldest go. Default 400,000. */
  readonly maxVectors?: number;
  /** Vectors of one partition and model; the oldest go. Default 200,000. */
  readonly maxPartitionVectors?: number;
  /** Memory that the partitions in use take, about. Default 256 MiB. */
  readonly maxBytes?: number;
  /** What the rows of the file take, about; the oldest go. Default 1 GiB. */
  readonly maxFileBytes?: number;
}

const mebibyte = 1024 * 1024;
const leastBytes = 4 * mebibyte;
/** What blocks that are not full take at most, and the desks of the scans. */
const slackBytes = 2 * mebibyte;

/** The bound that is nearest to `bytes` of those that an embedded store can keep to. */
export function boundOfVectors(bytes: number): number {
  return Math.max(leastBytes, bytes);
}

export class VectorBounds {
  readonly maxVectors: number;
  readonly maxBytes: number;
  readonly #maxPartitionVectors: number;
  readonly maxFileBytes: number;
  /** A larger note is declined. */
  readonly noteBytes = 64 * 1024;
  /** What waits to be written; beyond it a put is `overloaded`. */
  readonly pendingBytes = 32 * mebibyte;

  constructor({
    maxVectors = 400_000,
    maxPartitionVectors = 200_000,
    maxBytes = 256 * mebibyte,
    maxFileBytes = 1_024 * mebibyte,
  }: VectorBoundsOptions) {
    assertAtLeast("maxVectors", maxVectors, 1);
    assertAtLeast("maxPartitionVectors", maxPartitionVectors, 1);
    assertAtLeast("maxBytes", maxBytes, leastBytes);
    assertAtLeast("maxFileBytes", maxFileBytes, leastBytes);
    this.maxVectors = maxVectors;
    this.maxFileBytes = maxFileBytes;
    this.maxBytes = maxBytes;
    this.#maxPartitionVectors = maxPartitionVectors;
  }

  /** As many as are allowed, and fit into memory when no other partition is there. */
  vectorsPerPartition(dimensions: number): number {
    const fitting = Math.floor((this.maxBytes - slackBytes) / bytesPerVector(dimensions));
    return Math.min(this.#maxPartitionVectors, this.maxVectors, fitting);
  }

  isOver({ used, vectors }: ScanMemory): boolean {
    return used > this.maxBytes || vectors > this.maxVectors;
  }
}

function assertAtLeast(name: string, value: number, least: number): void {
  if (value >= least) return;
  throw new InvalidOptionError(`vectors.${name}`, {
    message: `vectors.${name} must be at least ${least}, not ${value}`,
    remedy: "leave it out for the default",
  });
}
