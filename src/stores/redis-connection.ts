/**
 * The connection to Redis, a Cluster, or the primary that Sentinel names, by ioredis.
 *
 * A call never waits for a connection that is lost: there is no offline queue and nothing is sent twice, so it fails at
 * once, and the guard in front of the store makes a miss of it. Only the first attempt after the start is waited for,
 * at most `connectTimeoutMs`, so that a program can use the store in its next line. Attempts to connect again come
 * after 50 ms, then twice as long each time, up to two seconds, with jitter, for ever.
 */

import { createRequire } from "node:module";
import type { ConnectionOptions } from "node:tls";
import type { RedisOptions as ClientOptions, Cluster, Redis } from "ioredis";
import type { Clock, Random } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { InvalidOptionError } from "../core/errors.ts";
import { clusterClient } from "./redis-cluster-client.ts";
import { explainRedisError, type RedisFault, redisUnavailable } from "./redis-errors.ts";
import { mistakeOfAddress } from "./redis-mistakes.ts";
import { containStrangeReplies, containsReplies } from "./redis-strange-replies.ts";
import { describeRedisAddress, type RedisAddress, type RedisNode } from "./redis-url.ts";

export interface RedisConnectionOptions {
  readonly address: RedisAddress;
  readonly tls: ConnectionOptions | undefined;
  readonly connectTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** All we ask for is the same in both versions of the protocol, and the older one needs no greeting. */
type OwnOptions = ClientOptions & { readonly replyMapping: "legacy"; readonly [containsReplies]: true };

/** A connection that says nothing for so long while calls wait is dead; the next call gets a new one. */
const silenceMs = 5_000;
const longestBackOffMs = 2_000;
/** A server that loads its data answers in between, mostly. */
const wordMs = 1_000;
/** What a server says to one whom it does not let in. */
const refusals: ReadonlySet<RedisFault> = new Set(["authentication", "permission", "no-database", "not-redis"]);
/** What may be a server of another kind than the URL says. */
const vague: ReadonlySet<RedisFault> = new Set([
  "disconnected",
  "silent",
  "timeout",
  "unreachable",
  "tls",
  "no-primary",
  "unsupported",
  "unknown",
]);
/** A replica answers every write with READONLY; it is not asked for its role more often than this. */
const roleCheckMs = 1_000;

export class RedisConnection {
  readonly client: Redis | Cluster;
  readonly address: RedisAddress;
  /** Until the first attempt has ended; it never rejects. */
  opening: Promise<void> | undefined;
  readonly #options: RedisConnectionOptions;
  readonly #interrupted = new Set<() => void>();
  #lastError: unknown;
  #roleCheckedAt = Number.NEGATIVE_INFINITY;

