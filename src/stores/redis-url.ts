/**
 * The addresses of Redis and Valkey, read strictly and in one place:
 *
 *     redis://[user:password@]host[:port][/database]
 *     redis+cluster://[user:password@]host[:port],host[:port]
 *     redis+sentinel://[user:password@]host[:port],host[:port]/master-name
 *
 * `rediss` in place of `redis` means TLS. Parameters: `keyPrefix`; for Sentinel also `db`, `sentinelUsername` and
 * `sentinelPassword`. Whatever is not known is refused: a misspelt parameter must not silently mean its default.
 * Messages repeat nothing of the address but its scheme and the names of parameters, since a slip of the hand puts a
 * password anywhere.
 */

import { invalidUrl } from "./invalid-url.ts";

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export interface RedisCredentials {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export interface RedisAddress extends RedisCredentials {
  readonly kind: "standalone" | "cluster" | "sentinel";
  readonly nodes: readonly RedisNode[];
  readonly tls: boolean;
  /** The number of the database; Cluster has only 0. */
  readonly database: number;
  /** The name Sentinel knows the primary by. */
  readonly masterName: string | undefined;
  readonly sentinel: RedisCredentials;
  readonly keyPrefix: string | undefined;
}

const shape = /^(rediss?)(?:\+(cluster|sentinel))?:\/\/(?:([^@/?#]*)@)?([^@/?#]*)(?:\/([^@?#]*))?(?:\?([^#]*))?$/;
const hostAndPort = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?$/;
const parametersOf: Readonly<Record<RedisAddress["kind"], readonly string[]>> = {
  standalone: ["keyPrefix"],
  cluster: ["keyPrefix"],
  sentinel: ["keyPrefix", "db", "sentinelUsername", "sentinelPassword"],
};

/** Throws `InvalidOptionError` with the rule that is broken. */
export function readRedisUrl(url: string): RedisAddress {
  const match = shape.exec(url.trim());
  if (match === null)
    throw invalidUrl(
      "is not an address of Redis",
      "write redis://host:6379, and percent-encode @, / and ? in a password",
    );
  const [, scheme, form, userInfo, hosts = "", path = "", query = ""] = match;
  const kind = (form ?? "standalone") as RedisAddress["kind"];
  const parameters = readParameters(kind, query);
  const nodes = readNodes(kind, hosts);
  return {
    kind,
    nodes,
    tls: scheme === "rediss",
    ...readCredentials(userInfo),
    ...readPath(kind, path, parameters.get("db")),
    sentinel: { username: parameters.get("sentinelUsername"), password: parameters.get("sentinelPassword") },
    keyPrefix: parameters.get("keyPrefix"),
  };
}

/** The address without credentials, for messages. */
export function describeRedisAddress({ kind, nodes, tls, masterName, database }: RedisAddress): string {
  const scheme = `${tls ? "rediss" : "redis"}${kind === "standalone" ? "" : `+${kind}`}`;
  const path = masterName ?? (database === 0 ? undefined : String(database));
  return `${scheme}://${nodes.map(nodeName).join(",")}${path === undefined ? "" : `/${path}`}`;
}

function nodeName({ host, port }: RedisNode): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function readNodes(kind: RedisAddress["kind"], hosts: string): readonly RedisNode[] {
  const parts = hosts.split(",");
  if (kind === "standalone" && parts.length > 1) {
    throw invalidUrl("names several hosts", "write redis+cluster:// for a Cluster, redis+sentinel:// for Sentinel");
  }
  return parts.map((part, index) => {
    const [, host, digits] = hostAndPort.exec(part) ?? [];
    const port = digits === undefined ? (kind === "sentinel" ? 26_379 : 6_379) : Number(digits);
    if (host !== undefined && port >= 1 && port <= 65_535) return { host: host.replace(/^\[|\]$/g, ""), port };
    throw invalidUrl(
      `has no valid host and port at place ${index + 1}`,
      "write host:port; an IPv6 address in brackets",
    );
  });
}

function readCredentials(userInfo: string | undefined): RedisCredentials {
  if (userInfo === undefined) return { username: undefined, password: undefined };
  const colon = userInfo.indexOf(":");
  if (colon < 0) throw invalidUrl("has credentials without a colon", "write user:password@host or :password@host");
  const username = decoded(userInfo.slice(0, colon), "the user name");
  const password = decoded(userInfo.slice(colon + 1), "the password");
  if (password === "") throw invalidUrl("has an empty password", "write user:password@host, or leave both out");
  return { username: username === "" ? undefined : username, password };
}

function readPath(kind: RedisAddress["kind"], path: string, db: string | undefined) {
  if (kind === "sentinel") {
    const masterName = decoded(path, "the master's name");
    if (!/^[A-Za-z0-9._-]+$/.test(masterName)) {
      throw invalidUrl(
        "names no master",
        "write the name that Sentinel knows it by: redis+sentinel://host:26379/mymaster",
      );
    }
    return { masterName, database: readDatabase(db ?? "0") };
  }
  if (kind === "cluster" && path !== "" && path !== "0") {
    throw invalidUrl("asks a Cluster for a database, and it has none but 0", "leave the path out");
  }
  return { masterName: undefined, database: readDatabase(path === "" ? "0" : path) };
}

function readDatabase(digits: string): number {
  if (/^[0-9]{1,5}$/.test(digits)) return Number(digits);
  throw invalidUrl("has no valid database", "write its number, as in redis://host:6379/2");
}

function readParameters(kind: RedisAddress["kind"], query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  if (query === "") return parameters;
  const known = parametersOf[kind];
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!known.includes(name)) {
      const shown = /^[A-Za-z]{1,30}$/.test(name)
        ? `the parameter ${name}, which is not known here`
        : "an unknown parameter";
      throw invalidUrl(`has ${shown}`, `known are ${known.join(", ")}`);
    }
    const value = equals < 0 ? "" : decoded(part.slice(equals + 1), `the parameter ${name}`);
    if (value === "" || parameters.has(name))
      throw invalidUrl(`has ${name} without a value, or twice`, `write ${name}=value once`);
    parameters.set(name, value);
  }
  return parameters;
}

function decoded(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidUrl(`has a wrong percent-encoding in ${what}`, "write % itself as %25");
  }
}
