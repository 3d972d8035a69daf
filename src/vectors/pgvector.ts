/**
 * Vectors in a PostgreSQL database with the extension pgvector (0.5 or later), shared by everybody who is given the
 * same one. One table holds all: a row says by a digest in which space it lies, and a look-up compares all vectors of
 * that space alone, so that it finds exactly the nearest. That costs about half a millisecond for a thousand vectors;
 * a space that has grown large gets an index of its own (see pgvector-indexes.ts). Names of tenants and contexts are
 * kept as digests only; the time is that of the clock here, not of the server.
 */

import { createHash } from "node:crypto";
import { type Clock, systemClock } from "../core/clock.ts";
import { InvalidOptionError, StoreUnavailableError } from "../core/errors.ts";
import type { StoreFinding } from "../core/store-check.ts";
import type {
  DeletedVectors,
  VectorItem,
  VectorMatch,
  VectorSpace,
  VectorStats,
  VectorStore,
} from "../core/vector-store.ts";
import { PgvectorIndexes } from "./pgvector-indexes.ts";
import { connectOnce, openPool } from "./pgvector-pool.ts";
import { type PgvectorStatements, pgvectorStatements } from "./pgvector-statements.ts";
import { assertItem, assertVector } from "./vector-check.ts";

/** As much of a pool of node-postgres as is used; PGlite has it too. */
export interface PgvectorPool {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export interface PgvectorOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. */
  readonly url?: string;
  /** In place of `url`; it is not closed with the store, and no indexes are made. */
  readonly pool?: PgvectorPool;
  /** Made when it is missing. Default `reprise_vectors_v1`. */
  readonly table?: string;
  /** About how many vectors are kept; the oldest go first. Default 1,000,000. */
  readonly maxVectors?: number;
  /** A vector with a longer note is declined. Default 64 KiB. */
  readonly maxNoteBytes?: number;
  /**
   * A context with as many vectors gets an HNSW index, with pgvector 0.8 or later and up to 2,000 dimensions; searches
   * of it are approximate. `Infinity` for none. Default 20,000.
   */
  readonly indexFrom?: number;
  readonly clock?: Clock;
}

export interface PgvectorStore extends VectorStore {
  /** Resolves when no index is being looked for or built. */
  settled(): Promise<void>;
  /** Whether the database answers and has the extension, and what to do when not. */
  check(): Promise<readonly StoreFinding[]>;
}

/**
 * A store of vectors in PostgreSQL. Connects with the first call, and makes the extension and its table.
 *
 * @throws InvalidOptionError for a URL or a table's name that is none.
 * @example
 * const cache = await createCache({ vectors: pgvector({ url: "postgres://reprise@127.0.0.1/cache" }) });
 */
export function pgvector(options: PgvectorOptions): PgvectorStore {
  return new Pgvector(options);
}

const sweepEveryMs = 60_000;
/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const undefinedTable = "42P01";

class Pgvector implements PgvectorStore {
  readonly name = "pgvector";
  readonly #clock: Clock;
  readonly #statements: PgvectorStatements;
  readonly #maxVectors: number;
  readonly #maxNoteBytes: number;
  readonly #openPool: () => Promise<PgvectorPool & { end?(): Promise<void> }>;
  readonly #ownsPool: boolean;
  readonly #indexes: PgvectorIndexes | undefined;
  #pool: Promise<PgvectorPool & { end?(): Promise<void> }> | undefined;
  #made: Promise<unknown> | undefined;
  #marked: Promise<boolean> | undefined;
  #sweptAt: number;
  #isClosed = false;

  constructor({ url, pool, table = "reprise_vectors_v1", ...options }: PgvectorOptions) {
    if (!/^[a-z_][a-z0-9_]{0,40}$/.test(table)) {
      const remedy = "Use up to 41 lower-case letters, digits and underscores.";
      throw new InvalidOptionError("table", { message: "table must be the name of a table.", remedy });
    }
    if (pool === undefined && !/^postgres(ql)?:\/\/[^/?#]/.test(url ?? "")) {
      const remedy = "Write postgres://USER:PASSWORD@HOST:PORT/DATABASE, or pass a pool.";
      throw new InvalidOptionError("url", { message: "url must be the URL of a PostgreSQL database.", remedy });
    }
    this.#clock = options.clock ?? systemClock;
    this.#maxVectors = options.maxVectors ?? 1_000_000;
    this.#maxNoteBytes = options.maxNoteBytes ?? 64 * 1024;
    this.#statements = pgvectorStatements(table);
    this.#ownsPool = pool === undefined;
    this.#openPool = async () => pool ?? openPool(url as string);
    const { indexFrom = 20_000 } = options;
    if (!(indexFrom === Number.POSITIVE_INFINITY || (Number.isSafeInteger(indexFrom) && indexFrom > 0))) {
      const remedy = "Leave it out for 20,000, or pass Infinity for no index.";
      throw new InvalidOptionError("indexFrom", { message: "indexFrom must be a number of vectors.", remedy });
    }
    if (pool === undefined && indexFrom !== Number.POSITIVE_INFINITY)
      this.#indexes = new PgvectorIndexes({
        ...{ table, from: indexFrom, clock: this.#clock },
        query: (text, values) => this.#query(text, values),
        connect: () => connectOnce(url as string),
      });
    this.#sweptAt = this.#clock.monotonic();
  }