  constructor(options: RedisConnectionOptions) {
    this.#options = options;
    this.address = options.address;
    const { Redis, Cluster } = loadClient();
    const own = this.#clientOptions();
    const { kind, nodes } = this.address;
    const backOff = (attempt: number): number => this.#backOff(attempt);
    const { connectTimeoutMs } = options;
    this.client =
      kind === "cluster"
        ? clusterClient(Cluster, { nodes, redisOptions: own, backOff, connectTimeoutMs })
        : new Redis(own);
    this.client.on("error", (error) => this.#failed(error));
    if (kind === "cluster") this.client.on("node error", (error) => this.#failed(error));
    const interrupted = (): void => {
      for (const changed of this.#interrupted) changed();
    };
    this.client.on("close", interrupted);
    if (kind === "cluster") this.client.on("+node", (node: Redis) => void node.on("close", interrupted));
    this.client.on("ready", () => {
      this.#lastError = undefined;
    });
    this.opening = this.#firstAttempt();
  }

  /** `call` when the first attempt to connect has ended. Rejects with `StoreUnavailableError`, which says why it failed. */
  async ask<T>(operation: string, call: () => Promise<T>): Promise<T> {
    if (this.opening !== undefined) await this.opening;
    try {
      return await call();
    } catch (error) {
      throw redisUnavailable(operation, error, this.outage);
    }
  }

  get cluster(): Cluster | undefined {
    return this.address.kind === "cluster" ? (this.client as Cluster) : undefined;
  }

  /** The servers that keep values, in a stable order. */
  primaries(): readonly Redis[] {
    const { cluster } = this;
    if (cluster === undefined) return [this.client as Redis];
    return [...cluster.nodes("master")].sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
  }

  /**
   * A connection for subscriptions, to this node of a Cluster. It is not connected yet, and is not made again when it
   * ends.
   */
  subscriber(node: RedisNode | undefined): Redis {
    const once = { lazyConnect: true, autoResubscribe: false, retryStrategy: () => null, reconnectOnError: null };
    const { Redis } = loadClient();
    return new Redis({ ...this.#clientOptions(), ...node, ...once });
  }

  /**
   * Calls `changed` whenever a connection to a server has ended: whoever answers next may be another one, or one that was
   * started again. Returns what ends it.
   */
  onInterrupted(changed: () => void): () => void {
    this.#interrupted.add(changed);
    return () => this.#interrupted.delete(changed);
  }

  /** Why there is no connection, `undefined` while it stands. */
  get outage(): unknown {
    if (this.client.status !== "connect") return this.#outageOfNodes() ?? this.#lastError;
    // Connected and not ready: it was refused, or the server still reads its data from disk.
    return refusals.has(explainRedisError(this.#lastError).fault) ? this.#lastError : new Error("LOADING");
  }

  /** The same for those who have time to ask: what is connected and not ready may also be no Redis, or hang. */
  async diagnose(): Promise<unknown> {
    const outage = await this.#outageByWord().catch((error: unknown) => error);
    const isVague = outage === undefined || vague.has(explainRedisError(outage).fault);
    return (isVague ? await this.#mistakeOfAddress() : undefined) ?? outage;
  }

  async #outageByWord(): Promise<unknown> {
    const { client, outage } = this;
    if (client.status !== "connect" || outage === this.#lastError) return outage;
    const said = await withDeadline<string | undefined>(client.info(), wordMs, this.#options.clock, () => undefined);
    return said === undefined ? new Error("no word from the server") : outage;
  }

  #mistakeOfAddress(): Promise<unknown> {
    const { address, tls, clock } = this.#options;
    const byTls = address.tls || tls !== undefined;
    return mistakeOfAddress({ address, byTls, clock, connectionTo: (node) => this.#questioner(node) });
  }

  /** A Sentinel has credentials of its own. */
  #questioner(node: RedisNode): Redis {
    const { address } = this;
    const { sentinels: _sentinels, name: _name, username, password, ...own } = this.#clientOptions();
    const given = address.kind === "sentinel" ? address.sentinel : { username, password };
    const { Redis } = loadClient();
    return new Redis({
      ...own,
      ...node,
      ...(given.username === undefined ? {} : { username: given.username }),
      ...(given.password === undefined ? {} : { password: given.password }),
      db: 0,
      lazyConnect: true,
      retryStrategy: () => null,
      commandTimeout: wordMs,
    });
  }

  /** The client of a Cluster says of nodes it cannot reach only that their connection is closed. */
  #outageOfNodes(): Error | undefined {
    if (this.cluster === undefined || explainRedisError(this.#lastError).fault !== "disconnected") return undefined;
    return new Error("None of startup nodes is available");
  }

  get description(): string {
    return describeRedisAddress(this.address);
  }

  /** Waits for the replies that are due, but not longer than a server may be silent. */
  async close(): Promise<void> {
    const { client } = this;
    if (client.status !== "ready") {
      client.disconnect();
      return;
    }
    const { promise: tooLong, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(silenceMs, resolve);
    await Promise.race([client.quit().catch(() => undefined), tooLong]);
    cancel();
    client.disconnect();
  }

  #firstAttempt(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      cancel();
      for (const event of endings) this.client.off(event, end);
      this.opening = undefined;
      resolve();
    };
    const endings = ["ready", "error", "close", "end"] as const;
    for (const event of endings) this.client.on(event, end);
    const cancel = this.#options.clock.after(this.#options.connectTimeoutMs, end);
    return promise;
  }

  #failed(error: unknown): void {
    // That a connection ended says less than what ended it.
    if (this.#lastError === undefined || explainRedisError(error).fault !== "disconnected") this.#lastError = error;
    // The client would go on with the first database, which may be somebody else's.
    if ((error as { readonly command?: { readonly name?: string } }).command?.name === "select")
      (this.client as Redis).disconnect(true);
  }

  #backOff(attempt: number): number {
    const longest = Math.min(50 * 2 ** Math.min(attempt - 1, 10), longestBackOffMs);
    return Math.round(longest * (0.5 + this.#options.random.fraction() / 2));
  }

  #clientOptions(): OwnOptions {
    const { address, tls, connectTimeoutMs, clock } = this.#options;
    const backOff = (attempt: number): number => this.#backOff(attempt);
    return {
      ...(address.kind === "standalone" ? address.nodes[0] : {}),
      ...(address.kind === "sentinel" ? sentinelOptions(address, tls) : {}),
      ...(address.username === undefined ? {} : { username: address.username }),
      ...(address.password === undefined ? {} : { password: address.password }),
      ...(address.tls || tls !== undefined ? { tls: { ...tls } } : {}),
      db: address.database,
      [containsReplies]: true,
      protocol: 2,
      replyMapping: "legacy",
      connectTimeout: connectTimeoutMs,
      keepAlive: 10_000,
      socketTimeout: silenceMs,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableAutoPipelining: false,
      maxLoadingRetryTime: 500,
      disableClientInfo: true,
      retryStrategy: backOff,
      sentinelRetryStrategy: backOff,
      sentinelCommandTimeout: connectTimeoutMs,
      reconnectOnError: (error) => {
        if (!error.message.startsWith("READONLY") || clock.monotonic() - this.#roleCheckedAt < roleCheckMs)
          return false;
        this.#roleCheckedAt = clock.monotonic();
        return true;
      },
    };
  }
}

function sentinelOptions(address: RedisAddress, tls: ConnectionOptions | undefined): ClientOptions {
  const { username, password } = address.sentinel;
  return {
    sentinels: [...address.nodes],
    name: address.masterName as string,
    ...(username === undefined ? {} : { sentinelUsername: username }),
    ...(password === undefined ? {} : { sentinelPassword: password }),
    ...(address.tls || tls !== undefined ? { enableTLSForSentinelMode: true, sentinelTLS: { ...tls } } : {}),
  };
}

export function addressOf(node: Redis): string {
  return `${node.options.host}:${node.options.port}`;
}

/** An optional peer: loaded when the first store is made, and named when it is not there. */
function loadClient(): typeof import("ioredis") {
  const load = createRequire(import.meta.url);
  try {
    const client = load("ioredis") as typeof import("ioredis");
    containStrangeReplies(load);
    return client;
  } catch (cause) {
    throw new InvalidOptionError("store.url", {
      message: "the redis store needs the package ioredis, which is not installed",
      remedy: "npm install ioredis@6",
      cause,
    });
  }
}
