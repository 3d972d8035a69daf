/**
 * What is wrong with a Redis, for `reprise doctor`: does it answer, is it what the URL says, is it new enough, may we do
 * what we do, will it make room. Rights are found out by doing each thing once, under a key of our own prefix.
 */

import type { Redis } from "ioredis";
import type { StoreFinding } from "../core/store-check.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { explainRedisError } from "./redis-errors.ts";
import type { RedisKeys } from "./redis-keys.ts";
import { infoField } from "./redis-server-stats.ts";

const oldest = [6, 2] as const;
/** Gone by itself if the check is cut off. */
const probeMs = "10000";

/** What the store has that other processes are told by. */
export interface Sharing {
  readonly bus?: unknown;
  readonly leases?: unknown;
}

export async function checkRedis(
  connection: RedisConnection,
  keys: RedisKeys,
  sharing: Sharing,
): Promise<readonly StoreFinding[]> {
  const where = connection.description;
  if (connection.client.status !== "ready") {
    const reason = await connection.diagnose().catch((error: unknown) => error);
    const { cause, remedy } = explainRedisError(reason ?? new Error("Connection is closed."));
    return [{ detail: `${where}: ${cause}`, severity: "error", remedy }];
  }
  try {
    const primaries = connection.primaries();
    const infos = await Promise.all(primaries.map((server) => server.info())).catch((error: unknown) => error);
    if (!Array.isArray(infos)) {
      const { cause, remedy } = explainRedisError(infos);
      return [{ detail: `${where}: INFO fails: ${cause}`, severity: "error", remedy }];
    }
    const wrongKind = infos.map((info) => kindProblem(connection, info)).find((problem) => problem !== undefined);
    if (wrongKind !== undefined) return [wrongKind];
    const [info = ""] = infos;
    const problems = [
      ...versionProblems(info),
      ...(await rightsProblems(attemptsOf(connection, keys), "error")),
      ...(await rightsProblems(sharedAttemptsOf(connection, keys, sharing), "warning")),
      ...infos.flatMap(memoryProblems).slice(0, 1),
    ];
    const servers = primaries.length === 1 ? "" : `, ${primaries.length} primaries`;
    return [{ detail: `${where}: ${productOf(info)}${servers}` }, ...problems];
  } catch (error) {
    const { cause, remedy } = explainRedisError(error);
    return [{ detail: `${where}: ${cause}`, severity: "error", remedy }];
  }
}

function productOf(info: string): string {
  const valkey = infoField(info, "valkey_version");
  return valkey === undefined ? `Redis ${infoField(info, "redis_version")}` : `Valkey ${valkey}`;
}

function kindProblem({ address, description }: RedisConnection, info: string): StoreFinding | undefined {
  const mode = infoField(info, "redis_mode");
  const problem = (cause: string, remedy: string): StoreFinding => ({
    detail: `${description}: ${cause}`,
    severity: "error",
    remedy,
  });
  if (mode === "sentinel") return problem("this is a Sentinel", "write redis+sentinel://host:26379/master-name");
  if (mode === "cluster" && address.kind !== "cluster") {
    return problem("the server belongs to a Cluster", "write redis+cluster://host:6379");
  }
  if (infoField(info, "role") === "slave") {
    return problem("the server is a replica and takes no writes", "give the address of the primary, or of Sentinel");
  }
  return undefined;
}

/** Valkey still says which Redis it is compatible with. */
function versionProblems(info: string): StoreFinding[] {
  const version = infoField(info, "redis_version") ?? "0";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return [];
  return [{ detail: `version ${version} is too old`, severity: "error", remedy: "use Redis 6.2 or later, or Valkey" }];
}

type Attempt = readonly [command: string, call: () => Promise<unknown> | undefined];

