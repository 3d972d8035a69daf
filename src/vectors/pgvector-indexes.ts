/**
 * Indexes of large spaces. Comparing all vectors of a space is exact and costs about half a millisecond for a thousand,
 * so a space gets an index only when it has grown: an HNSW graph (Malkov and Yashunin, "Efficient and robust approximate
 * nearest neighbor search using hierarchical navigable small world graphs", arXiv:1603.09320), as pgvector builds it. It
 * holds that space alone (`WHERE space = ...`), so a search never wades through vectors of others; what is left to filter
 * are the few that died since the last sweep, and for those the scan goes on until there are enough
 * (`hnsw.iterative_scan`, pgvector 0.8: https://github.com/pgvector/pgvector#iterative-index-scans).
 *
 * A space is looked at when it is searched, at most once a minute, behind the answer. Building blocks nobody
 * (CONCURRENTLY), takes a connection of its own, and is done by one process at a time. Until it is ready, and wherever it
 * cannot be made, searches are exact.
 */

import type { Clock } from "../core/clock.ts";

export interface PgvectorIndexesParts {
  readonly table: string;
  /** A space with as many vectors gets an index. */
  readonly from: number;
  readonly clock: Clock;
  readonly query: (text: string, values: unknown[]) => Promise<readonly unknown[]>;
  /** Connects anew, without a limit to the time of a statement. */
  readonly connect: () => Promise<BuildingConnection>;
}

export interface BuildingConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
  end(): Promise<void>;
}

interface Known {
  readonly isReady: boolean;
  readonly lookedAt: number;
}

const lookAgainMs = 60_000;
/** Building costs the server much; what failed is not tried at once. */
const afterFailureMs = 600_000;
const mostKnown = 10_000;
/** What pgvector can index in 32 bits. */
const mostIndexed = 2_000;
/** One process builds, for all tables of the database. */
const buildingLock = 0x5250_5258;

export class PgvectorIndexes {
  readonly #parts: PgvectorIndexesParts;
  readonly #known = new Map<string, Known>();
  #work: Promise<void> | undefined;
  #restsUntil = Number.NEGATIVE_INFINITY;
  #connection: BuildingConnection | undefined;
  #isClosed = false;

  constructor(parts: PgvectorIndexesParts) {
    this.#parts = parts;
  }

  /** Whether this space, by its digest in hex, has an index, as far as is known. */
  has(space: string, dimensions: number): boolean {
    const known = this.#known.get(space);
    const now = this.#parts.clock.monotonic();
    const isDue = known === undefined || now - known.lookedAt >= lookAgainMs;
    if (isDue && this.#work === undefined && dimensions <= mostIndexed && !this.#isClosed) {
      this.#learn(space, known?.isReady === true);
      // What cannot be learnt now is asked again: nothing waits for it.
      const work = this.#look(space, dimensions).catch(() => {});
      this.#work = work.then(() => {
        this.#work = undefined;
      });
    }
    return known?.isReady === true;
  }

  /** Resolves when nothing is being looked at or built. */
  async settled(): Promise<void> {
    await this.#work;
  }

  /** What is being built is given up; whoever looks next begins anew. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection?.end().catch(() => undefined);
    await this.#work;
  }

  #learn(space: string, isReady: boolean): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= mostKnown && oldest !== undefined) this.#known.delete(oldest);
    this.#known.delete(space);
    this.#known.set(space, { isReady, lookedAt: this.#parts.clock.monotonic() });
  }

  #rest(): boolean {
    this.#restsUntil = this.#parts.clock.monotonic() + afterFailureMs;
    return false;
  }

  async #look(space: string, dimensions: number): Promise<void> {
    const { table, from, query, clock } = this.#parts;
    const [found] = (await query(
      `SELECT (SELECT count(*) FROM (SELECT FROM ${table} WHERE space = $1 LIMIT $2) AS few) AS vectors,
(SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($3)) AS valid,
(SELECT extversion FROM pg_extension WHERE extname = 'vector') AS version`,
      [Buffer.from(space, "hex"), from, this.#nameOf(space)],
    )) as readonly { readonly vectors: unknown; readonly valid: boolean | null; readonly version: string }[];
    const isReady = found?.valid === true;
    this.#learn(space, isReady);
    if (isReady || Number(found?.vectors) < from || !canGoOnScanning(found?.version)) return;
    if (clock.monotonic() < this.#restsUntil || this.#isClosed) return;
    this.#learn(space, await this.#build(space, dimensions).catch(() => this.#rest()));
  }

  async #build(space: string, dimensions: number): Promise<boolean> {
    const { table, connect } = this.#parts;
    const connection = await connect();
    this.#connection = connection;
    try {
      if (this.#isClosed) return false;
      const { rows } = await connection.query(`SELECT pg_try_advisory_lock(${buildingLock}) AS mine`);
      if ((rows[0] as { readonly mine: boolean }).mine !== true) return false;
      const name = this.#nameOf(space);
      await this.#dropUseless(connection);
      await connection.query(`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${table}
USING hnsw ((vector::vector(${dimensions})) vector_cosine_ops) WHERE space = '\\x${space}'::bytea`);
      return true;
    } finally {
      this.#connection = undefined;
      await connection.end().catch(() => undefined);
    }
  }

  /** Of spaces that are small again or gone, and what was left half built. */
  async #dropUseless(connection: BuildingConnection): Promise<void> {
    const { table, from } = this.#parts;
    const { rows } = await connection.query(
      `SELECT i.indexrelid::regclass AS name, i.indisvalid AS valid,
substring(pg_get_expr(i.indpred, i.indrelid) from '[0-9a-f]{64}') AS space
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass($1) AND starts_with(c.relname, $2)`,
      [table, `${table}_near_`],
    );
    for (const { name, valid, space } of rows as readonly {
      readonly name: string;
      readonly valid: boolean;
      readonly space: string;
    }[]) {
      const { rows: found } = await connection.query(
        `SELECT count(*) AS vectors FROM (SELECT FROM ${table} WHERE space = $1 LIMIT $2) AS few`,
        [Buffer.from(space, "hex"), Math.ceil(from / 2)],
      );
      const isLarge = Number((found[0] as { readonly vectors: unknown }).vectors) >= from / 2;
      if (!valid || !isLarge) await connection.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
    }
  }

  #nameOf(space: string): string {
    return `${this.#parts.table}_near_${space.slice(0, 12)}`;
  }
}

/** Without it a search by index may find too few. */
function canGoOnScanning(version = ""): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 0 || minor >= 8;
}
