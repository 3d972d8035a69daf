import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { requiredProgram } from "./required.ts";
import { onFreePorts, removeFolder, type ServerProcess, serverFolder, startServer } from "./server-process.ts";

/** Real Redis servers on loopback: one, a Cluster of six, and a primary with a replica under Sentinels. */

const run = promisify(execFile);

export interface RedisServerOptions {
  /** Default: any that is free. */
  readonly port?: number;
  readonly password?: string;
  /** Lines of an ACL file, such as `user reader on >secret ~reprise:* +get`. */
  readonly acl?: readonly string[];
  /** As in redis.conf: `16mb`. */
  readonly maxmemory?: string;
  readonly maxmemoryPolicy?: string;
  readonly replicaOf?: number;
  /** Where a server that was killed had its data; it starts with it again. Default: a new folder. */
  readonly folder?: string;
  /** Further words of the command line. */
  readonly args?: readonly string[];
  /** Default: the `redis-server` that is installed. */
  readonly program?: string;
  /** What it writes when it may be talked to. Default: that it accepts connections. */
  readonly readyLine?: RegExp;
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly folder: string;
  readonly process: ServerProcess;
  /** A connection of the test's own, as the default user; closed with the server. */
  readonly admin: Redis;
  /** Kills it and removes its folder. */
  readonly stop: () => Promise<void>;
}

export function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  if (options.port !== undefined) return startRedisAt(options.port, options);
  return onFreePorts(1, ([port]) => startRedisAt(port as number, options));
}

async function startRedisAt(port: number, options: RedisServerOptions): Promise<RedisServer> {
  const folder = options.folder ?? serverFolder("redis");
  const process = await startServer({
    program: options.program ?? requiredProgram("redis-server"),
    args: redisArguments(port, folder, options),
    folder,
    readyLine: options.readyLine ?? /Ready to accept connections/,
  });
  const admin = adminOf(port, options.password);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    process,
    admin,
    async stop() {
      admin.disconnect();
      await process.kill();
      removeFolder(folder);
    },
  };
}

function redisArguments(port: number, folder: string, options: RedisServerOptions): readonly string[] {
  const args = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
  // A replica that waits for others before its first copy cannot take over meanwhile.
  args.push("--databases", "4", "--repl-diskless-sync-delay", "0");
  if (options.password !== undefined) args.push("--requirepass", options.password);
  if (options.maxmemory !== undefined) args.push("--maxmemory", options.maxmemory);
  if (options.maxmemoryPolicy !== undefined) args.push("--maxmemory-policy", options.maxmemoryPolicy);
  if (options.replicaOf !== undefined) args.push("--replicaof", "127.0.0.1", `${options.replicaOf}`);
  if (options.acl !== undefined) {
    const file = join(folder, "users.acl");
    writeFileSync(file, `${["user default on nopass ~* &* +@all", ...options.acl].join("\n")}\n`);
    args.push("--aclfile", file);
  }
  return [...args, ...(options.args ?? [])];
}

/** It waits for the server and does not mind that it is killed. */
function adminOf(port: number, password?: string): Redis {
  const admin = new Redis({
    host: "127.0.0.1",
    port,
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
    ...(password === undefined ? {} : { password }),
  });
  return admin.on("error", () => undefined);
}

