/**
 * Scans an index: at once where that takes about a millisecond, else in a thread of its own, so that the event loop
 * goes on. The thread reads the same memory; only the query and the list of the best pass between the two. It starts
 * with the first large scan and never keeps the process alive when nobody waits for it.
 */

import process from "node:process";
import { Worker } from "node:worker_threads";
import { StoreUnavailableError } from "../core/errors.ts";
import type { MaybePromise } from "../core/store.ts";
import { deskOfCaller, type ScanMemory } from "./scan-memory.ts";
import { runScan, type ScanReply, type ScanRequest } from "./scan-run.ts";
import type { VectorIndex } from "./vector-index.ts";

/** The best slots by their score, best first. */
export interface ScanResult {
  readonly slots: Int32Array;
  readonly scores: Float32Array;
}

/** Bytes of codes that are scanned within about a millisecond. */
const bytesAtOnce = { fast: 8 * 1024 * 1024, plain: 512 * 1024 };
/** A longer list is asked for where many are about as near, and keeping it in order costs more than the scan. */
const usuallyMost = 128;
const longListCost = 8;
/** Scans that wait for the thread; more would wait longer than any look-up may. */
const mostWaiting = 256;
const workerLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 32 };

interface Waiting {
  readonly resolve: (result: ScanResult) => void;
  readonly reject: (error: Error) => void;
}

export class Scanner {
  readonly #memory: ScanMemory;
  readonly #bytesAtOnce: number;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #number = 0;

  /** `bytesAtOnce`: what is more goes to the thread. */
  constructor(memory: ScanMemory, bytesAtOnceOrDefault?: number) {
    this.#memory = memory;
    this.#bytesAtOnce = bytesAtOnceOrDefault ?? (memory.kernel.isFast ? bytesAtOnce.fast : bytesAtOnce.plain);
  }

  /** The caller pins the index while it waits. */
  scan(index: VectorIndex, query: Int16Array, most: number): MaybePromise<ScanResult> {
    const request = { blocks: index.blocks(), query, most };
    const bytesAtOnce = most > usuallyMost ? this.#bytesAtOnce / longListCost : this.#bytesAtOnce;
    if (index.rows * index.width > bytesAtOnce) return this.#scanElsewhere(request);
    return runScan(this.#memory.kernel, this.#memory.buffer, deskOfCaller, request);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#fail("the store of vectors was closed");
    await worker?.terminate();
  }

  #scanElsewhere(request: Omit<ScanRequest, "number">): Promise<ScanResult> {
    if (this.#waiting.size >= mostWaiting) {
      const message = `${mostWaiting} look-ups of vectors wait already`;
      return Promise.reject(new StoreUnavailableError({ message, remedy: "use smaller partitions or a server" }));
    }
    this.#worker ??= this.#start();
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      // Whoever waits may rely on the answer, also when nothing else is left to do.
      this.#worker?.ref();
      this.#worker?.postMessage({ ...request, number } satisfies ScanRequest);
    });
  }

  #start(): Worker {
    // Beside this file lies the source when Node strips the types, and the JavaScript after a build.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    const worker = new Worker(new URL(`./scan-worker${extension}`, import.meta.url), {
      name: "reprise-vector-scan",
      workerData: this.#memory.shared,
      resourceLimits: workerLimits,
      // What the program was started with, such as `--input-type` or `--import`, is not for it.
      execArgv: process.execArgv.filter((option) => /^--(no-warnings|disable-warning=)/.test(option)),
    });
    worker.unref();
    worker.on("message", ({ number, slots, scores }: ScanReply) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (this.#waiting.size === 0) worker.unref();
      waiting?.resolve({ slots, scores });
    });
    const lost = (message: string) => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#fail(message);
    };
    worker.on("error", (error) => lost(`the thread that scans vectors failed: ${error.message}`));
    worker.on("exit", () => lost("the thread that scans vectors has ended"));
    return worker;
  }

  #fail(message: string): void {
    for (const { reject } of this.#waiting.values()) reject(new StoreUnavailableError({ message }));
    this.#waiting.clear();
  }
}
