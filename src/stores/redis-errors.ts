/**
 * What an error of Redis, Valkey or the connection to it means, and what to do about it: for `reprise doctor`, for the
 * log and for the errors the store throws. The first word of an error reply is its kind
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/, "Simple errors").
 *
 * Errors of the client carry the command they belong to, credentials and values included; those of the server may quote
 * it. Nothing of that leaves this file.
 */

import { StoreUnavailableError } from "../core/errors.ts";

export type RedisFault =
  | "unreachable"
  | "timeout"
  | "disconnected"
  | "tls"
  | "authentication"
  | "permission"
  | "read-only"
  | "loading"
  | "busy"
  | "out-of-memory"
  | "not-persisting"
  | "too-few-replicas"
  | "too-many-clients"
  | "cluster-down"
  | "is-sentinel"
  | "is-not-sentinel"
  | "is-cluster"
  | "is-not-cluster"
  | "no-primary"
  | "no-database"
  | "not-redis"
  | "unasked"
  | "silent"
  | "no-tls"
  | "wants-tls"
  | "no-slots"
  | "no-addresses"
  | "wrong-type"
  | "unsupported"
  | "unknown";

export interface RedisExplanation {
  readonly fault: RedisFault;
  /** In one line, without credentials, keys or values. */
  readonly cause: string;
  readonly remedy: string;
}

type Row = readonly [pattern: RegExp, fault: RedisFault, cause: string, remedy: string];

/** The first row that fits the code or the message of the error. */
const rows: readonly Row[] = [
  [
    /^OOM\b/,
    "out-of-memory",
    "the server's memory is full and it evicts nothing",
    "raise maxmemory, or set maxmemory-policy to allkeys-lru or allkeys-lfu",
  ],
  [
    /^READONLY\b/,
    "read-only",
    "the server is a replica and takes no writes",
    "give the address of the primary, or of Sentinel",
  ],
  [/^LOADING\b/, "loading", "the server is loading its data from disk", "wait; the store heals by itself"],
  [/^BUSY\b/, "busy", "a script keeps the server busy", "end it with SCRIPT KILL"],
  [
    /^Sentinel NOAUTH$/,
    "authentication",
    "the Sentinel refuses the credentials, or wants some",
    "correct the parameters sentinelUsername and sentinelPassword; those before the host are for the primary",
  ],
  [
    /^(NOAUTH|WRONGPASS)\b|ERR invalid password|without any password configured/,
    "authentication",
    "the server refuses the credentials, or wants some",
    "correct user and password: redis://user:password@host:6379",
  ],
  [
    /^NOPERM\b|The user executing the script can't|ACL failure in script/,
    "permission",
    "the user lacks the right to a command or to the keys",
    "grant what docs/stores.md lists as the ACL line",
  ],
  [
    /^MISCONF\b/,
    "not-persisting",
    "the server takes no writes because it cannot save its data to disk",
    "free its disk, or set stop-writes-on-bgsave-error to no",
  ],
  [
    /^NOREPLICAS\b/,
    "too-few-replicas",
    "the primary takes no writes because too few replicas follow it",
    "start the replicas, or lower min-replicas-to-write",
  ],
  [/max number of clients/, "too-many-clients", "the server takes no more connections", "raise maxclients"],
  [
    /^(CLUSTERDOWN|TRYAGAIN)\b|Too many Cluster redirections/,
    "cluster-down",
    "the Cluster does not serve this slot now",
    "see CLUSTER INFO; the store heals by itself",
  ],
  [/^(MOVED|ASK|CROSSSLOT)\b/, "is-cluster", "the server belongs to a Cluster", "write redis+cluster://host:6379"],
  [/cluster support disabled/, "is-not-cluster", "the server is not part of a Cluster", "write redis://host:6379"],
  [
    /^MASTERDOWN\b|sentinels are unreachable/,
    "no-primary",
    "no Sentinel names a primary that can be reached",
    "check the addresses of the Sentinels and the master's name",
  ],
  [
    /^no such master$/,
    "no-primary",
    "the Sentinel knows no master of this name",
    "correct the name behind the hosts; SENTINEL MASTERS lists those it knows",
  ],
  [
    /^no way to the primary$/,
    "no-primary",
    "the Sentinel names a primary that cannot be reached from here",
    "start the primary, or let Sentinel name an address that can be reached (announce-ip)",
  ],
  [
    /^no Sentinel there$/,
    "is-not-sentinel",
    "what answers there is a Redis and no Sentinel",
    "write redis://host:6379, or give the addresses of the Sentinels",
  ],
  [/^a Sentinel there$/, "is-sentinel", "this is a Sentinel", "write redis+sentinel://host:26379/master-name"],
  [
    /DB index is out of range|invalid DB index/,
    "no-database",
    "the server has no database of this number",
    "correct the number behind the host, or leave it out; servers have 16 unless told otherwise (databases)",
  ],
  [
    /Unknown RESP type|^Protocol error\b/,
    "not-redis",
    "what answers there is no Redis",
    "correct host and port; for TLS write rediss://",
  ],
  [
    /^hung up$/,
    "not-redis",
    "whoever listens there hangs up without a word, as a server of another kind may",
    "correct host and port; where something stands between, see whether the server behind it runs",
  ],
  [
    /^no word from the server$/,
    "silent",
    "the server says nothing: it is loading its data from disk, hangs, or is no Redis",
    "wait while it loads; otherwise correct host and port, and for TLS write rediss://",
  ],
  [
    /^Command queue state error\b/,
    "unasked",
    "the server sends replies that nobody asked for",
    "look at what stands between: a proxy that mixes up connections; the store connects again by itself",
  ],
  [/^no TLS there$/, "no-tls", "the server speaks no TLS", "write redis:// in place of rediss://"],
  [/^TLS there$/, "wants-tls", "the server speaks TLS and nothing else", "write rediss:// in place of redis://"],
  [
    /^no slots$/,
    "no-slots",
    "the Cluster has no slots yet, so it keeps nothing",
    "give its nodes their slots: redis-cli --cluster create, or --cluster fix",
  ],
  [
    /^no addresses$/,
    "no-addresses",
    "the nodes of the Cluster do not know their own addresses",
    "set cluster-announce-ip, or let the nodes meet: redis-cli --cluster create",
  ],
  [
    /^WRONGTYPE\b/,
    "wrong-type",
    "the key holds something that is not ours",
    "choose a keyPrefix that nobody else uses",
  ],
  [
    /unknown (sub)?command|syntax error|^NOPROTO\b/,
    "unsupported",
    "the server does not know a command",
    "use Redis 6.2 or later, or Valkey",
  ],
  [
    /certificate|SSL|TLS|^(CERT|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|EPROTO)/i,
    "tls",
    "the TLS connection cannot be made",
    "check the scheme rediss:// and the certificate authority (the option tls)",
  ],
  [/^(ENOTFOUND|EAI_AGAIN)\b/, "unreachable", "the host's name cannot be resolved", "correct the host"],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)\b|Failed to refresh slots|startup nodes/,
    "unreachable",
    "nobody listens at the address",
    "start the server, or correct host and port",
  ],
  [
    /^ETIMEDOUT\b|timed? ?out/i,
    "timeout",
    "the server does not answer in time",
    "check the network and the server's load",
  ],
  [
    /^(ECONNRESET|EPIPE)\b|Connection is closed|isn't writeable|isn't ready|max retries|connection close|is ended/i,
    "disconnected",
    "the connection is closed",
    "see whether the server runs; the store connects again by itself",
  ],
];

