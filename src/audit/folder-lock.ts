import { statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { sleep } from "../core/sleep.ts";

/**
 * One process at a time in a folder. Node has no locks of files, and a file that stands for a lock outlives the process that
 * made it; SQLite's locks are those of the system and end with their holder, however it ends. Nothing is ever written to
 * this database. Where the folder was taken away, the lock that was in it holds nobody up: it is looked for anew each time.
 */

const againMs = 5;
const patienceMs = 5_000;

export class FolderLock {
  readonly #path: string;
  readonly #clock: Clock;
  #database: DatabaseSync | undefined;
  /** Of the file that is open. */
  #inode: bigint | undefined;

  constructor(folder: string, clock: Clock) {
    this.#path = join(folder, "lock");
    this.#clock = clock;
  }

  /** Rejects with `StoreUnavailableError` when others hold it for seconds, else as `work` or the file system does. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    let database: DatabaseSync;
    do {
      database = this.#opened();
      await this.#acquire(database);
      // Another may have taken it away while this one waited.
    } while (this.#inodeThere() !== this.#inode);
    try {
      return await work();
    } finally {
      database.exec("ROLLBACK");
    }
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
    this.#inode = undefined;
  }

  #opened(): DatabaseSync {
    if (this.#inodeThere() !== this.#inode) this.close();
    // Loaded with the first deed that is logged: most processes have none.
    const sqlite = process.getBuiltinModule("node:sqlite");
    this.#database ??= new sqlite.DatabaseSync(this.#path, { timeout: 0 });
    this.#inode ??= this.#inodeThere();
    return this.#database;
  }

  #inodeThere(): bigint | undefined {
    return statSync(this.#path, { bigint: true, throwIfNoEntry: false })?.ino;
  }

  async #acquire(database: DatabaseSync): Promise<void> {
    const until = this.#clock.monotonic() + patienceMs;
    for (;;) {
      try {
        database.exec("BEGIN EXCLUSIVE");
        return;
      } catch (error) {
        const { errcode } = error as { readonly errcode?: number };
        const isBusy = errcode !== undefined && (errcode & 0xff) === sqliteBusy;
        if (!isBusy || this.#clock.monotonic() >= until)
          throw new StoreUnavailableError({ message: `${this.#path} cannot be taken`, cause: error });
      }
      await sleep(this.#clock, againMs);
    }
  }
}

const sqliteBusy = 5;
