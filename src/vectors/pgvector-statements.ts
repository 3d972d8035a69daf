/** The SQL of the store of vectors in PostgreSQL. `table` is a plain identifier. */

export interface PgvectorStatements {
  readonly make: string;
  /** Whether vectors can bear marks: a table of an earlier version that belongs to somebody else has no place for them. */
  readonly hasMarks: string;
  readonly put: string;
  readonly putUnmarked: string;
  readonly nearest: string;
  readonly nearestByIndex: (search: IndexSearch) => string;
  readonly deleteIn: { readonly tenant: string; readonly context: string };
  readonly deleteIdsIn: { readonly tenant: string; readonly context: string };
  readonly deleteMarkedIn: { readonly tenant: string; readonly context: string };
  readonly stats: string;
  readonly version: string;
  readonly sweepDead: string;
  readonly sweepOldest: string;
}

/** A search by an index of the space; all of it stands in the text, as several statements take no parameters. */
export interface IndexSearch {
  /** The digest in hex. */
  readonly space: string;
  readonly dimensions: number;
  /** As pgvector writes vectors. */
  readonly vector: string;
  /** Only what lives longer is found. */
  readonly now: number;
  readonly count: number;
}

/** How many are looked at: more is slower and misses less. */
const leastLookedAt = 100;
const mostLookedAt = 1_000;

/** Whoever makes tables takes this lock: IF NOT EXISTS alone fails when two begin at once. */
const makingLock = 0x5250_5256;

export function pgvectorStatements(table: string): PgvectorStatements {
  const all = (column: string) => `DELETE FROM ${table} WHERE ${column} = $1`;
  const marked = (column: string) => `${all(column)} AND (marks IS NULL OR marks && $2::text[])`;
  const insert = (
    columns: string,
    values: string,
    changes: string,
  ) => `INSERT INTO ${table} (space, tenant, context, id, vector, note, delete_at${columns})
VALUES ($1, $2, $3, $4, $5::text::vector, $6, $7::text::float8${values})
ON CONFLICT (space, id) DO UPDATE SET vector = excluded.vector, note = excluded.note, delete_at = excluded.delete_at${changes}`;
  const some = (column: string) => `${all(column)} AND id = ANY($2::bytea[])`;
  return {
    // The extension and the table may be there already while this user may not make any.
    make: `DO $$ BEGIN
  IF to_regclass('${table}') IS NOT NULL THEN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('${table}') AND attname = 'marks') THEN
      BEGIN
        ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS marks text[];
      EXCEPTION WHEN insufficient_privilege THEN NULL;
      END;
    END IF;
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(${makingLock});
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector') THEN CREATE EXTENSION vector; END IF;
  CREATE TABLE IF NOT EXISTS ${table} (
    seq bigint GENERATED ALWAYS AS IDENTITY,
    space bytea NOT NULL,
    tenant bytea NOT NULL,
    context bytea NOT NULL,
    id bytea NOT NULL,
    vector vector NOT NULL,
    note bytea NOT NULL,
    delete_at double precision NOT NULL,
    marks text[],
    PRIMARY KEY (space, id)
  );
  CREATE INDEX IF NOT EXISTS ${table}_seq ON ${table} (seq);
  CREATE INDEX IF NOT EXISTS ${table}_tenant ON ${table} (tenant);
  CREATE INDEX IF NOT EXISTS ${table}_context ON ${table} (context);
  CREATE INDEX IF NOT EXISTS ${table}_death ON ${table} (delete_at) WHERE delete_at < 'Infinity';
END $$`,
    hasMarks: `SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('${table}') AND attname = 'marks'`,
    put: insert(", marks", ", $8::text[]", ", marks = excluded.marks"),
    putUnmarked: insert("", "", ""),
    nearest: `SELECT id, note, 1 - (vector <=> $2::text::vector) AS similarity FROM ${table}
WHERE space = $1 AND delete_at > $3::text::float8 ORDER BY vector <=> $2::text::vector LIMIT $4`,
    // The settings last as long as the statements, which are one transaction. Without sorting only the index gives the
    // order, whatever the server has counted of a table that grew a moment ago; where there is none it sorts all the same.
    nearestByIndex: ({ space, dimensions, vector, now, count }) => {
      const distance = `vector::vector(${dimensions}) <=> '${vector}'::vector(${dimensions})`;
      return `SET LOCAL hnsw.ef_search = ${Math.min(mostLookedAt, Math.max(leastLookedAt, count))};
SET LOCAL hnsw.iterative_scan = strict_order;
SET LOCAL enable_sort = off;
SELECT id, note, 1 - (${distance}) AS similarity FROM ${table}
WHERE space = '\\x${space}'::bytea AND delete_at > ${now} ORDER BY ${distance} LIMIT ${count}`;
    },
    deleteIn: { tenant: all("tenant"), context: all("context") },
    deleteMarkedIn: { tenant: marked("tenant"), context: marked("context") },
    deleteIdsIn: { tenant: some("tenant"), context: some("context") },
    stats: `SELECT count(*) AS vectors, pg_total_relation_size('${table}') AS bytes FROM ${table}`,
    version: "SELECT extversion AS version FROM pg_extension WHERE extname = 'vector'",
    sweepDead: `DELETE FROM ${table} WHERE delete_at <= $1::text::float8`,
    // The oldest of the tenants that have most: whoever has fewer loses none. Nothing is ranked while nothing is too much.
    sweepOldest: `DELETE FROM ${table} WHERE seq = ANY(ARRAY(
  SELECT seq FROM (SELECT seq, row_number() OVER (PARTITION BY tenant ORDER BY seq DESC) AS place FROM ${table}) AS ranked
  ORDER BY place DESC, seq LIMIT (SELECT greatest(count(*) - $1, 0) FROM ${table})))`,
  };
}
