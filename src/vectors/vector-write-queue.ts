/**
 * What is to be written and is not committed yet, as stores/sqlite-write-queue.ts does it for entries. One batch is
 * under way at a time. A put waits up to `gatherMs` for company; a delete goes at once, with all that waits before it.
 * A batch that fails, as the disk is full or the file is locked, is tried again every `retryMs`; until then new puts
 * are refused, and whoever waits for a delete is told, though it stays in the queue.
 */

import process from "node:process";
import { Worker } from "node:worker_threads";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import {
  bytesOf,
  packVectorBatch,
  type VectorBatch,
  type VectorOperation,
  type VectorWriterReply,
  type VectorWriterRequest,
} from "./vector-batch.ts";

export interface VectorWriteQueueOptions extends Pick<VectorBatch, "origin" | "maxVectors" | "maxFileBytes"> {
  readonly path: string;
  readonly clock: Clock;
  readonly maxPendingBytes: number;
  /** A batch failed. Return true to take over: no retry happens until `resume` or `abandon` is called. */
  readonly onFailure: (code: number | undefined, message: string) => boolean;
}

export const vectorRetryMs = 5_000;
const gatherMs = 10;
const batchOperations = 512;
const batchBytes = 2 * 1024 * 1024;
const bytesPerOperation = 200;
const workerLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

interface Queued {
  readonly operation: VectorOperation;
  readonly done: ((error?: Error) => void) | undefined;
}

export class VectorWriteQueue {
  readonly #options: VectorWriteQueueOptions;
  #queued: Queued[] = [];
  #underWay: readonly Queued[] = [];
  #bytes = 0;
  #isScheduled = false;
  /** Nothing is sent. */
  #isPaused = false;
  /** Paused because the file cannot be written. */
  #failure: StoreUnavailableError | undefined;
  #cancelGathering: CancelTimer | undefined;
  #cancelRetry: CancelTimer | undefined;
  #worker: Worker | undefined;
  /** Of each request that the thread has not answered yet, in their order. */
  #onReply: ((problem: string | undefined) => void)[] = [];

  constructor(options: VectorWriteQueueOptions) {
    this.#options = options;
  }

  /** False while the queue is full or nothing can be written. */
  takes(operation: VectorOperation): boolean {
    return this.#failure === undefined && this.#bytes + weightOf(operation) <= this.#options.maxPendingBytes;
  }

  /** `committed` is called when it is in the file. */
  put(operation: VectorOperation, committed?: () => void): void {
    const done = (error?: Error) => {
      if (error === undefined) committed?.();
    };
    this.#push({ operation, done });
    if (this.#bytes >= batchBytes || this.#queued.length >= batchOperations) this.#sendSoon();
    else this.#cancelGathering ??= this.#options.clock.after(gatherMs, () => this.#send());
  }

  /** Resolves when all are in the file. */
  delete(operations: readonly VectorOperation[]): Promise<void> {
    for (const operation of operations.slice(0, -1)) this.#push({ operation, done: undefined });
    const last = operations.at(-1);
    if (last === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#push({ operation: last, done: (error) => (error === undefined ? resolve() : reject(error)) });
      if (this.#failure !== undefined) reject(this.#failure);
      this.#sendSoon();
    });
  }

  /** Resolves when everything put before is in the file; rejects when it cannot be for now. */
  flush(): Promise<void> {
    if (this.#queued.length === 0 && this.#underWay.length === 0) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return this.delete([{ kind: "drop", seq: -1, checksum: -1 }]);
  }

  /** What SQLite finds wrong with the file, looked at in the thread that writes. */
  async check(): Promise<string | undefined> {
    await this.flush().catch(() => undefined);
    return this.#request({ kind: "check" });
  }

  /** Stops sending and has the thread let go of the file. What is queued stays, and more is taken. */
  async release(): Promise<void> {
    this.#isPaused = true;
    if (this.#worker !== undefined) await this.#request({ kind: "release" });
  }

  /** Goes on after `release` or a failure. */
  resume(): void {
    this.#cancelRetry?.();
    this.#isPaused = false;
    this.#failure = undefined;
    this.#send();
  }

  /** Gives up all that waits, and takes nothing more. */
  abandon(failure: StoreUnavailableError): void {
    this.#isPaused = true;
    this.#failure = failure;
    this.#cancelGathering?.();
    for (const { operation, done } of this.#queued.splice(0)) {
      this.#bytes -= weightOf(operation);
      done?.(failure);
    }
  }

  /** Commits what it can and ends the thread; returns how many operations were lost. */
  async close(): Promise<number> {
    if (this.#isPaused && this.#underWay.length === 0 && this.#queued.length > 0) this.resume();
    await this.flush().catch(() => undefined);
    this.#cancelRetry?.();
    const lost = this.#queued.filter(({ operation }) => operation.kind !== "drop").length;
    this.abandon(new StoreUnavailableError({ message: "the store of vectors is closed" }));
    const worker = this.#worker;
    if (worker !== undefined) await this.#request({ kind: "close" });
    this.#worker = undefined;
    return lost;
  }

  #push(queued: Queued): void {
    this.#queued.push(queued);
    this.#bytes += weightOf(queued.operation);
  }

  /** At the end of this turn, so that what is deleted together goes together. */
  #sendSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#send();
    });
  }

