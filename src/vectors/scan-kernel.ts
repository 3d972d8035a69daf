/**
 * The scan, as WebAssembly with SIMD or, where that is missing, as plain JavaScript. Both read the same codes in the
 * same memory and add up integers, so both give the same scores to the bit; plain JavaScript takes about 16 times as
 * long. Addresses are bytes from the start of the memory.
 */

import { scanKernelWasm } from "./scan-kernel-wasm.ts";

/** One block of rows, the query, and the list of the best so far, which the scan goes on with. */
export interface ScanBlock {
  readonly codes: number;
  readonly steps: number;
  readonly rows: number;
  /** The slot of the first row. */
  readonly first: number;
}

export interface ScanList {
  readonly query: number;
  readonly scores: number;
  readonly slots: number;
  readonly most: number;
}

export interface ScanKernel {
  readonly isFast: boolean;
  /** Returns how many the list holds now. `width` is the number of codes a row, a multiple of 16. */
  scan(block: ScanBlock, width: number, list: ScanList, held: number): number;
}

/** The parts of the WebAssembly interface that are used; neither the language's library nor Node's types declare it. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}

interface WasmInterface {
  readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

/** `undefined` in a process without a compiler, as with `--jitless`. */
export const wasm = (globalThis as unknown as { readonly WebAssembly?: WasmInterface }).WebAssembly;

type Scan = (
  codes: number,
  steps: number,
  rows: number,
  first: number,
  query: number,
  width: number,
  scores: number,
  slots: number,
  held: number,
  most: number,
) => number;

/** `undefined` where the machine or the build of Node has no SIMD. */
export function wasmKernel(memory: WasmMemory): ScanKernel | undefined {
  if (wasm === undefined) return undefined;
  let scan: Scan;
  try {
    const module = new wasm.Module(Buffer.from(scanKernelWasm, "base64"));
    scan = new wasm.Instance(module, { env: { memory } }).exports["scan"] as Scan;
  } catch {
    return undefined;
  }
  return {
    isFast: true,
    scan: ({ codes, steps, rows, first }, width, { query, scores, slots, most }, held) =>
      scan(codes, steps, rows, first, query, width, scores, slots, held, most),
  };
}

/** `buffer` is asked for on every scan, as a memory that has grown has another. */
export function plainKernel(buffer: () => SharedArrayBuffer): ScanKernel {
  return {
    isFast: false,
    scan(block, width, list, held) {
      const memory = buffer();
      const codes = new Int8Array(memory, block.codes, block.rows * width);
      const steps = new Float32Array(memory, block.steps, block.rows);
      const query = new Int16Array(memory, list.query, width);
      const scores = new Float32Array(memory, list.scores, list.most);
      const slots = new Int32Array(memory, list.slots, list.most);
      let count = held;
      for (let row = 0, at = 0; row < block.rows; row += 1) {
        let sum = 0;
        for (let dimension = 0; dimension < width; dimension += 1, at += 1) {
          sum = (sum + (codes[at] as number) * (query[dimension] as number)) | 0;
        }
        const score = Math.fround(Math.fround(sum) * (steps[row] as number));
        count = keep(score, block.first + row, scores, slots, count);
      }
      return count;
    },
  };
}

/** Takes the score into the ordered list; of two equal ones the earlier goes first. */
function keep(score: number, slot: number, scores: Float32Array, slots: Int32Array, held: number): number {
  const most = scores.length;
  if (held === most && !(score > (scores[most - 1] as number))) return held;
  let at = held < most ? held : most - 1;
  for (; at > 0 && score > (scores[at - 1] as number); at -= 1) {
    scores[at] = scores[at - 1] as number;
    slots[at] = slots[at - 1] as number;
  }
  scores[at] = score;
  slots[at] = slot;
  return held < most ? held + 1 : most;
}
