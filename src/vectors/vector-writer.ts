/**
 * The thread that alone writes the file of vectors, in this process. A batch is one transaction, so commits,
 * checkpoints and evictions never stand in the way of a request. It opens the file on its first batch, and lets go of
 * it after any failure: what comes next begins from nothing.
 */

import { parentPort, workerData } from "node:worker_threads";
import { extendedCode } from "../stores/sqlite-file.ts";
import {
  unpackVectorBatch,
  type VectorBatch,
  type VectorWriterReply,
  type VectorWriterRequest,
} from "./vector-batch.ts";
import { type OpenedVectorFile, openVectorFile } from "./vector-file.ts";
import { VectorTable } from "./vector-table.ts";

/** Steps of eviction within one batch; what remains waits for the next one. */
const evictionSteps = 16;

class VectorWriter {
  readonly #path: string;
  #opened: OpenedVectorFile | undefined;
  #table: VectorTable | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  handle(request: VectorWriterRequest): VectorWriterReply {
    if (request.kind === "release" || request.kind === "close") {
      this.#release();
      return { kind: "released" };
    }
    if (request.kind === "check") return { kind: "checked", problem: this.#check() };
    try {
      this.#write(request);
      return { kind: "committed" };
    } catch (error) {
      this.#release();
      return { kind: "failed", code: extendedCode(error), message: (error as Error).message };
    }
  }

  #write(batch: VectorBatch): void {
    const { database } = this.#open();
    this.#table ??= new VectorTable(database);
    const table = this.#table;
    const operations = unpackVectorBatch(batch);
    database.exec("BEGIN IMMEDIATE");
    for (const operation of operations) table.apply(operation, batch.origin);
    table.expire(batch.now);
    for (let step = 0; step < evictionSteps && table.evict(batch.maxVectors, batch.maxFileBytes); step += 1);
    table.writeTotals();
    database.exec("COMMIT");
    // The log still holds what a tenant wanted gone; a reader that is at work puts it off to the next checkpoint.
    const isErasure = operations.some(({ kind, ...rest }) => kind === "delete" && !("id" in rest && rest.id));
    if (isErasure) database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
  }

  /** What SQLite finds wrong with the pages of the file. */
  #check(): string | undefined {
    try {
      const found = this.#open().database.prepare("PRAGMA quick_check(1)").get();
      const text = String(found?.["quick_check"] ?? "ok");
      return text === "ok" ? undefined : text;
    } catch (error) {
      this.#release();
      return (error as Error).message;
    }
  }

  #open(): OpenedVectorFile {
    if (this.#opened === undefined) {
      this.#opened = openVectorFile(this.#path);
      // A batch touches few pages; what does not fit into 4 MB of them is in the page cache of the system.
      this.#opened.database.exec("PRAGMA cache_size = -4096");
    }
    return this.#opened;
  }

  /** Closing rolls back whatever is under way. */
  #release(): void {
    const database = this.#opened?.database;
    this.#opened = undefined;
    this.#table = undefined;
    try {
      database?.close();
    } catch {
      // A connection that cannot even be closed is given up; the file is judged by the next one.
    }
  }
}

const port = parentPort;
if (port !== null) {
  const writer = new VectorWriter((workerData as { readonly path: string }).path);
  port.on("message", (request: VectorWriterRequest) => {
    port.postMessage(writer.handle(request));
    if (request.kind === "close") port.close();
  });
}
