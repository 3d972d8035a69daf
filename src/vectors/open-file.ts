/** The file of vectors as the thread that answers holds it: opened, damaged, or about to be begun afresh. */

import { join } from "node:path";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { InvalidOptionError, RepriseError, StoreUnavailableError } from "../core/errors.ts";
import type { StoreFinding } from "../core/store-check.ts";
import { makeFolder } from "../stores/make-folder.ts";
import {
  extendedCode,
  ForeignDatabaseError,
  inodeOf,
  isDamage,
  primaryCode,
  setAside,
  sqliteCode,
} from "../stores/sqlite-file.ts";
import { type OpenedVectorFile, openVectorFile } from "./vector-file.ts";
import { VectorRows } from "./vector-rows.ts";
import { vectorRetryMs } from "./vector-write-queue.ts";

export interface OpenFileOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly restartWhenDamaged: boolean;
  readonly onWarning: (message: string) => void;
  /** Has the thread that writes close the file. */
  readonly letGo: () => Promise<void>;
  /** Another file is there; writing may go on. */
  readonly onFresh: () => void;
  /** The file is damaged and stays so. */
  readonly onLost: (error: StoreUnavailableError) => void;
}

const remedy =
  "stop the program and move the file away, with those beside it whose names begin alike, or set restartWhenDamaged; what is in it is lost to look-ups and no answer depends on it";

export class OpenFile {
  readonly path: string;
  readonly #options: OpenFileOptions;
  #opened: OpenedVectorFile | undefined;
  #rows: VectorRows | undefined;
  #problem: string | undefined;
  #isRecovering = false;
  #isClosed = false;
  #cancelRetry: CancelTimer | undefined;
  readonly #warned = new Set<string>();

  /** @throws InvalidOptionError where the folder is of no use, StoreUnavailableError while another program locks it. */
  constructor(options: OpenFileOptions) {
    this.#options = options;
    this.path = join(options.directory, "semantic.db");
    try {
      makeFolder(options.directory);
      this.#use(openVectorFile(this.path));
    } catch (error) {
      const code = extendedCode(error);
      if (!isDamage(code, this.path)) throw this.#unusable(error);
      if (!options.restartWhenDamaged) this.#giveUp((error as Error).message);
      else {
        this.#aside(inodeOf(this.path), code);
        this.#use(openVectorFile(this.path));
      }
    }
  }

  /** What is wrong with the file for good. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What `read` returns. @throws StoreUnavailableError, also while the file is set aside; damage is dealt with. */
  read<T>(read: (rows: VectorRows) => T): T {
    if (this.#rows === undefined) throw this.unavailable(this.#problem ?? "it is being begun afresh");
    try {
      return read(this.#rows);
    } catch (error) {
      if (RepriseError.isInstance(error)) throw error;
      const code = extendedCode(error);
      if (code === undefined) throw error;
      if (isDamage(code, this.path)) this.#damaged(code, (error as Error).message);
      throw this.unavailable((error as Error).message, error);
    }
  }

  /** Writes the log into the file and cuts it to nothing; false while another process keeps it from that. */
  emptyLog(): boolean {
    if (this.#opened === undefined) throw this.unavailable(this.#problem ?? "it is being begun afresh");
    return this.#opened.database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get()?.["busy"] === 0;
  }

  /** True when it is damage, which is dealt with. */
  writingFailed(code: number | undefined, message: string): boolean {
    if (this.#isClosed || !isDamage(code, this.path)) {
      this.#warnOnce("write", `writing ${this.path} fails: ${message}; look-ups go on, writing is tried again`);
      return false;
    }
    this.#damaged(code, message);
    return true;
  }

  finding(problem: string): StoreFinding {
    return { detail: `${this.path} is damaged: ${problem}`, severity: "error", remedy };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#release();
  }

  #use(opened: OpenedVectorFile): void {
    this.#opened = opened;
    this.#rows = new VectorRows(opened.database);
  }

  #release(): void {
    const database = this.#opened?.database;
    this.#opened = undefined;
    this.#rows = undefined;
    try {
      database?.close();
    } catch {
      // A damaged file may refuse even that; the connection is given up.
    }
  }

  #damaged(code: number | undefined, message: string): void {
    if (this.#options.restartWhenDamaged) {
      void this.#recover(code);
      return;
    }
    this.#giveUp(message);
    this.#options.onLost(this.unavailable(message));
  }

  #giveUp(message: string): void {
    this.#release();
    this.#problem ??= message;
    this.#warnOnce("damage", `${this.unavailable(message).message}; ${remedy}`);
  }

  /** Lets go of the file in both threads, sets it aside and begins afresh; what is to be written is kept. */
  async #recover(code: number | undefined): Promise<void> {
    if (this.#isRecovering || this.#isClosed) return;
    this.#isRecovering = true;
    const inode = this.#opened?.inode;
    this.#release();
    await this.#options.letGo();
    try {
      this.#aside(inode, code);
      if (!this.#isClosed) this.#use(openVectorFile(this.path));
    } catch (error) {
      this.#warnOnce("reopen", `${this.path} cannot be opened again: ${(error as Error).message}`);
      this.#cancelRetry = this.#options.clock.after(vectorRetryMs, () => {
        this.#isRecovering = false;
        void this.#recover(code);
      });
      return;
    }
    this.#isRecovering = false;
    this.#options.onFresh();
  }

  #aside(inode: number | undefined, code: number | undefined): void {
    const aside = setAside(this.path, inode, code, this.#options.clock.now());
    if (aside === undefined) return;
    this.#options.onWarning(`${this.path} is damaged; it was set aside as ${aside} and begun afresh`);
  }

  /** The error of whoever wanted something of the file. */
  unavailable(problem: string, cause?: unknown): StoreUnavailableError {
    const message = `the vectors in ${this.path} cannot be read: ${problem}`;
    return new StoreUnavailableError({ message, cause, remedy: this.#problem === undefined ? undefined : remedy });
  }

  #unusable(error: unknown): RepriseError {
    if (primaryCode(error) === sqliteCode.busy) {
      return new StoreUnavailableError({ message: `${this.path} is locked by another program`, cause: error });
    }
    const isForeign = error instanceof ForeignDatabaseError;
    const reason = isForeign ? "it is the database of another program" : (error as Error).message;
    return new InvalidOptionError("vectors.directory", {
      message: `the store of vectors cannot use ${this.path}: ${reason}`,
      cause: error,
      remedy: "choose a folder that this user may write to, or correct its permissions",
    });
  }

  #warnOnce(kind: string, message: string): void {
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    this.#options.onWarning(message);
  }
}
