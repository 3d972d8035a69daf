import type { Cleared } from "../core/key-rows.ts";
import type { PostgresConnections } from "./postgres-connections.ts";
import type { PostgresTables } from "./postgres-schema.ts";

/**
 * Leaves nothing of what was removed in the table: what has died is removed, the table is written afresh, and a checkpoint
 * removes the old file (https://www.postgresql.org/docs/current/sql-vacuum.html, option FULL). Nobody reads or writes the
 * table meanwhile, so calls go to their origins; it takes some seconds for each gigabyte. The write-ahead log has seen what
 * was removed, and keeps it as long as its segments are kept.
 */

const longestMs = 15 * 60_000;
const log =
  "The write-ahead log of PostgreSQL, its archive, replicas and backups may hold what was removed for as long as they are kept.";

const notOwned =
  "The table of PostgreSQL was not written afresh, since this role does not own it: its owner has to run VACUUM (FULL) on it.";

/** Rejects with `StoreUnavailableError` where the server cannot be asked. */
export async function scrubPostgres(
  connections: PostgresConnections,
  { entries }: PostgresTables,
  now: number,
): Promise<Cleared> {
  await connections.runLong({ text: `DELETE FROM ${entries} WHERE delete_at <= $1` }, [now], longestMs);
  // To somebody who does not own the table the server says that it was done, and does nothing.
  const fileOf = async (): Promise<unknown> => {
    const text = "SELECT pg_relation_filenode($1::regclass) AS file";
    return (await connections.run({ text }, [entries])).rows[0]?.["file"];
  };
  const before = await fileOf();
  await connections.runAlone([`VACUUM (FULL) ${entries}`], longestMs);
  const notes = (await fileOf()) === before ? [notOwned, log] : [log];
  // Both are for those who may; without them the server does the same some time.
  for (const text of ["SELECT pg_switch_wal()", "CHECKPOINT"])
    await connections.runAlone([text], longestMs).catch(() => {});
  return { isErased: false, notes };
}