  #send(): void {
    this.#cancelGathering?.();
    this.#cancelGathering = undefined;
    if (this.#isPaused || this.#underWay.length > 0 || this.#queued.length === 0) return;
    let count = 0;
    for (let bytes = 0; count < Math.min(this.#queued.length, batchOperations) && bytes < batchBytes; count += 1) {
      bytes += bytesOf((this.#queued[count] as Queued).operation);
    }
    this.#underWay = this.#queued.splice(0, count);
    const { origin, maxVectors, maxFileBytes, clock } = this.#options;
    const packed = packVectorBatch(this.#underWay.map(({ operation }) => operation));
    const batch: VectorBatch = { kind: "batch", now: clock.now(), origin, maxVectors, maxFileBytes, ...packed };
    const worker = this.#started();
    worker.ref();
    worker.postMessage(batch, [packed.bytes.buffer]);
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    // Beside this file lies the source when Node strips the types, and the JavaScript after a build.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    const worker = new Worker(new URL(`./vector-writer${extension}`, import.meta.url), {
      name: "reprise-vector-writer",
      workerData: { path: this.#options.path },
      resourceLimits: workerLimits,
      // What the program was started with, such as `--input-type` or `--import`, is not for it.
      execArgv: process.execArgv.filter((option) => /^--(no-warnings|disable-warning=)/.test(option)),
    });
    worker.unref();
    worker.on("message", (reply: VectorWriterReply) => this.#receive(worker, reply));
    worker.on("error", (error) => this.#lost(worker, error.message));
    worker.on("exit", () => this.#lost(worker, "the thread that writes vectors has ended"));
    this.#worker = worker;
    return worker;
  }

  #receive(worker: Worker, reply: VectorWriterReply): void {
    if (reply.kind === "released") this.#onReply.shift()?.(undefined);
    else if (reply.kind === "checked") this.#onReply.shift()?.(reply.problem);
    else if (reply.kind === "committed") this.#committed();
    else this.#failed(reply.code, reply.message);
    if (this.#underWay.length === 0 && this.#onReply.length === 0) worker.unref();
  }

  #committed(): void {
    const batch = this.#underWay;
    this.#underWay = [];
    for (const { operation, done } of batch) {
      this.#bytes -= weightOf(operation);
      done?.();
    }
    this.#send();
  }

  #failed(code: number | undefined, message: string): void {
    this.#queued = [...this.#underWay, ...this.#queued];
    this.#underWay = [];
    this.#isPaused = true;
    if (this.#options.onFailure(code, message)) return;
    const failure = new StoreUnavailableError({
      message: "the store of vectors cannot write at present",
      cause: message,
      remedy: "free space on the disk or end the program that locks the file; writing goes on by itself",
    });
    this.#failure = failure;
    this.#queued = this.#queued.map(({ operation, done }) => {
      if (operation.kind === "put") return { operation, done };
      done?.(failure);
      return { operation, done: undefined };
    });
    this.#cancelRetry = this.#options.clock.after(vectorRetryMs, () => this.resume());
  }

  #lost(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const answered of this.#onReply.splice(0)) answered(message);
    if (this.#underWay.length > 0) this.#failed(undefined, message);
  }

  #request(request: VectorWriterRequest): Promise<string | undefined> {
    return new Promise((resolve) => {
      const worker = this.#started();
      this.#onReply.push(resolve);
      worker.ref();
      worker.postMessage(request);
    });
  }
}

function weightOf(operation: VectorOperation): number {
  return bytesOf(operation) + bytesPerOperation;
}
