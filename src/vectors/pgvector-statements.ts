/** The SQL of the store of vectors in PostgreSQL. `table` is a plain identifier. */

export interface PgvectorStatements {
  readonly make: string;
  readonly put: string;
  readonly nearest: string;
  readonly deleteIn: { readonly tenant: string; readonly context: string };
  readonly deleteIdsIn: { readonly tenant: string; readonly context: string };
  readonly stats: string;
  readonly version: string;
  readonly sweepDead: string;
  readonly sweepOldest: string;
}

/** Whoever makes tables takes this lock: IF NOT EXISTS alone fails when two begin at once. */
const makingLock = 0x5250_5256;

export function pgvectorStatements(table: string): PgvectorStatements {
  const all = (column: string) => `DELETE FROM ${table} WHERE ${column} = $1`;
  const some = (column: string) => `${all(column)} AND id = ANY($2::bytea[])`;
  return {
    // The extension may be there already while this user may not make one.
    make: `DO $$ BEGIN
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
    PRIMARY KEY (space, id)
  );
  CREATE INDEX IF NOT EXISTS ${table}_seq ON ${table} (seq);
  CREATE INDEX IF NOT EXISTS ${table}_tenant ON ${table} (tenant);
  CREATE INDEX IF NOT EXISTS ${table}_context ON ${table} (context);
  CREATE INDEX IF NOT EXISTS ${table}_death ON ${table} (delete_at) WHERE delete_at < 'Infinity';
END $$`,
    put: `INSERT INTO ${table} (space, tenant, context, id, vector, note, delete_at)
VALUES ($1, $2, $3, $4, $5::text::vector, $6, $7::text::float8)
ON CONFLICT (space, id) DO UPDATE SET vector = excluded.vector, note = excluded.note, delete_at = excluded.delete_at`,
    nearest: `SELECT id, note, 1 - (vector <=> $2::text::vector) AS similarity FROM ${table}
WHERE space = $1 AND delete_at > $3::text::float8 ORDER BY vector <=> $2::text::vector LIMIT $4`,
    deleteIn: { tenant: all("tenant"), context: all("context") },
    deleteIdsIn: { tenant: some("tenant"), context: some("context") },
    stats: `SELECT count(*) AS vectors, pg_total_relation_size('${table}') AS bytes FROM ${table}`,
    version: "SELECT extversion AS version FROM pg_extension WHERE extname = 'vector'",
    sweepDead: `DELETE FROM ${table} WHERE delete_at <= $1::text::float8`,
    sweepOldest: `DELETE FROM ${table} WHERE seq <= (SELECT seq FROM ${table} ORDER BY seq DESC OFFSET $1 LIMIT 1)`,
  };
}
