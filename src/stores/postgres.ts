/**
 * Values in a PostgreSQL database (12 or later), shared by everybody who is given the same one.
 *
 * A read is one statement, however many keys it asks for; a write is one upsert. `add` is decided by the primary key:
 * an insert that gives way to what is alive and replaces what is dead. Calls of this process about one key keep their
 * order, though they may take different connections (keyed-order.ts). Rows carry a checksum; one that fails it reads as
 * absent, is counted and removed.
 *
 * The tables are made at the first call (postgres-schema.ts); what is dead or too much is removed beside the path
 * (postgres-room.ts).
 */

import { type Clock, type Random, systemClock, systemRandom } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { Cleared, KeyRows } from "../core/key-rows.ts";
import type { ScrubbableStore } from "../core/scrub.ts";
import type { SharedStore } from "../core/shared-store.ts";
import type { StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import type { CheckableStore, StoreFinding } from "../core/store-check.ts";
import type { ListableStore, ListingPage, ListingQuery } from "../core/store-listing.ts";
import { KeyedOrder } from "./keyed-order.ts";
import { ownBytes } from "./own-bytes.ts";
import { PostgresBus } from "./postgres-bus.ts";
import { checkPostgres } from "./postgres-check.ts";
import { PostgresConnections } from "./postgres-connections.ts";
import { PostgresKeys } from "./postgres-keys.ts";
import { PostgresLeases } from "./postgres-leases.ts";
import { listPage } from "./postgres-listing.ts";
import { PostgresRoom } from "./postgres-room.ts";
import { checksumOf, rowId, sizeOf } from "./postgres-row.ts";
import { type PostgresTables, tablesIn } from "./postgres-schema.ts";
import { scrubPostgres } from "./postgres-scrub.ts";
import { type PostgresStatements, statementsFor } from "./postgres-statements.ts";
import { readPostgresUrl } from "./postgres-url.ts";
import { priorityFromNumber, priorityToNumber } from "./priority-number.ts";
import type { StoredEntry, StoreWithExpiry } from "./store-with-expiry.ts";

export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with the parameters of node-postgres; `schema` and `connections` are ours. */
  readonly url: string;
  /** Where the tables are; made when it is missing. Default `public`. */
  readonly schema?: string;
  /** Bound of what is kept, about. Default: none. */
  readonly maxBytes?: number;
  /** A larger value is declined. Default 16 MiB, and no more than an eighth of `maxBytes`. */
  readonly maxEntryBytes?: number;
  /** Connections of this process, at most, beside one of the bus and two for leases. Default 8. */
  readonly maxConnections?: number;
  /** Bound on making a connection, and on waiting for one. Default one second. */
  readonly connectTimeoutMs?: number;
  /** Bound on a statement. Default one second. */
  readonly statementTimeoutMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface PostgresStore extends StoreWithExpiry, ListableStore, CheckableStore, SharedStore, ScrubbableStore {
  readonly bus: PostgresBus;
  readonly leases: PostgresLeases;
  /** Removes what is dead now, as happens once a minute by itself; returns how many entries. */
  sweep(): Promise<number>;
}

/**
 * A store in PostgreSQL. Connects with the first call, and makes its tables.
 *
 * @throws InvalidOptionError for a URL that names no database.
 * @example
 * const cache = await createCache({ store: postgres("postgres://reprise@127.0.0.1/cache") });
 */
export function postgres(urlOrOptions: string | PostgresOptions): PostgresStore {
  return new Postgres(typeof urlOrOptions === "string" ? { url: urlOrOptions } : urlOrOptions);
}

/** Of their own: a burst of identical calls asks for one lease, and must not have it wait behind all its look-ups. */
const leaseConnections = 2;
/** Others may delete between two of our statements, but not for ever. */
const mostAddAttempts = 8;

interface Row {
  readonly id: Buffer;
  readonly delete_at: number;
  readonly stored_at: number;
  readonly priority: number;
  readonly checksum: string;
  readonly value: Buffer;
}

class Postgres implements PostgresStore {
  readonly name = "postgres";
  readonly bus: PostgresBus;
  readonly leases: PostgresLeases;
  readonly #connections: PostgresConnections;
  readonly #leaseConnections: PostgresConnections;
  readonly #tables: PostgresTables;
  readonly #statements: PostgresStatements;
  readonly #room: PostgresRoom;
  readonly #order = new KeyedOrder();
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #maxEntryBytes: number;
  #corrupt = 0;
  #closed = false;

  constructor(options: PostgresOptions) {
    const address = readPostgresUrl(options.url);
    const { maxBytes = Number.POSITIVE_INFINITY } = options;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    this.#maxEntryBytes = options.maxEntryBytes ?? Math.min(16 * 1024 * 1024, maxBytes / 8);
    const { connectTimeoutMs = 1_000, statementTimeoutMs = 1_000, random = systemRandom } = options;
    const times = { connectTimeoutMs, statementTimeoutMs };
    this.#tables = tablesIn(options.schema ?? address.schema ?? "public");
    this.#statements = statementsFor(this.#tables);
    const reached = { url: address.url, place: address.place, tables: this.#tables, ...times, clock };
    const maxConnections = options.maxConnections ?? address.connections ?? 8;
    this.#connections = new PostgresConnections({ ...reached, maxConnections });
    this.#leaseConnections = new PostgresConnections({ ...reached, maxConnections: leaseConnections });
    const schema = this.#tables.schema;
    this.bus = new PostgresBus({ url: address.url, place: this.#connections.place, schema, ...times, clock, random });
    this.leases = new PostgresLeases({ connections: this.#leaseConnections, tables: this.#tables, clock });
    this.#room = new PostgresRoom({ connections: this.#connections, tables: this.#tables, maxBytes, clock });
  }

  async get(tenant: string, keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const entries = await this.getEntries(tenant, keys);
    return entries.map((entry) => entry?.value);
  }

  async getEntries(tenant: string, keys: readonly string[]): Promise<readonly (StoredEntry | undefined)[]> {
    this.#assertOpen();
    if (keys.length === 0) return [];
    const ids = keys.map((key) => rowId(tenant, key));
    const { rows } = await this.#connections.run(this.#statements.get, [ids, this.#clock.now()]);
    const byId = new Map((rows as Row[]).map((row) => [row.id.toString("latin1"), row]));
    return keys.map((key, index) => {
      const row = byId.get((ids[index] as Buffer).toString("latin1"));
      if (row === undefined || !this.#isSound(tenant, key, row)) return undefined;
      const { value, delete_at: deleteAt, stored_at: storedAt, priority } = row;
      return { value: ownBytes(value), deleteAt, storedAt, priority: priorityFromNumber(priority) };
    });
  }

  async set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    this.#assertOpen();
    if (value.byteLength > this.#maxEntryBytes) return "declined";
    const id = rowId(tenant, key);
    const size = sizeOf(tenant, key, value);
    return this.#order.run(id.toString("latin1"), async (): Promise<WriteResult> => {
      if (!(await this.#room.takes(size))) return "overloaded";
      if (options.deleteAt <= this.#clock.now()) await this.#connections.run(this.#statements.delete, [id]);
      else await this.#connections.run(this.#statements.set, this.#rowOf(id, tenant, key, value, options));
      this.#room.wrote(size);
      return "stored";
    });
  }

  async add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<Uint8Array> {
    this.#assertOpen();
    const id = rowId(tenant, key);
    return this.#order.run(id.toString("latin1"), async () => {
      for (let attempt = 0; attempt < mostAddAttempts; attempt += 1) {
        const row = this.#rowOf(id, tenant, key, value, options);
        const { rowCount } = await this.#connections.run(this.#statements.add, [...row, this.#clock.now()]);
        if (rowCount === 1) {
          this.#room.wrote(sizeOf(tenant, key, value));
          return value;
        }
        const { rows } = await this.#connections.run(this.#statements.get, [[id], this.#clock.now()]);
        const there = rows[0] as Row | undefined;
        if (there === undefined) continue;
        if (this.#isDamaged(tenant, key, there)) await this.#drop(there);
        else return ownBytes(there.value);
      }
      throw new StoreUnavailableError({ message: "the postgres store did not take the value: others change it" });
    });
  }

  async delete(tenant: string, key: string): Promise<boolean> {
    this.#assertOpen();
    const id = rowId(tenant, key);
    return this.#order.run(id.toString("latin1"), async () => {
      const { rows } = await this.#connections.run(this.#statements.delete, [id]);
      return rows.length > 0 && (rows[0] as Row).delete_at > this.#clock.now();
    });
  }

  async list(query: ListingQuery): Promise<ListingPage> {
    this.#assertOpen();
    return listPage(this.#connections, this.#tables, query, this.#clock.now());
  }

  /** Exact for small tables; beyond some thousand rows what the server estimates, since counting would read them all. */
  async stats(): Promise<StoreStats> {
    this.#assertOpen();
    await this.#room.settled();
    const { rows } = await this.#connections.run(this.#statements.stats);
    const { entries, bytes } = rows[0] as { readonly entries: number; readonly bytes: number };
    return {
      entries,
      bytes,
      capacityBytes: this.#maxBytes,
      evictions: this.#room.evictions,
      corrupt: this.#corrupt,
    };
  }

  async check(): Promise<readonly StoreFinding[]> {
    this.#assertOpen();
    return checkPostgres(this.#connections, this.#tables);
  }

  onInterrupted(changed: () => void): () => void {
    return this.#connections.onInterrupted(changed);
  }

  keyRows(): KeyRows {
    return new PostgresKeys(this.#connections, this.#tables);
  }

  scrub(): Promise<Cleared> {
    this.#assertOpen();
    return scrubPostgres(this.#connections, this.#tables, this.#clock.now());
  }

  async sweep(): Promise<number> {
    this.#assertOpen();
    return this.#room.sweep();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([this.#room.close(), this.leases.close(), this.bus.close()]);
    await Promise.all([this.#connections.close(), this.#leaseConnections.close()]);
  }

  #rowOf(id: Buffer, tenant: string, key: string, value: Uint8Array, options: WriteOptions): readonly unknown[] {
    const { deleteAt, priority = "normal" } = options;
    return [
      id,
      Buffer.from(tenant, "utf8"),
      Buffer.from(key, "utf8"),
      deleteAt,
      this.#clock.now(),
      priorityToNumber(priority),
      sizeOf(tenant, key, value),
      checksumOf(tenant, key, deleteAt, value),
      value,
    ];
  }

  #isSound(tenant: string, key: string, row: Row): boolean {
    if (!this.#isDamaged(tenant, key, row)) return true;
    // Beside the path: who asked has its miss already.
    this.#drop(row).catch(() => undefined);
    return false;
  }

  #isDamaged(tenant: string, key: string, { delete_at: deleteAt, value, checksum }: Row): boolean {
    return checksumOf(tenant, key, deleteAt, value) !== Number(checksum);
  }

  /** Unless it was replaced meanwhile. */
  async #drop({ id, checksum }: Row): Promise<void> {
    this.#corrupt += 1;
    await this.#connections.run(this.#statements.drop, [id, checksum]);
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError({ message: "the postgres store is closed" });
  }
}
