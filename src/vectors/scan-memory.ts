/**
 * The memory that is scanned, shared by all threads and handed out in blocks of a power of two, 1 KiB to 1 MiB, by a
 * buddy allocator (Knuth, The Art of Computer Programming, volume 1, section 2.5, "the buddy system"): a block that is
 * freed joins its other half if that is free as well, so that room left by many small partitions serves a large one.
 * It grows by 1 MiB up to its bound and never shrinks. The first part holds the query and the result of each thread.
 */

import { plainKernel, type ScanKernel, type WasmMemory, wasm, wasmKernel } from "./scan-kernel.ts";
import { mostDimensions } from "./vector-check.ts";

export const leastBlock = 1_024;
export const mostBlock = 1_024 * 1_024;
const pageBytes = 65_536;

/** The longest list that a scan keeps. */
export const mostListed = 1_024;
const queryBytes = 2 * mostDimensions;
const deskBytes = queryBytes + 8 * mostListed;

/** Where a thread lays its query and finds the result. */
export interface ScanDesk {
  readonly query: number;
  readonly scores: number;
  readonly slots: number;
}

export const deskOfCaller = deskAt(0);
export const deskOfWorker = deskAt(deskBytes);

function deskAt(address: number): ScanDesk {
  return { query: address, scores: address + queryBytes, slots: address + queryBytes + 4 * mostListed };
}

/** What a thread needs to scan as well. */
export type SharedScanMemory = WasmMemory | SharedArrayBuffer;

export class ScanMemory {
  readonly shared: SharedScanMemory;
  readonly kernel: ScanKernel;
  /** Free blocks by size. */
  readonly #free = new Map<number, Set<number>>();
  readonly #mostBytes: number;
  #size: number;
  #codes: Int8Array;
  #floats: Float32Array;
  /** Bytes in blocks that are handed out. */
  allocated = 0;
  /** What the indexes over it take beside the blocks, about; they keep it up to date. */
  bytesBeside = 0;
  /** The vectors of all indexes over it. */
  vectors = 0;

  /** `simd: false` scans in plain JavaScript. */
  constructor(maxBytes: number, { simd = true }: { readonly simd?: boolean } = {}) {
    const chunks = Math.min(4_095, Math.max(2, 1 + Math.ceil(maxBytes / mostBlock)));
    this.#mostBytes = chunks * mostBlock;
    const made = simd ? makeWasm(this.#mostBytes) : undefined;
    this.shared = made?.memory ?? new SharedArrayBuffer(mostBlock, { maxByteLength: this.#mostBytes });
    this.kernel = made?.kernel ?? plainKernel(() => bufferOf(this.shared));
    this.#size = mostBlock;
    this.#codes = new Int8Array(this.buffer);
    this.#floats = new Float32Array(this.buffer);
    for (let size = leastBlock; size <= mostBlock; size *= 2) this.#free.set(size, new Set());
    // The desks take the first blocks for good; what is left of the first chunk is handed out.
    for (let at = 2 * deskBytes; at < mostBlock; at += leastBlock) this.#join(at, leastBlock);
  }

  /** Everything that the indexes take. */
  get used(): number {
    return this.allocated + this.bytesBeside;
  }

  get buffer(): SharedArrayBuffer {
    return bufferOf(this.shared);
  }

  /** All of the memory as codes. Ask again after `allocate`. */
  get codes(): Int8Array {
    return this.#codes;
  }

  /** All of the memory as 32-bit floats. Ask again after `allocate`. */
  get floats(): Float32Array {
    return this.#floats;
  }

  /** The size of the block that holds `bytes`. */
  static blockSize(bytes: number): number {
    return Math.min(mostBlock, Math.max(leastBlock, 2 ** Math.ceil(Math.log2(bytes))));
  }

  /** The address of a block of `size`, a power of two; `undefined` when the bound is reached. */
  allocate(size: number): number | undefined {
    let found = size;
    while (found <= mostBlock && this.#freeOf(found).size === 0) found *= 2;
    if (found > mostBlock) {
      if (!this.#grow()) return undefined;
      found = mostBlock;
    }
    const free = this.#freeOf(found);
    const address = free.values().next().value as number;
    free.delete(address);
    for (let half = found / 2; half >= size; half /= 2) this.#freeOf(half).add(address + half);
    this.allocated += size;
    return address;
  }

  free(address: number, size: number): void {
    this.allocated -= size;
    this.#join(address, size);
  }

  #join(address: number, size: number): void {
    let [start, length] = [address, size];
    while (length < mostBlock) {
      const buddy = start % (2 * length) === 0 ? start + length : start - length;
      if (!this.#freeOf(length).delete(buddy)) break;
      start = Math.min(start, buddy);
      length *= 2;
    }
    this.#freeOf(length).add(start);
  }

  #grow(): boolean {
    if (this.#size + mostBlock > this.#mostBytes) return false;
    try {
      if (this.shared instanceof SharedArrayBuffer) this.shared.grow(this.#size + mostBlock);
      else this.shared.grow(mostBlock / pageBytes);
    } catch {
      return false;
    }
    this.#codes = new Int8Array(this.buffer);
    this.#floats = new Float32Array(this.buffer);
    this.#freeOf(mostBlock).add(this.#size);
    this.#size += mostBlock;
    return true;
  }

  #freeOf(size: number): Set<number> {
    return this.#free.get(size) as Set<number>;
  }
}

export function bufferOf(shared: SharedScanMemory): SharedArrayBuffer {
  return shared instanceof SharedArrayBuffer ? shared : shared.buffer;
}

/** The kernel of another thread over the same memory. */
export function kernelOver(shared: SharedScanMemory): ScanKernel {
  const fast = shared instanceof SharedArrayBuffer ? undefined : wasmKernel(shared);
  return fast ?? plainKernel(() => bufferOf(shared));
}

function makeWasm(mostBytes: number): { readonly memory: WasmMemory; readonly kernel: ScanKernel } | undefined {
  try {
    if (wasm === undefined) return undefined;
    const initial = mostBlock / pageBytes;
    const memory = new wasm.Memory({ initial, maximum: mostBytes / pageBytes, shared: true });
    const kernel = wasmKernel(memory);
    return kernel && { memory, kernel };
  } catch {
    // No address space for it, as under a strict `ulimit -v`.
    return undefined;
  }
}