/** What keeping answers needs. */
function attemptsOf(connection: RedisConnection, keys: RedisKeys): readonly Attempt[] {
  const { client } = connection;
  const [server] = connection.primaries();
  const name = keys.nameOf("", "check");
  return [
    ["SET", () => client.set(name, "check", "PX", probeMs)],
    ["GET", () => client.get(name)],
    ["MGET", () => client.mget(name)],
    ["EVAL", () => client.eval("return redis.call('TYPE', KEYS[1])", 1, name)],
    ["GETDEL", () => client.getdel(name)],
    ["DEL", () => client.del(name)],
    ["SCAN", () => server?.scan("0", "MATCH", keys.pattern(""), "COUNT", 1)],
    ["DBSIZE", () => server?.dbsize()],
  ];
}

/** Without these everything works, and each process for itself. */
function sharedAttemptsOf(connection: RedisConnection, keys: RedisKeys, { bus, leases }: Sharing): readonly Attempt[] {
  return [...(bus ? busAttemptsOf(connection, keys) : []), ...(leases ? leaseAttemptsOf(connection, keys) : [])];
}

function busAttemptsOf(connection: RedisConnection, keys: RedisKeys): readonly Attempt[] {
  const { client, cluster } = connection;
  const channel = `${keys.prefix}check`;
  if (cluster === undefined)
    return [
      ["PUBLISH", () => client.publish(channel, "")],
      ["SUBSCRIBE", () => listening(connection, (link) => link.subscribe(channel))],
    ];
  return [
    ["SPUBLISH", () => client.spublish(channel, "").catch(unlessItSays(/unknown command/))],
    [
      "SSUBSCRIBE",
      () =>
        // Another node may have the slot: then this one says so, and not that it may not be asked.
        listening(connection, (link) => link.ssubscribe(channel)).catch(unlessItSays(/^MOVED |unknown command/)),
    ],
  ];
}

function leaseAttemptsOf({ client }: RedisConnection, keys: RedisKeys): readonly Attempt[] {
  const name = keys.nameOf("", "check-relay");
  return [
    ["EVALSHA", () => client.evalsha("0".repeat(40), 1, name).catch(unlessItSays(/^NOSCRIPT/))],
    ["TIME", () => client.time()],
    ["EXISTS", () => client.exists(name)],
    ["XADD", () => client.xadd(name, "*", "f", "").then(() => client.del(name))],
    ["XRANGE", () => client.xrange(name, "-", "+", "COUNT", 1)],
    ["PEXPIRE", () => client.pexpire(name, probeMs)],
  ];
}

/** A connection that has subscribed may do little else, so this takes one of its own. */
async function listening(connection: RedisConnection, subscribe: (link: Redis) => Promise<unknown>): Promise<void> {
  const { host, port } = connection.primaries()[0]?.options ?? {};
  const isOneOfMany = connection.cluster !== undefined && host !== undefined && port !== undefined;
  const link = connection.subscriber(isOneOfMany ? { host, port } : undefined);
  link.on("error", () => {});
  try {
    await link.connect();
    await subscribe(link);
  } finally {
    link.disconnect();
  }
}

function unlessItSays(expected: RegExp): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Error) || !expected.test(error.message)) throw error;
  };
}

async function rightsProblems(
  attempts: readonly Attempt[],
  severity: "error" | "warning",
): Promise<readonly StoreFinding[]> {
  const problems: StoreFinding[] = [];
  for (const [command, call] of attempts) {
    try {
      await call();
    } catch (error) {
      const { cause, remedy } = explainRedisError(error);
      problems.push({ detail: `${command} fails: ${cause}`, severity, remedy });
    }
  }
  return problems;
}

function memoryProblems(info: string): StoreFinding[] {
  const policy = infoField(info, "maxmemory_policy");
  if ((infoField(info, "maxmemory") ?? "0") === "0") {
    return [
      {
        detail: "the server has no maxmemory",
        severity: "warning",
        remedy: "set maxmemory and maxmemory-policy allkeys-lru, or it grows until the machine has no memory",
      },
    ];
  }
  if (policy !== "noeviction") return [];
  return [
    {
      detail: "the server evicts nothing: when its memory is full, no answer is stored",
      severity: "warning",
      remedy: "set maxmemory-policy to allkeys-lru",
    },
  ];
}
