/**
 * The main thread's side of the writer: what is written but not committed yet.
 *
 * One batch is under way at a time. A `set` of a value that dies some day waits up to `gatherMs` for company, since
 * waking the writer costs the thread that answers more than the write does; whatever somebody waits for, or what is
 * kept for good (a token that other processes must see), goes at once and takes along what waits, in order. Until its
 * batch is committed a write stays in `#pending`, where this process's own reads find it. When a batch fails because
 * the disk is full or the file is locked, its writes stay there, new ones are refused, and the batch is tried again
 * every `retryMs`. An acknowledged write is thus never replaced by an older value while the process lives.
 */

import process from "node:process";
import { Worker } from "node:worker_threads";
import type { CancelTimer, Clock } from "../core/clock.ts";
import type { Cleared } from "../core/key-rows.ts";
import type { WriteOptions, WriteResult } from "../core/store.ts";
import { pausedError } from "./paused-error.ts";
import { type Answer, type Operation, packBatch, type WriterReply, type WriterRequest } from "./sqlite-batch.ts";

export interface WriteQueueOptions {
  readonly path: string;
  readonly maxBytes: number;
  readonly maxPendingBytes: number;
  readonly clock: Clock;
  /** A batch failed. Return true to take over: no retry happens until `resume` is called. */
  readonly onFailure: (code: number | undefined, message: string) => boolean;
  readonly onCommit: (evictions: number, corrupt: number) => void;
}

export const retryMs = 5_000;
/** A process that is killed loses at most what it set in this time, and what is under way. */
export const gatherMs = 10;
/** What waits goes before that when it is as much as this: the copy for the writer is made in one go. */
const gatherBytes = 256 * 1024;
const batchOperations = 1_024;
const batchBytes = 4 * 1024 * 1024;
const touchedAtOnce = 256;
/** The program is busy with its own start before. */
const startAfterMs = 20;
/** A batch and SQLite's own memory lie outside of these heaps. */
const workerLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 64 };

interface PendingOperation extends Operation {
  /** What it counts towards the bound. */
  readonly weight: number;
  readonly answered?: ((answer: Answer) => void) | undefined;
  readonly failed?: ((error: Error) => void) | undefined;
}

export class SqliteWriteQueue {
  readonly #options: WriteQueueOptions;
  readonly #pending = new Map<string, PendingOperation>();
  #queued: PendingOperation[] = [];
  #underWay: PendingOperation[] | undefined;
  #touched = new Set<number>();
  #bytes = 0;
  #worker: Worker | undefined;
  #workerUsed = false;
  #cancelStart: CancelTimer | undefined;
  #scheduled = false;
  #cancelGathering: CancelTimer | undefined;
  /** Nothing is sent. */
  #paused = false;
  /** Paused because the file cannot be written: new writes are refused. */
  #failing = false;
  #cancelRetry: CancelTimer | undefined;
  /** The file is let go of, and may be another one when it is resumed. */
  #isReleased = false;
  /** Of each request that the worker has not answered yet, in their order. */
  #onReleased: ((cleared?: Cleared) => void)[] = [];
  /** Operations ever queued and ever committed; a flush waits until the second has reached the first. */
  #accepted = 0;
  #committed = 0;
  /** The operation, counted like these, up to which nothing waits for company. */
  #urgent = 0;
  #flushes: { readonly through: number; readonly done: () => void; readonly failed: (error: Error) => void }[] = [];

  constructor(options: WriteQueueOptions) {
    this.#options = options;
  }

  /** Starts the worker some time, ahead of the first write, which would else wait for it. */
  start(): void {
    this.#cancelStart = this.#options.clock.after(startAfterMs, () => this.#startedWorker());
  }

  /** The uncommitted write of a key, a `delete` included; `undefined` when the file knows best. */
  pending(tenant: string, key: string): Operation | undefined {
    return this.#pending.size === 0 ? undefined : this.#pending.get(idOf(tenant, key));
  }

