/**
 * The database file: opening it, its format, and setting it aside when it is damaged.
 *
 * The format is versioned twice. `application_id` says whose file this is. Tables carry the version of their format in
 * their name, so that an older and a newer program share one file, each with its own rows; `user_version` is the
 * newest format that ever wrote here. Nothing here reads the file past SQLite: closing any other descriptor of it
 * would drop the locks of this process (https://www.sqlite.org/howtocorrupt.html, section 2.2).
 */

import { accessSync, closeSync, constants, existsSync, openSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import { pageBytes } from "./sqlite-row.ts";

export const formatVersion = 1;
/** "RPRS" */
const applicationId = 0x52505253;

const schema = `
CREATE TABLE IF NOT EXISTS entries_v1 (
  id INTEGER PRIMARY KEY,
  tenant TEXT NOT NULL,
  key TEXT NOT NULL,
  delete_at REAL NOT NULL,
  checksum INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  size INTEGER NOT NULL,
  stored_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  value BLOB NOT NULL,
  UNIQUE (key, tenant)
);
CREATE INDEX IF NOT EXISTS entries_v1_by_use ON entries_v1 (priority, used_at, size);
CREATE INDEX IF NOT EXISTS entries_v1_by_death ON entries_v1 (delete_at, size) WHERE delete_at < 9e999;
CREATE TABLE IF NOT EXISTS totals_v1 (id INTEGER PRIMARY KEY CHECK (id = 1), entries INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT OR IGNORE INTO totals_v1 VALUES (1, 0, 0);
`;

const columns = ["id", "tenant", "key", "delete_at", "checksum", "priority", "size", "stored_at", "used_at", "value"];

/** The file is a sound database of another program; it is left alone. */
export class ForeignDatabaseError extends Error {}

export interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** Tells this file from one that took its name later. */
  readonly inode: number;
  /** `user_version` when it is newer than this program knows, else `undefined`. */
  readonly newerVersion: number | undefined;
}

/** Opens or makes the database. Throws SQLite's errors, and `ForeignDatabaseError`. Waits up to 5 s for other processes. */
export function openDatabase(path: string): OpenedDatabase {
  makePrivate(path);
  // Loaded with the first file: a program that has none is spared the time, and the warning of Node 22.
  const sqlite = process.getBuiltinModule("node:sqlite");
  const database = new sqlite.DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: false });
  try {
    database.exec(`PRAGMA page_size = ${pageBytes}`);
    enterWal(database);
    database.exec("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000; PRAGMA journal_size_limit = 67108864");
    const version = pragma(database, "user_version");
    const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const tables = new Set(names.map((row) => String(row["name"])));
    if (!tables.has("entries_v1") || !tables.has("totals_v1")) {
      const id = pragma(database, "application_id");
      if (id !== applicationId && tables.size > 0 && ![...tables].some((name) => name.startsWith("entries_v"))) {
        throw new ForeignDatabaseError(path);
      }
      database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA application_id = ${applicationId};`);
      if (version < formatVersion) database.exec(`PRAGMA user_version = ${formatVersion}`);
      database.exec("COMMIT");
    }
    // A table that only looks like ours, by one flipped letter in its definition, fails here and is damage.
    database.prepare(`SELECT ${columns.join(", ")} FROM entries_v1`);
    const newerVersion = version > formatVersion ? version : undefined;
    return { database, inode: inodeOf(path) ?? 0, newerVersion };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite gives the files beside a database the mode of the database, so the mode is there before them. */
export function makePrivate(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, "ax", 0o600));
  } catch {
    // Another process made it in this moment; whatever else is wrong, SQLite says it better.
  }
}

/** SQLite refuses at once, without waiting, when two processes change the mode of a new file together. */
export function enterWal(database: DatabaseSync): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (primaryCode(error) !== sqliteCode.busy || attempt === 100) throw error;
    }
  }
}

export function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}

/** Rows in tables of other formats, counted up to 100,000 a table. */
export function countForeignRows(database: DatabaseSync): number {
  const tables = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'entries_v[0-9]*' AND name <> 'entries_v1'",
    )
    .all();
  return tables.reduce((sum, { name }) => {
    const quoted = `"${String(name).replaceAll('"', '""')}"`;
    const row = database.prepare(`SELECT count(*) AS count FROM (SELECT 1 FROM ${quoted} LIMIT 100000)`).get();
    return sum + Number(row?.["count"] ?? 0);
  }, 0);
}

/** Primary result codes (https://www.sqlite.org/rescode.html). */
export const sqliteCode = {
  error: 1,
  busy: 5,
  readonly: 8,
  corrupt: 11,
  constraint: 19,
  mismatch: 20,
  notADatabase: 26,
} as const;
const shortRead = 522;

/**
 * What says that the content is at fault. A missing table or column is damage, too: opening has just made sure of
 * both. So is a broken constraint: the writer looks before it writes.
 */
const damageCodes: ReadonlySet<number> = new Set([
  sqliteCode.error,
  sqliteCode.corrupt,
  sqliteCode.constraint,
  sqliteCode.mismatch,
  sqliteCode.notADatabase,
]);

/** SQLite's extended result code; `undefined` for errors of another kind. */
export function extendedCode(error: unknown): number | undefined {
  const { errcode, code } = error as { readonly errcode?: unknown; readonly code?: unknown };
  if (typeof errcode === "number") return errcode;
  // An integer beyond 2^53, where none is ever written: the header of the row is damaged.
  return code === "ERR_OUT_OF_RANGE" ? sqliteCode.corrupt : undefined;
}

export function primaryCode(error: unknown): number | undefined {
  const code = extendedCode(error);
  return code === undefined ? undefined : code & 0xff;
}

/** Whether an error says that the file itself is at fault, not the disk, a lock or a permission. */
export function isDamage(extended: number | undefined, path: string): boolean {
  if (extended === undefined) return false;
  const primary = extended & 0xff;
  if (damageCodes.has(primary)) return true;
  // A header that claims to be read-only in a folder that is not, and a file that is shorter than it says.
  return (primary === sqliteCode.readonly && isWritable(path)) || extended === shortRead;
}

export function isWritable(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK);
    if (existsSync(path)) accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/**
 * Renames a damaged file, its journal first, so that SQLite can never take that for the journal of the file to come.
 * Returns the new name, or `undefined` when another process has put a new file in its place already.
 */
export function setAside(
  path: string,
  inode: number | undefined,
  code: number | undefined,
  now: number,
): string | undefined {
  const current = inodeOf(path);
  if (current === undefined || (inode !== undefined && current !== inode)) return undefined;
  const why = code !== undefined && (code & 0xff) === sqliteCode.notADatabase ? "not-a-database" : "damaged";
  const stamp = new Date(now).toISOString().replace(/[:.]/g, "-");
  let aside = `${path}.${why}-${stamp}`;
  for (let number = 2; existsSync(aside); number += 1) aside = `${path}.${why}-${stamp}-${number}`;
  for (const suffix of ["-wal", "-shm", ""]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}
