/**
 * The writer thread of a `sqlite` store: it alone writes. A batch is one transaction, so a thousand sets cost one
 * sync of the journal, and commits, checkpoints and evictions never stand in the way of a request.
 *
 * It opens the file on its first batch, and lets go of it after any failure: what comes next begins from nothing.
 */

import { parentPort, workerData } from "node:worker_threads";
import { type Answer, type Batch, unpackBatch, type WriterReply, type WriterRequest } from "./sqlite-batch.ts";
import { SqliteEntries } from "./sqlite-entries.ts";
import { extendedCode, type OpenedDatabase, openDatabase } from "./sqlite-file.ts";
import { scrubFile } from "./sqlite-scrub.ts";

/** Steps of eviction after one batch; what remains waits for the next batch. */
const evictionSteps = 16;

class Writer {
  readonly #path: string;
  #opened: OpenedDatabase | undefined;
  #entries: SqliteEntries | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  handle(request: WriterRequest): WriterReply {
    if (request.kind === "scrub") return this.#scrub(request.now);
    if (request.kind !== "batch") {
      this.#release();
      return { kind: "released" };
    }
    try {
      return this.#write(request);
    } catch (error) {
      this.#release();
      return { kind: "failed", code: extendedCode(error), message: (error as Error).message };
    }
  }

  #scrub(now: number): WriterReply {
    try {
      this.#opened ??= openForWriting(this.#path);
      return { kind: "released", cleared: scrubFile(this.#opened.database, this.#path, now) };
    } catch {
      return { kind: "released" };
    } finally {
      // What it knows of the file is of before.
      this.#release();
    }
  }

  #write(batch: Batch): WriterReply {
    this.#opened ??= openForWriting(this.#path);
    this.#entries ??= new SqliteEntries(this.#opened.database);
    const entries = this.#entries;
    const answers: Answer[] = [];
    let evictions = 0;
    this.#transaction(() => {
      for (const operation of unpackBatch(batch)) answers.push(entries.apply(operation, batch.now));
      entries.touch(batch.touched, batch.now);
      entries.expire(batch.now);
      evictions += entries.evict(batch.maxBytes, batch.now);
    });
    if (evictions > 0) evictions += this.#evictFurther(batch, entries);
    const { corrupt } = entries;
    entries.corrupt = 0;
    return { kind: "committed", answers, evictions, corrupt };
  }

  /** The batch is committed and must be reported so: an eviction that fails here is tried again after the next one. */
  #evictFurther({ maxBytes, now }: Batch, entries: SqliteEntries): number {
    let evictions = 0;
    try {
      for (let step = 0, last = 1; step < evictionSteps && last > 0; step += 1) {
        this.#transaction(() => {
          last = entries.evict(maxBytes, now);
        });
        evictions += last;
      }
    } catch {
      this.#release();
    }
    return evictions;
  }

  #transaction(body: () => void): void {
    const { database } = this.#opened as OpenedDatabase;
    database.exec("BEGIN IMMEDIATE");
    body();
    this.#entries?.writeTotals();
    database.exec("COMMIT");
  }

  /** Closing rolls back whatever is under way. */
  #release(): void {
    const database = this.#opened?.database;
    this.#opened = undefined;
    this.#entries = undefined;
    try {
      database?.close();
    } catch {
      // A connection that cannot even be closed is given up; the file is judged by the next one.
    }
  }
}

/** A batch touches few pages; what does not fit into 4 MB of them is in the page cache of the system. */
function openForWriting(path: string): OpenedDatabase {
  const opened = openDatabase(path);
  opened.database.exec("PRAGMA cache_size = -4096");
  return opened;
}

const port = parentPort;
if (port !== null) {
  const writer = new Writer((workerData as { readonly path: string }).path);
  port.on("message", (request: WriterRequest) => {
    port.postMessage(writer.handle(request));
    if (request.kind === "close") port.close();
  });
}
