/**
 * The place for wrapped keys beside `cache.db`: the file `keys.db`, small, so that what is removed can be cleared at once.
 * What is deleted is overwritten with zeros (`secure_delete`, https://www.sqlite.org/pragma.html), and the write-ahead log
 * is emptied into the file and cut to nothing. What the file system or the disk keeps below the file is out of reach.
 *
 * Reads and writes are a statement on this thread. A file that is damaged is renamed, never deleted: what is sealed with
 * its keys is lost, and the cache begins afresh.
 */

import { join } from "node:path";
import process from "node:process";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { StoreUnavailableError } from "../core/errors.ts";
import type { Cleared, KeyRows } from "../core/key-rows.ts";
import {
  enterWal,
  extendedCode,
  ForeignDatabaseError,
  inodeOf,
  isDamage,
  makePrivate,
  pragma,
  setAside,
} from "./sqlite-file.ts";

export interface SqliteKeysOptions {
  readonly directory: string;
  readonly now: () => number;
  readonly onWarning: (message: string) => void;
}

/** "RPRK" */
const applicationId = 0x5250524b;
const schema = "CREATE TABLE IF NOT EXISTS keys_v1 (name TEXT PRIMARY KEY, row BLOB NOT NULL) WITHOUT ROWID";
/** Of the file on this machine; backups are whoever's who made them. */
const erased: Cleared = {
  isErased: true,
  notes: [
    "The key was overwritten in keys.db, and the file's log was emptied. Backups of that file, and what the disk keeps below it, were not reached.",
  ],
};
const busy: Cleared = {
  isErased: false,
  notes: [
    "The key was overwritten in keys.db; another process kept the file's log from being emptied, which happens with the next removal.",
  ],
};

export function keysFile(directory: string): string {
  return join(directory, "keys.db");
}

export class SqliteKeys implements KeyRows {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #add: StatementSync;
  readonly #set: StatementSync;
  readonly #remove: StatementSync;

  /** @throws StoreUnavailableError when the file cannot be used. */
  constructor({ directory, now, onWarning }: SqliteKeysOptions) {
    this.#path = keysFile(directory);
    this.#database = this.#run(() => openFile(this.#path, now(), onWarning));
    const prepare = (sql: string) => this.#database.prepare(sql);
    this.#get = prepare("SELECT row FROM keys_v1 WHERE name = ?");
    this.#add = prepare("INSERT INTO keys_v1 (name, row) VALUES (?, ?) ON CONFLICT (name) DO NOTHING");
    this.#set = prepare(
      "INSERT INTO keys_v1 (name, row) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET row = excluded.row",
    );
    this.#remove = prepare("DELETE FROM keys_v1 WHERE name = ?");
  }

  get(names: readonly string[]): readonly (Uint8Array | undefined)[] {
    return this.#run(() => names.map((name) => this.#get.get(name)?.["row"] as Uint8Array | undefined));
  }

  add(name: string, row: Uint8Array): Uint8Array {
    return this.#run(() => {
      this.#add.run(name, row);
      return (this.#get.get(name)?.["row"] as Uint8Array | undefined) ?? row;
    });
  }

  set(name: string, row: Uint8Array): void {
    this.#run(() => void this.#set.run(name, row));
  }

  remove(names: readonly string[]): number {
    return this.#run(() => names.reduce((sum, name) => sum + Number(this.#remove.run(name).changes), 0));
  }

  clear(): Cleared {
    const found = this.#run(() => this.#database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get());
    return Number(found?.["busy"] ?? 0) === 0 ? erased : busy;
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #run<T>(call: () => T): T {
    try {
      return call();
    } catch (cause) {
      throw new StoreUnavailableError({
        message: `the keys in ${this.#path} cannot be used: ${(cause as Error).message}`,
        cause,
      });
    }
  }
}

function openFile(path: string, now: number, onWarning: (message: string) => void): DatabaseSync {
  try {
    return open(path);
  } catch (error) {
    const code = extendedCode(error);
    if (!isDamage(code, path)) throw error;
    const aside = setAside(path, inodeOf(path), code, now);
    if (aside !== undefined)
      onWarning(`${path} is damaged; it was set aside as ${aside}, and what was sealed with its keys is lost`);
    return open(path);
  }
}

function open(path: string): DatabaseSync {
  makePrivate(path);
  const sqlite = process.getBuiltinModule("node:sqlite");
  const database = new sqlite.DatabaseSync(path, { timeout: 5_000 });
  try {
    enterWal(database);
    database.exec("PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON");
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    if (tables.length > 0 && pragma(database, "application_id") !== applicationId)
      throw new ForeignDatabaseError("it is the database of another program");
    if (tables.length === 0)
      database.exec(`BEGIN IMMEDIATE; ${schema}; PRAGMA application_id = ${applicationId}; COMMIT`);
    database.prepare("SELECT name, row FROM keys_v1");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