export interface RedisCluster {
  /** Three primaries and a replica of each. */
  readonly nodes: readonly RedisServer[];
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export function startRedisCluster(options: Pick<RedisServerOptions, "program"> = {}): Promise<RedisCluster> {
  return onFreePorts(12, (ports) => startRedisClusterAt(ports, options));
}

async function startRedisClusterAt(ports: readonly number[], options: RedisServerOptions): Promise<RedisCluster> {
  const nodes = await allOrNone(
    Array.from({ length: 6 }, (_, index) =>
      startRedis({
        ...options,
        port: ports[index] as number,
        args: ["--cluster-enabled", "yes", "--cluster-port", `${ports[index + 6]}`, "--cluster-node-timeout", "1500"],
      }),
    ),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    await run(redisCli(), ["--cluster", "create", ...addresses, "--cluster-replicas", "1", "--cluster-yes"]);
    await clusterSettled(nodes);
    return { nodes, url: `redis+cluster://${addresses.join(",")}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** When one does not start, the others are stopped. */
async function allOrNone(starting: readonly Promise<RedisServer>[]): Promise<RedisServer[]> {
  const results = await Promise.allSettled(starting);
  const started = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = results.find((result) => result.status === "rejected");
  if (failed === undefined) return started;
  await Promise.all(started.map((server) => server.stop()));
  throw failed.reason;
}

/** Until every node says that the Cluster is whole and who follows whom, and the replicas have what their primaries have. */
export async function clusterSettled(nodes: readonly RedisServer[]): Promise<void> {
  for (const { admin } of nodes) {
    await asked(async () => {
      const info = String(await admin.cluster("INFO"));
      const known = String(await admin.cluster("NODES"))
        .trim()
        .split("\n");
      const replicas = known.filter((line) => /\bslave\b/.test(line)).length;
      const isWhole = info.includes("cluster_state:ok") && info.includes("cluster_slots_ok:16384") && replicas === 3;
      return isWhole && !(await admin.info("replication")).includes("master_link_status:down");
    });
  }
}

export interface RedisSentinel {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly sentinels: readonly RedisServer[];
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** `primary` and `replica` are what they were at the start. */
export async function startSentinel({ sentinels: count = 3 } = {}): Promise<RedisSentinel> {
  const primary = await startRedis();
  const replica = await startRedis({ replicaOf: primary.port });
  const servers = [primary, replica];
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    await asked(async () => (await replica.admin.info("replication")).includes("master_link_status:up"));
    const sentinels = await onFreePorts(count, (ports) =>
      allOrNone(ports.map((port) => startOneSentinel(port, primary.port, count))),
    );
    servers.push(...sentinels);
    for (const { admin } of sentinels) {
      await asked(async () => {
        const state = new Map(pairs((await admin.call("SENTINEL", "MASTER", "mymaster")) as string[]));
        return state.get("num-slaves") === "1" && state.get("num-other-sentinels") === `${count - 1}`;
      });
    }
    return { primary, replica, sentinels, url: sentinelUrl(sentinels), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sentinelUrl(sentinels: readonly RedisServer[]): string {
  return `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}/mymaster`;
}

async function startOneSentinel(port: number, primaryPort: number, count: number): Promise<RedisServer> {
  const folder = serverFolder("sentinel");
  const file = join(folder, "sentinel.conf");
  const quorum = Math.floor(count / 2) + 1;
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    `sentinel monitor mymaster 127.0.0.1 ${primaryPort} ${quorum}`,
    "sentinel down-after-milliseconds mymaster 500",
    "sentinel failover-timeout mymaster 3000",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const process = await startServer({
    program: requiredProgram("redis-server"),
    args: [file, "--sentinel"],
    folder,
    readyLine: /\+monitor master/,
  });
  const admin = adminOf(port);
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    process,
    admin,
    async stop() {
      admin.disconnect();
      await process.kill();
      removeFolder(folder);
    },
  };
}

/** The line of an ACL file that docs/stores.md says is enough. */
export function documentedAcl(): string {
  const page = readFileSync(new URL("../../docs/stores.md", import.meta.url), "utf8");
  const line = /^user reprise .*$/m.exec(page)?.[0];
  if (line === undefined) throw new Error("docs/stores.md has no ACL line");
  return line;
}

/** Asks again and again, each time when the answer to the last question is there; the limit is that of the test. */
export async function asked(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? "", flat[2 * index + 1] ?? ""]);
}

function redisCli(): string {
  return join(dirname(requiredProgram("redis-server")), "redis-cli");
}