  /** All uncommitted writes, the last of each key. */
  allPending(): Iterable<Operation> {
    return this.#pending.values();
  }

  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): WriteResult {
    const weight = value.byteLength + key.length + 200;
    if (this.#failing || this.#bytes + weight > this.#options.maxPendingBytes) return "overloaded";
    const operation = { ...this.#operation("set", tenant, key, value, options), weight };
    this.#pending.set(idOf(tenant, key), operation);
    this.#push(operation, options.deleteAt === Number.POSITIVE_INFINITY);
    return "stored";
  }

  /** `undefined` when the given value was stored, else the earlier one. */
  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#failing) throw pausedError();
      const answered = (answer: Answer) => resolve(answer instanceof Uint8Array ? answer : undefined);
      const operation = this.#operation("add", tenant, key, value, options);
      this.#push({ ...operation, weight: value.byteLength, answered, failed: reject }, true);
    });
  }

  /** Own reads see the key gone at once, even when the delete cannot be committed and the promise rejects. */
  delete(tenant: string, key: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const answered = (answer: Answer) => resolve(answer === true);
      const tombstone = this.#operation("delete", tenant, key, undefined, { deleteAt: 0 });
      const operation = { ...tombstone, weight: 0, answered, failed: reject };
      this.#pending.set(idOf(tenant, key), operation);
      this.#push(operation, true);
      if (this.#failing) reject(pausedError());
    });
  }

  /** Removes a row found damaged, some time. */
  drop(tenant: string, key: string, checksum: number): void {
    if (this.#failing) return;
    this.#push({ ...this.#operation("drop", tenant, key, undefined, { deleteAt: 0 }), checksum, weight: 0 }, false);
  }

  /** Notes that a row was read; told to the file with the next batch. */
  touch(id: number): void {
    if (this.#touched.size >= touchedAtOnce) return;
    this.#touched.add(id);
    if (this.#touched.size === touchedAtOnce) this.#sendSoon();
  }

  /** Resolves when everything accepted before is committed; rejects when it cannot be for now. */
  flush(): Promise<void> {
    if (this.#committed >= this.#accepted) return Promise.resolve();
    if (this.#failing) return Promise.reject(pausedError());
    this.#urgent = this.#accepted;
    this.#sendSoon();
    return new Promise((done, failed) => this.#flushes.push({ through: this.#accepted, done, failed }));
  }

  /** Stops sending and has the worker let go of the file. What is queued stays, and more is taken. */
  async release(): Promise<void> {
    this.#paused = true;
    this.#isReleased = true;
    if (this.#worker === undefined || !this.#workerUsed) return;
    await this.#request({ kind: "release" });
  }

  /** Behind what was sent before; what comes meanwhile waits. `undefined`: it failed. */
  async scrub(): Promise<Cleared | undefined> {
    await this.flush();
    if (this.#isReleased) return undefined;
    this.#paused = true;
    this.#startedWorker();
    this.#workerUsed = true;
    const cleared = await this.#request({ kind: "scrub", now: this.#options.clock.now() });
    if (!this.#isReleased) this.resume();
    return cleared;
  }

  /** Goes on after `release` or a failure. */
  resume(): void {
    this.#cancelRetry?.();
    this.#paused = false;
    this.#isReleased = false;
    this.#failing = false;
    this.#send();
  }

  /** Commits what it can and ends the worker; returns how many writes were lost. */
  async close(): Promise<number> {
    if (this.#paused && this.#underWay === undefined) this.resume();
    await this.flush().catch(() => undefined);
    this.#cancelRetry?.();
    this.#cancelStart?.();
    this.#paused = true;
    const worker = this.#worker;
    if (worker !== undefined && this.#workerUsed) await this.#request({ kind: "close" });
    else await worker?.terminate();
    this.#worker = undefined;
    const lost = this.#accepted - this.#committed;
    this.#committed = this.#accepted;
    for (const { failed } of this.#queued) failed?.(pausedError());
    this.#queued = [];
    this.#pending.clear();
    return lost;
  }

  #operation(
    kind: Operation["kind"],
    tenant: string,
    key: string,
    value: Uint8Array | undefined,
    { deleteAt, priority = "normal" }: WriteOptions,
  ): Operation {
    const storedAt = Math.floor(this.#options.clock.now());
    return { kind, tenant, key, value, deleteAt: Math.floor(deleteAt), priority, storedAt, checksum: 0 };
  }

  #push(operation: PendingOperation, isUrgent: boolean): void {
    this.#queued.push(operation);
    this.#bytes += operation.weight;
    this.#accepted += 1;
    if (isUrgent) this.#urgent = this.#accepted;
    this.#schedule();
  }

  /** Sends what is queued as soon as it is due. */
  #schedule(): void {
    if (this.#urgent > this.#committed || this.#bytes >= gatherBytes || this.#queued.length >= batchOperations)
      this.#sendSoon();
    else if (this.#queued.length > 0) this.#gather();
  }

  /** At the end of this turn, so that what is written together goes together. */
  #sendSoon(): void {
    if (this.#scheduled || this.#underWay !== undefined || this.#paused) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#send();
    });
  }

  #gather(): void {
    if (this.#cancelGathering !== undefined || this.#underWay !== undefined || this.#paused) return;
    this.#cancelGathering = this.#options.clock.after(gatherMs, () => this.#send());
    // The timer alone would let a process end that has nothing else to do.
    this.#startedWorker().ref();
  }

  #send(): void {
    this.#cancelGathering?.();
    this.#cancelGathering = undefined;
    if (this.#underWay !== undefined || this.#paused) return;
    if (this.#queued.length === 0 && this.#touched.size < touchedAtOnce) return;
    let count = 0;
    for (let bytes = 0; count < Math.min(this.#queued.length, batchOperations) && bytes < batchBytes; count += 1) {
      bytes += this.#queued[count]?.value?.byteLength ?? 0;
    }
    const batch = this.#queued.splice(0, count);
    this.#underWay = batch;
    const { clock, maxBytes } = this.#options;
    const message = packBatch(batch, this.#touched, clock.now(), maxBytes);
    this.#touched = new Set();
    const worker = this.#startedWorker();
    worker.ref();
    this.#workerUsed = true;
    worker.postMessage(message, [message.bytes.buffer]);
  }

  #startedWorker(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    this.#cancelStart?.();
    // Beside this file lies the source when Node strips the types, and the JavaScript after a build.
    const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
    const worker = new Worker(new URL(`./sqlite-writer${extension}`, import.meta.url), {
      name: "reprise-sqlite-writer",
      workerData: { path: this.#options.path },
      resourceLimits: workerLimits,
      // What the program was started with is not for it: `--input-type` would keep it from starting, `--import` would
      // load somebody else's code into it.
      execArgv: process.execArgv.filter((option) => /^--(no-warnings|disable-warning=)/.test(option)),
    });
    worker.on("message", (reply: WriterReply) => this.#receive(reply));
    worker.on("error", (error) => this.#lostWorker(worker, error.message));
    worker.on("exit", () => this.#lostWorker(worker, "the writer thread has ended"));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #receive(reply: WriterReply): void {
    if (reply.kind === "released") {
      this.#onReleased.shift()?.(reply.cleared);
      if (this.#onReleased.length === 0) this.#worker?.unref();
    } else if (reply.kind === "failed") this.#failed(reply.code, reply.message);
    else this.#confirm(reply.answers, reply.evictions, reply.corrupt);
  }

  #confirm(answers: readonly Answer[], evictions: number, corrupt: number): void {
    const batch = this.#underWay ?? [];
    this.#underWay = undefined;
    this.#worker?.unref();
    this.#committed += batch.length;
    batch.forEach((operation, index) => {
      this.#bytes -= operation.weight;
      const id = idOf(operation.tenant, operation.key);
      if (this.#pending.get(id) === operation) this.#pending.delete(id);
      operation.answered?.(answers[index]);
    });
    while (this.#flushes[0] !== undefined && this.#flushes[0].through <= this.#committed) this.#flushes.shift()?.done();
    this.#options.onCommit(evictions, corrupt);
    if (this.#touched.size >= touchedAtOnce) this.#sendSoon();
    else this.#schedule();
  }

  #failed(code: number | undefined, message: string): void {
    const batch = this.#underWay ?? [];
    this.#underWay = undefined;
    this.#worker?.unref();
    this.#paused = true;
    const takenOver = this.#options.onFailure(code, message);
    if (takenOver) {
      this.#queued = [...batch, ...this.#queued];
      return;
    }
    this.#failing = true;
    const error = pausedError(message);
    const all = [...batch, ...this.#queued];
    for (const { failed } of all) failed?.(error);
    // An add nobody waits for any more must not take effect later; a delete must.
    this.#queued = all.filter(({ kind }) => kind !== "add");
    for (const operation of all) if (operation.kind === "add") this.#bytes -= operation.weight;
    this.#committed += all.length - this.#queued.length;
    for (const flush of this.#flushes.splice(0)) flush.failed(error);
    this.#cancelRetry = this.#options.clock.after(retryMs, () => this.resume());
  }

  #lostWorker(worker: Worker, message: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#workerUsed = false;
    for (const released of this.#onReleased.splice(0)) released();
    if (this.#underWay !== undefined) this.#failed(undefined, message);
  }

  #request(request: WriterRequest): Promise<Cleared | undefined> {
    return new Promise((resolve) => {
      this.#onReleased.push(resolve);
      this.#worker?.ref();
      this.#worker?.postMessage(request);
    });
  }
}

/** The length in front keeps two pairs from running together. */
function idOf(tenant: string, key: string): string {
  return `${tenant.length}:${tenant}${key}`;
}
