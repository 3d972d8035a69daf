/**
 * Leaves nothing of what was removed in the file: what has died is removed, the file is written afresh (VACUUM copies
 * the rows that are there, and nothing else), and the write-ahead log is emptied into it and cut to nothing
 * (https://www.sqlite.org/lang_vacuum.html, https://www.sqlite.org/pragma.html#pragma_wal_checkpoint). It takes some
 * seconds for each gigabyte, as much room on the disk as there are rows, and writes wait for it.
 */

import type { DatabaseSync } from "node:sqlite";
import type { Cleared } from "../core/key-rows.ts";

export function scrubFile(database: DatabaseSync, path: string, now: number): Cleared {
  database.exec("BEGIN IMMEDIATE");
  try {
    const dead = "delete_at <= ? AND delete_at < 9e999";
    const sums = database
      .prepare(`SELECT count(*) AS entries, coalesce(sum(size), 0) AS bytes FROM entries_v1 WHERE ${dead}`)
      .get(now);
    database.prepare(`DELETE FROM entries_v1 WHERE ${dead}`).run(now);
    database
      .prepare("UPDATE totals_v1 SET entries = max(0, entries - ?), bytes = max(0, bytes - ?)")
      .run(Number(sums?.["entries"]), Number(sums?.["bytes"]));
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
  database.exec("VACUUM");
  const checkpoint = database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
  const isErased = checkpoint?.["busy"] === 0;
  const done = `${path} was written afresh without what was removed.`;
  if (isErased) return { isErased, notes: [] };
  return {
    isErased,
    notes: [`${done} Another process kept its log from being emptied, which happens with a later one.`],
  };
}
