import { type FileHandle, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import process from "node:process";

/**
 * A file that whole lines are appended to. Several processes may write to one: each opens it for appending (O_APPEND) and
 * hands over whole lines in one write, which the system puts behind what is there. When the file is large, whoever
 * notices gives it a name of its own, with the time and the process in it, so that nobody's name is taken twice. Each
 * looks before every write whether the file is still the one it has open, and opens the new one where it is not: another
 * process, or logrotate, has moved it away.
 */

export interface LogFileOptions {
  readonly path: string;
  /** Beyond this the file is put aside. */
  readonly maxBytes: number;
  /** How many files that were put aside are kept. */
  readonly keep: number;
}

interface Opened {
  readonly handle: FileHandle;
  readonly inode: number;
}

export class LogFile {
  #options: LogFileOptions;
  #opened: Opened | undefined;
  #isToReopen = false;

  constructor(options: LogFileOptions) {
    this.#options = options;
  }

  /** The next write opens it anew. */
  reopen(options: LogFileOptions): void {
    this.#options = options;
    this.#isToReopen = true;
  }

  /** `lines`: each with its end. Rejects when they could not be written. */
  async append(lines: string, now: number): Promise<void> {
    const { handle } = await this.#current();
    const bytes = Buffer.from(lines, "utf8");
    for (let written = 0; written < bytes.length; ) {
      const { bytesWritten } = await handle.write(bytes, written);
      written += bytesWritten;
    }
    if ((await handle.stat()).size >= this.#options.maxBytes) await this.#putAside(now);
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.handle.close();
  }

  async #current(): Promise<Opened> {
    const { path } = this.#options;
    if (this.#opened !== undefined) {
      const there = await stat(path).catch(() => undefined);
      if (!this.#isToReopen && there?.ino === this.#opened.inode) return this.#opened;
      await this.close();
    }
    this.#isToReopen = false;
    // What people asked is for the owner alone.
    const handle = await open(path, "a", 0o600);
    this.#opened = { handle, inode: (await handle.stat()).ino };
    return this.#opened;
  }

  async #putAside(now: number): Promise<void> {
    const { path, keep } = this.#options;
    const there = await stat(path).catch(() => undefined);
    if (there?.ino === this.#opened?.inode) {
      const time = new Date(now).toISOString().replaceAll(/[-:.]/g, "");
      await rename(path, `${path}.${time}-${process.pid}`).catch(() => {});
    }
    await this.close();
    const folder = dirname(path);
    const aside = (await readdir(folder)).filter((name) => name.startsWith(`${basename(path)}.`) && named.test(name));
    const old = aside.sort().slice(0, Math.max(0, aside.length - keep));
    await Promise.allSettled(old.map((name) => unlink(join(folder, name))));
  }
}

const named = /\.\d{8}T\d{9}Z-\d+$/;
