import { sizeText } from "../core/size-text.ts";
import { failedCheck, type StoreFinding } from "../core/store-check.ts";
import type { PostgresConnections } from "./postgres-connections.ts";
import { codeOf } from "./postgres-failure.ts";
import type { PostgresTables } from "./postgres-schema.ts";
import type { Answerer } from "./who-answers.ts";

/** What `reprise doctor` says of a PostgreSQL database: whether it can be reached, read and written. */
export async function checkPostgres(
  connections: PostgresConnections,
  { entries, leases, keys, schema }: PostgresTables,
): Promise<readonly StoreFinding[]> {
  const may = (table: string, ifMissing: boolean): string =>
    ["SELECT", "INSERT", "UPDATE", "DELETE"]
      .map((right) => `coalesce(has_table_privilege(to_regclass('${literal(table)}'), '${right}'), ${ifMissing})`)
      .join(" AND ");
  try {
    await connections.ready(true);
    const { rows } = await connections.run({
      text: `SELECT current_setting('server_version') AS version,
          current_setting('transaction_read_only') = 'on' AS read_only,
          pg_is_in_recovery() AS replica,
          ${may(entries, false)} AS allowed,
          ${may(keys, true)} AS unlocking,
          ${may(leases, false)} AS leasing,
          pg_total_relation_size('${literal(entries)}')::float8 AS bytes`,
    });
    const { version, read_only: readOnly, replica, allowed, unlocking, leasing, bytes } = rows[0];
    const detail = `${connections.place.replace("PostgreSQL", `PostgreSQL ${version}`)}, schema ${schema}`;
    if (readOnly) {
      const remedy = replica ? "This is a replica; put the primary into the URL of the store." : readOnlyRemedy;
      return [{ detail: `${detail}: nothing can be written`, severity: "error", remedy }];
    }
    if (!allowed) {
      const remedy = `Run: GRANT SELECT, INSERT, UPDATE, DELETE ON ${entries} TO the user of the store.`;
      return [{ detail: `${detail}: the user lacks rights on its table`, severity: "error", remedy }];
    }
    if (!unlocking) {
      const remedy = `Run: GRANT SELECT, INSERT, UPDATE, DELETE ON ${keys} TO the user of the store.`;
      return [{ detail: `${detail}: the user lacks rights on the table of keys`, severity: "error", remedy }];
    }
    if (!leasing) {
      const remedy = `Run: GRANT SELECT, INSERT, UPDATE, DELETE ON ${leases} TO the user of the store.`;
      const lack = "the user lacks rights on the table of leases, so each gateway asks the origin for itself";
      return [{ detail: `${detail}: ${lack}`, severity: "warning", remedy }];
    }
    return [{ detail: `${detail}: ${sizeText(bytes)} in use` }];
  } catch (error) {
    return [(await otherServer(connections, error)) ?? failedCheck(error)];
  }
}

const readOnlyRemedy =
  "Transactions are read-only by default here; set default_transaction_read_only to off for the user or the database.";

/** A server of another kind lets the client wait until its time is up, and says nothing. */
async function otherServer(connections: PostgresConnections, error: unknown): Promise<StoreFinding | undefined> {
  if (codeOf((error as Error).cause) !== "") return undefined;
  const answerer = await connections.answerer();
  const other = answerer instanceof Error ? undefined : otherServers[answerer];
  if (other === undefined) return undefined;
  return {
    detail: `${connections.place} cannot be used: what answers there is ${other}`,
    severity: "error",
    remedy: `Correct host and port${answerer === "other" ? "" : `, or write ${answerer}://HOST:PORT`}.`,
  };
}

const otherServers: Readonly<Partial<Record<Answerer, string>>> = {
  redis: "a Redis and no PostgreSQL",
  memcached: "a Memcached and no PostgreSQL",
  other: "no PostgreSQL",
};

function literal(text: string): string {
  return text.replaceAll("'", "''");
}
