import type { Statement } from "./postgres-connections.ts";
import type { PostgresTables } from "./postgres-schema.ts";

/** The statements on the path, each prepared once a connection. */
export type PostgresStatements = Readonly<Record<"get" | "set" | "add" | "delete" | "drop" | "stats", Statement>>;

const columns = "id, tenant, key, delete_at, stored_at, priority, size, checksum, value";
const given = "$1, $2, $3, $4, $5, $6, $7, $8, $9";
const replace = columns
  .split(", ")
  .slice(3)
  .map((column) => `${column} = excluded.${column}`)
  .join(", ");

/** Rows that are counted one by one; a table with more is estimated. */
const countedRows = 10_000;

export function statementsFor({ entries }: PostgresTables): PostgresStatements {
  return {
    get: {
      name: "reprise_get",
      text: `SELECT id, delete_at, stored_at, priority, checksum, value FROM ${entries}
        WHERE id = ANY($1::bytea[]) AND delete_at > $2`,
    },
    set: {
      name: "reprise_set",
      text: `INSERT INTO ${entries} (${columns}) VALUES (${given}) ON CONFLICT (id) DO UPDATE SET ${replace}`,
    },
    add: {
      name: "reprise_add",
      text: `INSERT INTO ${entries} AS there (${columns}) VALUES (${given})
        ON CONFLICT (id) DO UPDATE SET ${replace} WHERE there.delete_at <= $10`,
    },
    delete: { name: "reprise_delete", text: `DELETE FROM ${entries} WHERE id = $1 RETURNING delete_at` },
    drop: { name: "reprise_drop", text: `DELETE FROM ${entries} WHERE id = $1 AND checksum = $2` },
    stats: {
      name: "reprise_stats",
      text: `WITH sample AS (SELECT size FROM ${entries} LIMIT ${countedRows + 1}),
          counted AS (SELECT count(*) AS entries, coalesce(sum(size), 0) AS bytes FROM sample)
        SELECT (CASE WHEN entries <= ${countedRows} THEN entries ELSE greatest(entries, reltuples) END)::float8 AS entries,
          (CASE WHEN entries <= ${countedRows} THEN bytes ELSE pg_total_relation_size(oid) END)::float8 AS bytes
        FROM counted, pg_class WHERE oid = '${entries.replaceAll("'", "''")}'::regclass`,
    },
  };
}