export function explainRedisError(error: unknown): RedisExplanation {
  const { message, code } = parts(error);
  const row = rows.find(([pattern]) => pattern.test(code) || pattern.test(message));
  if (row !== undefined) return { fault: row[1], cause: row[2], remedy: row[3] };
  return { fault: "unknown", cause: withoutQuotes(message), remedy: "see the server's log" };
}

/**
 * The error the store throws. `connection`: what the connection said last; while there is none, that is the reason and
 * not "stream isn't writeable".
 */
export function redisUnavailable(operation: string, error: unknown, connection?: unknown): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error;
  const own = explainRedisError(error);
  const isVague = own.fault === "disconnected" || own.fault === "unknown";
  const reason = isVague && connection !== undefined ? connection : error;
  const { cause, remedy } = explainRedisError(reason);
  return new StoreUnavailableError({ message: `${operation} on redis: ${cause}`, remedy, cause: plainError(reason) });
}

/** A copy that has the name, code and message and not the command. */
function plainError(error: unknown): Error {
  const { message, code } = parts(error);
  const plain = new Error(withoutQuotes(message));
  plain.name = error instanceof Error ? error.name : "Error";
  return code === "" ? plain : Object.assign(plain, { code });
}

function parts(error: unknown): { readonly message: string; readonly code: string } {
  if (!(error instanceof Error)) return { message: String(error), code: "" };
  const { code, lastNodeError, errors } = error as Error & {
    code?: unknown;
    lastNodeError?: unknown;
    errors?: unknown;
  };
  // The reason why no node of a Cluster, or no address of a host, could be asked says more than that none could.
  const inner = lastNodeError ?? (Array.isArray(errors) ? errors[0] : undefined);
  if (inner instanceof Error) return parts(inner);
  return { message: error.message, code: typeof code === "string" ? code : "" };
}

/** Servers quote the arguments of a command they do not know, the client a reply that it has no use for. */
function withoutQuotes(message: string): string {
  return message.replace(/,? with args beginning with:.*$| Last (?:reply|error):.*$/s, "");
}
