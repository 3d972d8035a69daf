/**
 * The place for wrapped keys in PostgreSQL: a table of its own, `reprise_keys`, small, so that it can be written afresh
 * when keys were removed. `VACUUM (FULL)` leaves a file without them, and a checkpoint removes the old one
 * (https://www.postgresql.org/docs/current/sql-vacuum.html). The write-ahead log has seen the keys: its old segments are
 * gone for good only where the server neither keeps nor renames them, which is looked up and told.
 */

import { StoreUnavailableError } from "../core/errors.ts";
import type { Cleared, KeyRows } from "../core/key-rows.ts";
import type { PostgresConnections } from "./postgres-connections.ts";
import { codeOf, tableIsMissing } from "./postgres-failure.ts";
import { makeKeys, type PostgresTables } from "./postgres-schema.ts";

export class PostgresKeys implements KeyRows {
  readonly #connections: PostgresConnections;
  readonly #tables: PostgresTables;

  constructor(connections: PostgresConnections, tables: PostgresTables) {
    this.#connections = connections;
    this.#tables = tables;
  }

  async get(names: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const rows = await this.#read(names);
    const byName = new Map(rows.map(({ name, row }) => [name as string, row as Buffer]));
    return names.map((name) => byName.get(name));
  }

  async add(name: string, row: Uint8Array): Promise<Uint8Array> {
    await this.#run(`INSERT INTO ${this.#tables.keys} (name, row) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, [
      name,
      row,
    ]);
    const [there] = await this.get([name]);
    if (there !== undefined) return there;
    throw new StoreUnavailableError({ message: "the postgres store did not take a key: others change it" });
  }

  async set(name: string, row: Uint8Array): Promise<void> {
    const replace = "ON CONFLICT (name) DO UPDATE SET row = excluded.row";
    await this.#run(`INSERT INTO ${this.#tables.keys} (name, row) VALUES ($1, $2) ${replace}`, [name, row]);
  }

  async remove(names: readonly string[]): Promise<number> {
    return (await this.#run(`DELETE FROM ${this.#tables.keys} WHERE name = ANY($1::text[]) RETURNING name`, [names]))
      .length;
  }

  async clear(): Promise<Cleared> {
    const notes = ["The key was deleted in PostgreSQL."];
    const rewritten = await this.#attempt(`VACUUM (FULL) ${this.#tables.keys}`);
    notes.push(rewritten ?? "The table reprise_keys was written afresh without it.");
    // The old file ends with the next checkpoint, and so do the segments of the log up to a new one.
    const ended = (await this.#attempt("SELECT pg_switch_wal()")) ?? (await this.#attempt("CHECKPOINT"));
    const kept = ended ?? (await this.#keptLog());
    notes.push(kept ?? "The old segments of the write-ahead log were removed.");
    notes.push("Replicas follow; archived segments and backups were not reached.");
    return { isErased: rewritten === undefined && kept === undefined, notes };
  }

  close(): void {}

  /** Without a table there are no keys: who only looks need not have the right to make one. */
  async #read(names: readonly string[]): Promise<readonly Record<string, unknown>[]> {
    const text = `SELECT name, row FROM ${this.#tables.keys} WHERE name = ANY($1::text[])`;
    try {
      return (await this.#connections.run({ text }, [names])).rows;
    } catch (error) {
      if (codeOf((error as Error).cause) !== tableIsMissing) throw error;
      return [];
    }
  }

  /** Why the log may still hold what it has seen; `undefined` where it does not. */
  async #keptLog(): Promise<string | undefined> {
    const settings =
      "SELECT name, setting FROM pg_settings WHERE name IN ('wal_recycle', 'wal_keep_size', 'archive_mode')";
    try {
      const values = new Map((await this.#run(settings, [])).map(({ name, setting }) => [name, setting]));
      const slots = await this.#run("SELECT slot_name FROM pg_replication_slots", []);
      // Segments for later use were old ones, as long as they were still renamed.
      const later =
        "SELECT name FROM pg_ls_waldir() WHERE name > pg_walfile_name(pg_current_wal_lsn()) AND length(name) = 24";
      const renamed = await this.#run(later, []);
      const isKept =
        values.get("wal_recycle") !== "off" || values.get("wal_keep_size") !== "0" || slots.length + renamed.length > 0;
      if (!isKept && values.get("archive_mode") === "off") return undefined;
      return "Segments of the write-ahead log that PostgreSQL keeps or renames for later use may hold the key until they are overwritten; wal_recycle = off has them removed.";
    } catch (error) {
      return `Whether the write-ahead log still holds the key could not be found out (${(error as Error).message}).`;
    }
  }

  /** `undefined` when it was done. */
  async #attempt(text: string): Promise<string | undefined> {
    try {
      await this.#connections.run({ text });
      return undefined;
    } catch (error) {
      const { cause } = error as { readonly cause?: { readonly message?: string } };
      return `${text.replace(/ ".*$/, "")} was not done (${cause?.message ?? (error as Error).message}); the key may stand in files of the server until it is.`;
    }
  }

  /** The right to make the table is needed only where it is missing. */
  async #run(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    try {
      return (await this.#connections.run({ text }, values)).rows;
    } catch (error) {
      if (codeOf((error as Error).cause) !== tableIsMissing) throw error;
      await this.#connections.run({ text: makeKeys(this.#tables) });
      return (await this.#connections.run({ text }, values)).rows;
    }
  }
}
