/**
 * The file `semantic.db` and its format. A space is a row of its own, so that a vector names it by a number; a space
 * goes with its last vector, and its number is never used again. `seq` grows with every put, in the order of commits:
 * who has read up to one of them reads on from there. `origin` tells whose put it was. Tables carry the version of
 * their format in their name, as in `cache.db` (stores/sqlite-file.ts). `marks` came later: a row of before has none.
 */

import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import type { VectorSpace } from "../core/vector-store.ts";
import { enterWal, ForeignDatabaseError, inodeOf, makePrivate, pragma } from "../stores/sqlite-file.ts";
import { pageBytes } from "../stores/sqlite-row.ts";

/** "RPRV" */
const applicationId = 0x52505256;

const schema = `
CREATE TABLE IF NOT EXISTS spaces_v1 (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  context TEXT NOT NULL,
  model TEXT NOT NULL,
  dimensions INTEGER NOT NULL,
  vectors INTEGER NOT NULL,
  UNIQUE (tenant, context, model, dimensions)
);
CREATE TABLE IF NOT EXISTS vectors_v1 (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  space INTEGER NOT NULL,
  id TEXT NOT NULL,
  origin INTEGER NOT NULL,
  delete_at REAL NOT NULL,
  checksum INTEGER NOT NULL,
  size INTEGER NOT NULL,
  vector BLOB NOT NULL,
  note BLOB NOT NULL,
  marks TEXT,
  UNIQUE (id, space)
);
CREATE INDEX IF NOT EXISTS vectors_v1_by_space ON vectors_v1 (space, seq, origin);
CREATE INDEX IF NOT EXISTS vectors_v1_by_death ON vectors_v1 (delete_at) WHERE delete_at < 9e999;
CREATE TABLE IF NOT EXISTS vector_totals_v1 (id INTEGER PRIMARY KEY CHECK (id = 1), vectors INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT OR IGNORE INTO vector_totals_v1 VALUES (1, 0, 0);
`;

export interface OpenedVectorFile {
  readonly database: DatabaseSync;
  /** Tells this file from one that took its name later. */
  readonly inode: number | undefined;
}

/** Opens or makes the file. Throws SQLite's errors, and `ForeignDatabaseError`. Waits up to 5 s for other processes. */
export function openVectorFile(path: string): OpenedVectorFile {
  makePrivate(path);
  // Loaded with the first file, as vectors in memory need none of it.
  const sqlite = process.getBuiltinModule("node:sqlite");
  const database = new sqlite.DatabaseSync(path, { timeout: 5_000, enableForeignKeyConstraints: false });
  try {
    database.exec(`PRAGMA page_size = ${pageBytes}`);
    enterWal(database);
    // A vector tells much of its text: what is deleted is overwritten.
    database.exec("PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 67108864");
    const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const tables = new Set(names.map(({ name }) => String(name)));
    if (!tables.has("vectors_v1") || !tables.has("spaces_v1") || !tables.has("vector_totals_v1")) {
      const isOurs = pragma(database, "application_id") === applicationId;
      if (!isOurs && tables.size > 0) throw new ForeignDatabaseError(path);
      database.exec(`BEGIN IMMEDIATE; ${schema} PRAGMA application_id = ${applicationId}; COMMIT`);
    }
    addMarks(database);
    // A table that only looks like ours, by one flipped letter in its definition, fails here and is damage.
    database.prepare("SELECT seq, space, id, origin, delete_at, checksum, size, vector, note, marks FROM vectors_v1");
    database.prepare("SELECT id, tenant, context, model, dimensions, vectors FROM spaces_v1");
    return { database, inode: inodeOf(path) };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** To a file of an earlier version, which goes on writing to it if it runs beside this one. */
function addMarks(database: DatabaseSync): void {
  const isThere = (): boolean =>
    database.prepare("SELECT 1 FROM pragma_table_info('vectors_v1') WHERE name = 'marks'").get() !== undefined;
  if (isThere()) return;
  database.exec("BEGIN IMMEDIATE");
  if (!isThere()) database.exec("ALTER TABLE vectors_v1 ADD COLUMN marks TEXT");
  database.exec("COMMIT");
}

/** The part of the checksum that all vectors of a space share. */
export function spaceSeed({ tenant, partition, model, dimensions }: VectorSpace): number {
  return crc32(JSON.stringify([tenant, partition, model, dimensions]));
}

/** CRC-32 over everything that a row says: the row of another vector in this one's place fails it as well. */
export function vectorChecksum(
  seed: number,
  { id, deleteAt, vector, note }: { id: string; deleteAt: number; vector: Uint8Array; note: Uint8Array },
): number {
  return crc32(note, crc32(vector, crc32(`${id}\u0000${deleteAt}`, seed)));
}
