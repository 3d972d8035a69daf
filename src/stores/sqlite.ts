/**
 * The embedded default: values in one SQLite file in a folder, kept across restarts, shared by several processes.
 *
 * A read is one prepared statement on this thread. Writes go to a thread of their own in batches
 * (sqlite-write-queue.ts, sqlite-writer.ts); reads of this process see them at once, other processes after the commit
 * some milliseconds later. `add` and `delete` are decided in the file and answered after the commit. The journal is a
 * write-ahead log with synchronous = NORMAL: a killed process loses nothing committed, a power cut may lose the last
 * commits, neither damages the file.
 *
 * Rows carry a checksum; one that fails it reads as absent, is counted and removed. A file that is damaged as a whole
 * is renamed, never deleted, and the store begins afresh. Room is made in the writer: expired rows first, then by
 * priority and last use. A use is noted at most once in `touchAfterMs`, together with the next batch.
 */

import { existsSync } from "node:fs";
import type { StatementSync } from "node:sqlite";
import { type CancelTimer, type Clock, systemClock } from "../core/clock.ts";
import { RepriseError, StoreUnavailableError } from "../core/errors.ts";
import type { Cleared, KeyRows } from "../core/key-rows.ts";
import type { MaybePromise, StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import type { ListingPage, ListingQuery } from "../core/store-listing.ts";
import { priorityFromNumber } from "./priority-number.ts";
import {
  countForeignRows,
  extendedCode,
  isDamage,
  type OpenedDatabase,
  openDatabase,
  setAside,
} from "./sqlite-file.ts";
import { keysFile, SqliteKeys } from "./sqlite-keys.ts";
import { SqliteListing } from "./sqlite-listing.ts";
import { openFirst, prepareFolder } from "./sqlite-open.ts";
import type { SqliteOptions, SqliteStore } from "./sqlite-options.ts";
import { rowChecksum, tenantSeed } from "./sqlite-row.ts";
import { retryMs, SqliteWriteQueue } from "./sqlite-write-queue.ts";
import type { StoredEntry } from "./store-with-expiry.ts";

export type { SqliteOptions, SqliteStore };

const touchAfterMs = 60_000;
const columns = "id, delete_at, checksum, used_at, value, priority, stored_at";
type Row = readonly [number, number, number, number, unknown, number, number];

/** Opens the store at once. Throws `InvalidOptionError` when the folder cannot be used. */
export function sqlite(pathOrOptions: string | SqliteOptions): SqliteStore {
  return new Sqlite(typeof pathOrOptions === "string" ? { directory: pathOrOptions } : pathOrOptions);
}

class Sqlite implements SqliteStore {
  readonly name = "sqlite";
  readonly #directory: string;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #maxEntryBytes: number;
  readonly #warn: (message: string) => void;
  readonly #queue: SqliteWriteQueue;
  #opened: OpenedDatabase | undefined;
  #select: StatementSync | undefined;
  #listing: SqliteListing | undefined;
  #seedTenant = "";
  #seed = tenantSeed("");
  #foreignRows: number | undefined;
  #corrupt = 0;
  #evictions = 0;
  readonly #warned = new Set<string>();
  #recovering = false;
  #cancelReopen: CancelTimer | undefined;
  #closed = false;

  constructor(options: SqliteOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#maxBytes = options.maxBytes ?? 1024 * 1024 * 1024;
    this.#maxEntryBytes = options.maxEntryBytes ?? this.#maxBytes / 8;
    this.#warn = options.onWarning ?? ((message) => process.emitWarning(message, "RepriseWarning"));
    this.#directory = options.directory;
    this.#path = prepareFolder(options.directory, this.#maxBytes);
    const aside = (name: string) => this.#tellAside(name);
    this.#use(openFirst(this.#path, this.#clock.now(), aside));
    this.#queue = new SqliteWriteQueue({
      path: this.#path,
      maxBytes: this.#maxBytes,
      maxPendingBytes: options.maxPendingBytes ?? 32 * 1024 * 1024,
      clock: this.#clock,
      onFailure: (code, message) => this.#writeFailed(code, message),
      onCommit: (evictions, corrupt) => {
        this.#evictions += evictions;
        this.#corrupt += corrupt;
        this.#warned.delete("write");
      },
    });
    this.#queue.start();
  }

  get(tenant: string, keys: readonly string[]): readonly (Uint8Array | undefined)[] {
    this.#assertOpen();
    if (keys.length === 1) return [this.#value(tenant, keys[0] as string)];
    return keys.map((key) => this.#value(tenant, key));
  }

  getEntries(tenant: string, keys: readonly string[]): readonly (StoredEntry | undefined)[] {
    this.#assertOpen();
    return keys.map((key) => this.#entry(tenant, key));
  }

  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): MaybePromise<WriteResult> {
    this.#assertOpen();
    if (value.byteLength + key.length > this.#maxEntryBytes) return "declined";
    const result = this.#queue.set(tenant, key, value, options);
    if (options.priority !== "high" || result !== "stored") return result;
    return this.#queue.flush().then(
      () => result,
      () => "overloaded" as const,
    );
  }

  async add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<Uint8Array> {
    this.#assertOpen();
    // What is there already need not wait for the writer: the file has decided.
    const there = this.#queue.pending(tenant, key) === undefined ? this.#row(tenant, key)?.[4] : undefined;
    return (there as Uint8Array | undefined) ?? (await this.#queue.add(tenant, key, value, options)) ?? value;
  }

  async delete(tenant: string, key: string): Promise<boolean> {
    this.#assertOpen();
    return this.#queue.delete(tenant, key);
  }

  async list(query: ListingQuery): Promise<ListingPage> {
    this.#assertOpen();
    await this.#queue.flush().catch(() => undefined);
    this.#assertOpen();
    try {
      if (this.#listing !== undefined) return this.#listing.page(query, this.#clock.now());
    } catch (error) {
      if (RepriseError.isInstance(error)) throw error;
      this.#readFailed(error);
    }
    // A page that lacks something would look like the truth.
    throw new StoreUnavailableError({ message: `${this.#path} cannot be listed at present` });
  }

  async stats(): Promise<StoreStats> {
    this.#assertOpen();
    await this.#queue.flush().catch(() => undefined);
    let totals: Record<string, unknown> | undefined;
    try {
      totals = this.#opened?.database.prepare("SELECT entries, bytes FROM totals_v1").get();
      this.#foreignRows ??= this.#opened && countForeignRows(this.#opened.database);
    } catch (error) {
      this.#readFailed(error);
    }
    return {
      entries: Number(totals?.["entries"] ?? 0),
      bytes: Number(totals?.["bytes"] ?? 0),
      capacityBytes: this.#maxBytes,
      evictions: this.#evictions,
      corrupt: this.#corrupt + (this.#foreignRows ?? 0),
    };
  }

  keyRows(): KeyRows {
    return new SqliteKeys({ directory: this.#directory, now: () => this.#clock.now(), onWarning: this.#warn });
  }

  hasKeyRows(): boolean {
    return existsSync(keysFile(this.#directory));
  }

  async flush(): Promise<void> {
    this.#assertOpen();
    await this.#queue.flush();
  }

  async scrub(): Promise<Cleared> {
    this.#assertOpen();
    const failed = `${this.#path} was not written afresh: it may hold bytes of what was removed until others take their place.`;
    return (await this.#queue.scrub()) ?? { isErased: false, notes: [failed] };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#cancelReopen !== undefined) {
      this.#cancelReopen();
      this.#queue.resume();
    }
    await this.#queue.flush().catch(() => undefined);
    this.#letGo();
    const lost = await this.#queue.close();
    if (lost > 0) this.#warn(`${lost} writes to ${this.#path} were lost: the file could not be written`);
  }

  /** The row as the file has it; also a damaged row is `undefined` here. */
  #row(tenant: string, key: string): Row | undefined {
    let row: Row | undefined;
    try {
      row = this.#select?.get(key, tenant) as unknown as Row | undefined;
    } catch (error) {
      this.#readFailed(error);
      return undefined;
    }
    if (row === undefined) return undefined;
    const now = this.#clock.now();
    if (row[1] <= now) return undefined;
    if (tenant !== this.#seedTenant) {
      this.#seed = tenantSeed(tenant);
      this.#seedTenant = tenant;
    }
    const value = row[4];
    if (!(value instanceof Uint8Array) || rowChecksum(this.#seed, key, row[1], value) !== row[2]) {
      this.#damagedRow(tenant, key, row[2]);
      return undefined;
    }
    if (now - row[3] > touchAfterMs) this.#queue.touch(row[0]);
    return row;
  }

  #damagedRow(tenant: string, key: string, checksum: number): void {
    this.#corrupt += 1;
    this.#queue.drop(tenant, key, checksum);
  }

  #value(tenant: string, key: string): Uint8Array | undefined {
    const pending = this.#queue.pending(tenant, key);
    if (pending === undefined) return this.#row(tenant, key)?.[4] as Uint8Array | undefined;
    return pending.deleteAt > this.#clock.now() ? pending.value : undefined;
  }

  #entry(tenant: string, key: string): StoredEntry | undefined {
    const pending = this.#queue.pending(tenant, key);
    if (pending !== undefined) {
      const { value, deleteAt, storedAt, priority } = pending;
      return value === undefined || deleteAt <= this.#clock.now() ? undefined : { value, deleteAt, storedAt, priority };
    }
    const row = this.#row(tenant, key);
    if (row === undefined) return undefined;
    const [, deleteAt, , , value, priority, storedAt] = row;
    return { value: value as Uint8Array, deleteAt, storedAt, priority: priorityFromNumber(priority) };
  }

  #use(opened: OpenedDatabase): void {
    this.#opened = opened;
    // Only the writer writes. A reader waits for nobody but another process that repairs the log after a crash.
    opened.database.exec("PRAGMA query_only = ON; PRAGMA busy_timeout = 50");
    this.#select = opened.database.prepare(`SELECT ${columns} FROM entries_v1 WHERE key = ? AND tenant = ?`);
    this.#select.setReturnArrays(true);
    this.#listing = new SqliteListing(opened.database, {
      pending: (tenant, key) => this.#queue.pending(tenant, key),
      allPending: () => this.#queue.allPending(),
      onDamaged: (tenant, key, checksum) => this.#damagedRow(tenant, key, checksum),
    });
    this.#foreignRows = undefined;
    if (opened.newerVersion !== undefined) {
      this.#warnOnce(
        "newer",
        `${this.#path} is also used by a newer version (format ${opened.newerVersion}); its entries are left alone`,
      );
    }
  }

  #letGo(): void {
    this.#select = undefined;
    this.#listing = undefined;
    const database = this.#opened?.database;
    this.#opened = undefined;
    try {
      database?.close();
    } catch {
      // A damaged file may refuse even that; the connection is given up.
    }
  }

  #readFailed(error: unknown): void {
    const code = extendedCode(error);
    if (isDamage(code, this.#path)) void this.#recover(code);
    else this.#warnOnce(`read ${code}`, `reading ${this.#path} fails: ${(error as Error).message}`);
  }

  #writeFailed(code: number | undefined, message: string): boolean {
    if (!this.#closed && isDamage(code, this.#path)) {
      void this.#recover(code);
      return true;
    }
    this.#warnOnce("write", `writing ${this.#path} fails: ${message}; reads go on, writing is tried again`);
    return false;
  }

  /** Lets go of the damaged file in both threads, sets it aside and begins afresh; what was pending is kept. */
  async #recover(code: number | undefined): Promise<void> {
    if (this.#recovering || this.#closed) return;
    this.#recovering = true;
    const inode = this.#opened?.inode;
    this.#letGo();
    await this.#queue.release();
    try {
      const aside = setAside(this.#path, inode, code, this.#clock.now());
      if (aside !== undefined) this.#tellAside(aside);
      this.#reopen();
    } catch (error) {
      this.#warnOnce("reopen", `${this.#path} cannot be opened again: ${(error as Error).message}`);
      // A store that is closing lets the queue fail rather than wait.
      if (this.#closed) return this.#queue.resume();
      this.#cancelReopen = this.#clock.after(retryMs, () => {
        this.#cancelReopen = undefined;
        this.#recovering = false;
        void this.#recover(code);
      });
    }
  }

  #reopen(): void {
    if (!this.#closed) this.#use(openDatabase(this.#path));
    this.#recovering = false;
    this.#queue.resume();
  }

  #tellAside(aside: string): void {
    this.#corrupt += 1;
    this.#warn(`${this.#path} is damaged; it was set aside as ${aside} and the cache begins afresh`);
  }

  #warnOnce(kind: string, message: string): void {
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    this.#warn(message);
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError({ message: "the sqlite store is closed" });
  }
}
