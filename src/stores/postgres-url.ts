import { invalidUrl } from "./invalid-url.ts";

/**
 * The URL of a PostgreSQL database. Two parameters are ours, `schema` and `connections`; the others, such as `sslmode`,
 * are for the client. Messages repeat nothing of the URL: a slip of the hand puts a password anywhere.
 */

export interface PostgresUrl {
  /** Without our own parameters. */
  readonly url: string;
  readonly schema: string | undefined;
  readonly connections: number | undefined;
  /** Such as `127.0.0.1:5432/cache`. */
  readonly place: string;
}

/** Throws `InvalidOptionError`. */
export function readPostgresUrl(text: string): PostgresUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw invalidUrl(
      "is not a URL",
      "write postgres://USER:PASSWORD@HOST:PORT/DATABASE, with @ and / in a password as %40 and %2F",
    );
  }
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:")
    throw invalidUrl("is not a URL of PostgreSQL", "begin it with postgres://");
  if (url.hostname === "") throw invalidUrl("names no host", "write postgres://USER:PASSWORD@HOST:PORT/DATABASE");
  const schema = url.searchParams.get("schema") ?? undefined;
  if (schema !== undefined && !/^[A-Za-z_][A-Za-z0-9_$]{0,62}$/.test(schema)) {
    throw invalidUrl("has no valid schema", "write schema=NAME with letters, digits and underscores");
  }
  const connections = url.searchParams.get("connections") ?? undefined;
  if (connections !== undefined && !/^[1-9][0-9]{0,2}$/.test(connections)) {
    throw invalidUrl("has no valid number of connections", "write connections=N with 1 to 999");
  }
  url.searchParams.delete("schema");
  url.searchParams.delete("connections");
  const database = url.pathname === "" || url.pathname === "/" ? `/${url.username}` : url.pathname;
  return {
    url: url.href,
    schema,
    connections: connections === undefined ? undefined : Number(connections),
    place: `${url.hostname}:${url.port === "" ? 5_432 : url.port}${database}`,
  };
}