  async put(space: VectorSpace, item: VectorItem): Promise<"stored" | "declined"> {
    assertItem(space, item);
    if (item.note.byteLength > this.#maxNoteBytes) return "declined";
    const { tenant, partition } = space;
    const values = [
      ...[spaceDigest(space), digest(tenant), digest(tenant, partition), Buffer.from(item.id)],
      ...[textOf(item.vector), Buffer.from(item.note), String(item.deleteAt)],
    ];
    if (await this.#hasMarks()) await this.#query(this.#statements.put, [...values, item.marks ?? []]);
    else await this.#query(this.#statements.putUnmarked, values);
    await this.#sweep();
    return "stored";
  }

  async nearest(space: VectorSpace, vector: Float32Array, count: number): Promise<readonly VectorMatch[]> {
    assertVector(space, vector);
    const digest = spaceDigest(space);
    const byIndex = await this.#nearestByIndex(space, { digest, vector, count });
    const values = [digest, textOf(vector), String(this.#clock.now()), count];
    const rows = byIndex ?? ((await this.#query(this.#statements.nearest, values)) as readonly NearRow[]);
    return rows.map(({ id, note, similarity }) => ({
      id: Buffer.from(id).toString("utf8"),
      similarity: Number(similarity),
      note: Uint8Array.from(note),
    }));
  }

  /** `undefined` where there is no index, or where it found too few. */
  async #nearestByIndex(
    { dimensions }: VectorSpace,
    { digest, vector, count }: { readonly digest: Buffer; readonly vector: Float32Array; readonly count: number },
  ): Promise<readonly NearRow[] | undefined> {
    const space = digest.toString("hex");
    if (this.#indexes?.has(space, dimensions) !== true) return undefined;
    const search = { space, dimensions, vector: textOf(vector), now: this.#clock.now(), count };
    const rows = (await this.#query(this.#statements.nearestByIndex(search))) as readonly NearRow[];
    return rows.length < count ? undefined : rows;
  }

  /** Without marks nothing tells whose a vector is: then all of the tenant go. */
  async delete({ tenant, partition, ids, marks }: DeletedVectors): Promise<void> {
    const { deleteIn, deleteIdsIn, deleteMarkedIn } = this.#statements;
    const column = partition === undefined ? "tenant" : "context";
    const where = partition === undefined ? digest(tenant) : digest(tenant, partition);
    if (ids === undefined && marks !== undefined && (await this.#hasMarks()))
      await this.#query(deleteMarkedIn[column], [where, marks]);
    else if (ids === undefined) await this.#query(deleteIn[column], [where]);
    else if (ids.length > 0) await this.#query(deleteIdsIn[column], [where, ids.map((id) => Buffer.from(id))]);
  }

  /** Of all who share the table. */
  async stats(): Promise<VectorStats> {
    const [row] = (await this.#query(this.#statements.stats, [])) as readonly { vectors: unknown; bytes: unknown }[];
    return { vectors: Number(row?.vectors ?? 0), bytes: Number(row?.bytes ?? 0) };
  }

  async check(): Promise<readonly StoreFinding[]> {
    try {
      const [row] = (await this.#query(this.#statements.version, [])) as readonly { readonly version: string }[];
      const { vectors } = await this.stats();
      return [{ detail: `pgvector ${row?.version}; vectors in it: ${vectors}` }];
    } catch (error) {
      const remedy =
        "Check that the server runs and lets this user in, that pgvector is installed on it, and that the user may create the extension, or have an administrator run CREATE EXTENSION vector.";
      return [{ detail: (error as Error).message, severity: "error", remedy }];
    }
  }

  async settled(): Promise<void> {
    await this.#indexes?.settled();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#indexes?.close();
    const pool = await this.#pool?.catch(() => undefined);
    if (this.#ownsPool) await pool?.end?.();
  }

  async #hasMarks(): Promise<boolean> {
    this.#marked ??= this.#query(this.#statements.hasMarks, []).then(({ length }) => length > 0);
    // What fails is asked anew by the next call.
    return this.#marked.catch((error: unknown) => {
      this.#marked = undefined;
      throw error;
    });
  }

  /** The rows of the last statement. */
  async #query(text: string, values?: unknown[]): Promise<readonly unknown[]> {
    if (this.#isClosed) throw new StoreUnavailableError({ message: "the store of vectors is closed" });
    try {
      this.#pool ??= this.#openPool();
      const pool = await this.#pool;
      // What fails is tried anew by the next call.
      this.#made ??= pool.query(this.#statements.make).catch((error: unknown) => {
        this.#made = undefined;
        throw error;
      });
      await this.#made;
      const results = [await pool.query(text, values)].flat();
      return results.at(-1)?.rows ?? [];
    } catch (cause) {
      if (cause instanceof InvalidOptionError) throw cause;
      // Somebody removed the table, or gave another database the name.
      if ((cause as { readonly code?: string }).code === undefinedTable) {
        this.#made = undefined;
        this.#marked = undefined;
      }
      const message = `the store of vectors in PostgreSQL failed: ${(cause as Error).message}`;
      throw new StoreUnavailableError({ message, cause, remedy: "run reprise doctor; it is tried again by itself" });
    }
  }

  /** Removes what is dead or too much, once a minute. */
  async #sweep(): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - this.#sweptAt < sweepEveryMs) return;
    this.#sweptAt = now;
    await this.#query(this.#statements.sweepDead, [String(this.#clock.now())]);
    await this.#query(this.#statements.sweepOldest, [this.#maxVectors]);
  }
}

interface NearRow {
  readonly id: Uint8Array;
  readonly note: Uint8Array;
  readonly similarity: number | string;
}

/** Names joined so that those that run together stay different. */
function digest(...names: readonly (string | number)[]): Buffer {
  return createHash("sha256").update(JSON.stringify(names)).digest();
}

function spaceDigest({ tenant, partition, model, dimensions }: VectorSpace): Buffer {
  return digest(tenant, partition, model, dimensions);
}

function textOf(vector: Float32Array): string {
  return `[${vector.join(",")}]`;
}
