import { RepriseError, StoreUnavailableError } from "../core/errors.ts";

/**
 * What PostgreSQL, or the way to it, answered instead of a result, with what can be done about it. Codes are those of
 * https://www.postgresql.org/docs/current/errcodes-appendix.html, and of the operating system.
 */

const notForPreparing =
  "the pooler gives each statement another connection: use session pooling, or PgBouncer 1.21 or later with max_prepared_statements";

const byCode: Readonly<Record<string, string>> = {
  "26000": notForPreparing,
  "28P01": "correct user and password in the URL of the store",
  "28000": "correct the user in the URL of the store, or let it in with pg_hba.conf",
  "3D000": "create the database, or correct its name in the URL of the store",
  "3F000": "create the schema, or name another with ?schema=NAME in the URL of the store",
  "42P05": notForPreparing,
  "42501":
    "give the user the right to create tables in the schema once, and to SELECT, INSERT, UPDATE and DELETE in them; or name a schema of its own with ?schema=NAME",
  "25006":
    "put the primary into the URL of the store if this is a replica; otherwise set default_transaction_read_only to off for the user or the database",
  "53100": "make room on the disk of the server",
  "53300": "raise max_connections of the server, or give the store fewer with ?connections=N",
  "57P03": "the server is starting or stopping; wait",
  ECONNREFUSED: "start PostgreSQL there, or correct the URL of the store",
  EHOSTUNREACH: "correct the URL of the store, or the network",
  ENOTFOUND: "correct the name of the host in the URL of the store",
  EAI_AGAIN: "correct the name of the host in the URL of the store",
  ETIMEDOUT: "start PostgreSQL there, or correct the URL of the store",
};

/** What the client says of itself, in our words. */
const inOurWords: readonly (readonly [RegExp, string])[] = [[/client password must be/, "the server wants a password"]];

const byMessage: readonly (readonly [RegExp, string])[] = [
  [/unsupported startup parameter/, "write ignore_startup_parameters = statement_timeout into pgbouncer.ini"],
  [/timeout|timed out/i, "look at the load of the server and the network to it"],
  [/SASL|password/i, "correct user and password in the URL of the store"],
  [/certificate|SSL|TLS/i, "correct sslmode and sslrootcert in the URL of the store"],
];

/** "undefined_table". */
export const tableIsMissing = "42P01";

/** SQLSTATE, or the code of the system call; "" where there is none. */
export function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}

/** The error as everybody else sees it. `place` names the database without credentials. */
export function postgresFailure(error: unknown, place: string): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error;
  if (RepriseError.isInstance(error)) {
    return new StoreUnavailableError({ message: error.message, remedy: error.remedy, cause: error });
  }
  const message = messageOf(error);
  const remedy = byCode[codeOf(error)] ?? byMessage.find(([pattern]) => pattern.test(message))?.[1];
  return new StoreUnavailableError({
    message: `${place} cannot be used: ${message}`,
    cause: error,
    remedy: remedy ?? "look at the log of the server",
  });
}

/** Several addresses of one name fail together, with no message of their own. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const better = inOurWords.find(([pattern]) => pattern.test(message))?.[1];
  return better ?? (message === "" ? codeOf(error) : message);
}
