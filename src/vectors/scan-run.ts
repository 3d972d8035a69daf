import type { ScanBlock, ScanKernel } from "./scan-kernel.ts";
import type { ScanDesk } from "./scan-memory.ts";

/** One scan over all blocks of an index, as the thread that asks and the thread that works do it alike. */

export interface ScanRequest {
  /** Tells the reply which request it answers. */
  readonly number: number;
  readonly blocks: readonly ScanBlock[];
  readonly query: Int16Array;
  /** How many of the best to list, at most `mostListed`. */
  readonly most: number;
}

export interface ScanReply {
  readonly number: number;
  readonly slots: Int32Array<ArrayBuffer>;
  readonly scores: Float32Array<ArrayBuffer>;
}

export function runScan(
  kernel: ScanKernel,
  buffer: SharedArrayBuffer,
  desk: ScanDesk,
  { blocks, query, most }: Omit<ScanRequest, "number">,
): Omit<ScanReply, "number"> {
  new Int16Array(buffer, desk.query, query.length).set(query);
  const list = { ...desk, most };
  let held = 0;
  for (const block of blocks) held = kernel.scan(block, query.length, list, held);
  return {
    slots: new Int32Array(new Int32Array(buffer, desk.slots, held)),
    scores: new Float32Array(new Float32Array(buffer, desk.scores, held)),
  };
}
