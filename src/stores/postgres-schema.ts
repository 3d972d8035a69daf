/**
 * The tables, and the version of their format. They are made once, under an advisory lock, so that gateways which start
 * together do not collide; a user without the right to make tables can use those that are there. Tables of a newer
 * format are left alone, and so is a table that has our name and is not ours.
 *
 * One table holds entries and generation tokens: a look-up wants both, and gets them with one statement.
 */

import { crc32 } from "node:zlib";
import type { ClientBase } from "pg";
import { StoreUnavailableError } from "../core/errors.ts";

const formatVersion = 1;
/** Making the tables may wait for another gateway that makes them. */
const migrationTimeoutMs = 10_000;

export interface PostgresTables {
  readonly schema: string;
  /** Each with its schema, quoted. */
  readonly entries: string;
  readonly format: string;
  readonly leases: string;
  readonly keys: string;
}

export function tablesIn(schema: string): PostgresTables {
  const quoted = `"${schema.replaceAll('"', '""')}"`;
  return {
    schema,
    entries: `${quoted}.reprise_entries`,
    format: `${quoted}.reprise_format`,
    leases: `${quoted}.reprise_leases`,
    keys: `${quoted}.reprise_keys`,
  };
}

/**
 * Sees to it that the tables are there, that of the entries also where it alone was dropped, to empty the cache. Throws
 * what PostgreSQL throws, and `StoreUnavailableError` for foreign tables.
 */
export async function prepareTables(client: ClientBase, tables: PostgresTables): Promise<void> {
  if (await areThere(client, tables)) return;
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL statement_timeout = ${migrationTimeoutMs}`);
    await client.query("SELECT pg_advisory_xact_lock($1, $2)", [lockClass, crc32(tables.schema) | 0]);
    if (!(await areThere(client, tables))) await makeTables(client, tables);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** "RPRS", as far as an advisory lock is concerned. */
const lockClass = 0x52505253;

async function areThere(client: ClientBase, tables: PostgresTables): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relname IN ('reprise_entries', 'reprise_format')`,
    [tables.schema],
  );
  if (rows.length === 0) return false;
  const format = rows.some(({ name }) => name === "reprise_format")
    ? (await client.query(`SELECT max(version) AS version FROM ${tables.format}`)).rows[0]
    : undefined;
  const version: unknown = format?.version;
  if (version === formatVersion) return rows.length === 2;
  if (typeof version === "number" && version > formatVersion) {
    throw new StoreUnavailableError({
      message: `the tables in schema ${tables.schema} are of format ${version}, made by a newer version of Reprise`,
      remedy: "update this one, or name another schema with ?schema=NAME in the URL of the store",
    });
  }
  throw new StoreUnavailableError({
    message: `the tables reprise_entries and reprise_format in schema ${tables.schema} are not those of Reprise`,
    remedy: "name another schema with ?schema=NAME in the URL of the store, or remove those tables",
  });
}

async function makeTables(client: ClientBase, tables: PostgresTables): Promise<void> {
  const { schema, entries, format } = tables;
  const { rowCount } = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${format.slice(0, format.lastIndexOf("."))}`);
  await client.query(`
    CREATE TABLE ${entries} (
      id bytea PRIMARY KEY,
      tenant bytea NOT NULL,
      key bytea NOT NULL,
      delete_at double precision NOT NULL,
      stored_at double precision NOT NULL,
      priority smallint NOT NULL,
      size integer NOT NULL,
      checksum bigint NOT NULL,
      value bytea NOT NULL
    );
    CREATE INDEX reprise_entries_by_rank ON ${entries} (priority, stored_at);
    CREATE INDEX reprise_entries_by_death ON ${entries} (delete_at) WHERE delete_at < 'Infinity';
    CREATE TABLE IF NOT EXISTS ${format} (version integer NOT NULL);
    INSERT INTO ${format} SELECT ${formatVersion} WHERE NOT EXISTS (SELECT FROM ${format});
    ${makeLeases(tables)}
  `);
}

/**
 * The statements that make the table of leases where it is missing: under the same lock as above, since two that make
 * it at once would collide. No index but that of the key, so that to hold a lease longer changes no index.
 */
export function makeLeases({ schema, leases }: PostgresTables): string {
  return `SELECT pg_advisory_xact_lock(${lockClass}, ${crc32(schema) | 0});
    CREATE UNLOGGED TABLE IF NOT EXISTS ${leases} (
      id bytea PRIMARY KEY,
      fence bigint NOT NULL,
      until timestamptz NOT NULL
    );`;
}

/** The statements that make the table of wrapped keys where it is missing: under the same lock. */
export function makeKeys({ schema, keys }: PostgresTables): string {
  return `SELECT pg_advisory_xact_lock(${lockClass}, ${crc32(schema) | 0});
    CREATE TABLE IF NOT EXISTS ${keys} (name text PRIMARY KEY, row bytea NOT NULL);`;
}
