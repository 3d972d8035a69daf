/**
 * Pub/sub over Redis: whatever one process listens to comes over one connection of its own, which is made when somebody
 * begins to listen. What is published goes over the store's connection, with its failure rules.
 *
 * The connection has no queue. When it ends, the next one comes after 50 ms, then twice as long each time, up to two
 * seconds, with jitter; then everything is subscribed to again, and the listeners are told that they may have missed
 * something. A connection on which nothing is said is asked from time to time whether it is alive.
 *
 * In a Cluster this is sharded pub/sub (https://redis.io/docs/latest/develop/pubsub/, "Sharded Pub/Sub"), of Redis 7:
 * ordinary messages would go to every node of it. All channels carry the same hash tag, so one connection to the node that
 * has its slot is enough. Which it is, the servers say (MOVED); when the slot moves they end the subscription. On older
 * servers it is ordinary pub/sub.
 */

import type { Redis } from "ioredis";
import type { CancelTimer, Clock, Random } from "../core/clock.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { explainRedisError } from "./redis-errors.ts";
import type { RedisNode } from "./redis-url.ts";

export interface ChannelListener {
  heard(payload: Buffer): void;
  /** Whatever is said from now on is heard. `isAgain`: there was a time in which it was not. */
  begun(isAgain: boolean): void;
}

export interface RedisChannelsOptions {
  readonly connection: RedisConnection;
  readonly keyPrefix: string;
  readonly clock: Clock;
  readonly random: Random;
}

const firstBackOffMs = 50;
const longestBackOffMs = 2_000;
/** A link that is dead and does not say so is noticed after this and the time that a server may be silent. */
const heartbeatMs = 5_000;

export class RedisChannels {
  /** The channel that everybody listens to. */
  readonly common: string;
  readonly #options: RedisChannelsOptions;
  readonly #listeners = new Map<string, Set<ChannelListener>>();
  #link: Redis | undefined;
  /** Everything that is listened to is subscribed to. */
  #isReady = false;
  #hadGap = false;
  #attempt = 0;
  #isClosed = false;
  #isSharded: boolean;
  /** Of a Cluster, which has the slot of the channels as far as is known. */
  #node: RedisNode | undefined;
  #cancelRetry: CancelTimer | undefined;
  #cancelHeartbeat: CancelTimer | undefined;

  constructor(options: RedisChannelsOptions) {
    const { connection, keyPrefix } = options;
    // Databases of one server share their channels.
    this.common = `${keyPrefix}{bus${connection.address.database || ""}}`;
    this.#options = options;
    this.#isSharded = connection.cluster !== undefined;
  }

  /** Returns what ends it. */
  listen(channel: string, listener: ChannelListener): () => void {
    let of = this.#listeners.get(channel);
    if (of === undefined) {
      of = new Set();
      this.#listeners.set(channel, of);
      const link = this.#isReady ? this.#link : undefined;
      if (link === undefined) this.#connect();
      else void this.#add(link, [channel]);
    }
    of.add(listener);
    return () => this.#leave(channel, listener);
  }

  /** Resolves when the server has it. */
  async publish(channel: string, payload: string): Promise<void> {
    const { connection } = this.#options;
    const { client } = connection;
    await connection.ask("publish", async () => {
      if (this.#isSharded && (await this.#orUnsharded(() => client.spublish(channel, payload)))) return;
      await client.publish(channel, payload);
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#listeners.clear();
    this.#cancelRetry?.();
    const link = this.#link;
    if (link !== undefined) this.#ended(link);
  }

  #leave(channel: string, listener: ChannelListener): void {
    const of = this.#listeners.get(channel);
    if (of?.delete(listener) !== true || of.size > 0) return;
    this.#listeners.delete(channel);
    if (this.#isReady && this.#link !== undefined) this.#drop(this.#link, [channel]);
  }

  #connect(): void {
    if (this.#isClosed || this.#link !== undefined || this.#cancelRetry !== undefined) return;
    const { connection } = this.#options;
    const node = connection.cluster === undefined ? undefined : (this.#node ?? this.#anyNode());
    if (connection.cluster !== undefined && node === undefined) {
      this.#retryLater();
      return;
    }
    const link = connection.subscriber(node);
    this.#link = link;
    link.on("error", () => {});
    link.on("messageBuffer", (channel: Buffer, payload: Buffer) => this.#deliver(channel, payload));
    link.on("smessageBuffer", (channel: Buffer, payload: Buffer) => this.#deliver(channel, payload));
    // The slot went to another node. While we subscribe the reply says to which.
    link.on("moved", () => {
      if (this.#isReady) this.#ended(link);
    });
    link.on("end", () => this.#ended(link));
    link.connect().then(
      () => this.#begin(link),
      () => this.#ended(link),
    );
  }

  #anyNode(): RedisNode | undefined {
    const nodes = this.#options.connection.primaries();
    const { host, port } = nodes[Math.floor(this.#options.random.fraction() * nodes.length)]?.options ?? {};
    return host === undefined || port === undefined ? undefined : { host, port };
  }

  async #begin(link: Redis): Promise<void> {
    const begun = new Set<string>();
    // Others may have come while the first were on their way.
    for (;;) {
      const open = [...this.#listeners.keys()].filter((channel) => !begun.has(channel));
      if (open.length === 0) break;
      for (const channel of open) begun.add(channel);
      if (!(await this.#subscribed(link, open))) return;
    }
    const left = [...begun].filter((channel) => !this.#listeners.has(channel));
    if (left.length > 0) this.#drop(link, left);
    this.#isReady = true;
    this.#attempt = 0;
    this.#beat(link);
    this.#tell(begun, this.#hadGap);
  }

  async #add(link: Redis, channels: readonly string[]): Promise<void> {
    if (await this.#subscribed(link, channels)) this.#tell(channels, false);
  }

  #tell(channels: Iterable<string>, isAgain: boolean): void {
    for (const channel of channels) for (const listener of this.#listeners.get(channel) ?? []) listener.begun(isAgain);
  }

  /** False: the link is given up. */
  async #subscribed(link: Redis, channels: readonly string[]): Promise<boolean> {
    try {
      if (!this.#isSharded || !(await this.#orUnsharded(() => link.ssubscribe(...channels))))
        await link.subscribe(...channels);
    } catch (error) {
      const moved = movedTo(error, this.#node);
      if (moved !== undefined) this.#node = moved;
      this.#ended(link, moved !== undefined);
    }
    return this.#link === link;
  }

  #drop(link: Redis, channels: readonly string[]): void {
    const dropping = this.#isSharded ? link.sunsubscribe(...channels) : link.unsubscribe(...channels);
    dropping.catch(() => this.#ended(link));
  }

  /** False: the servers know no sharded pub/sub. */
  async #orUnsharded(call: () => Promise<unknown>): Promise<boolean> {
    try {
      await call();
      return true;
    } catch (error) {
      if (explainRedisError(error).fault !== "unsupported") throw error;
      this.#isSharded = false;
      return false;
    }
  }

  #deliver(channel: Buffer, payload: Buffer): void {
    for (const listener of this.#listeners.get(channel.toString("utf8")) ?? []) listener.heard(payload);
  }

  #beat(link: Redis): void {
    this.#cancelHeartbeat = this.#options.clock.after(heartbeatMs, () => {
      link.ping().catch(() => this.#ended(link));
      this.#beat(link);
    });
  }

  /** `isMoved`: another node is known that has the channels. */
  #ended(link: Redis, isMoved = false): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#isReady = false;
    this.#cancelHeartbeat?.();
    link.disconnect();
    if (this.#isClosed) return;
    if (!isMoved) {
      this.#hadGap = true;
      this.#node = undefined;
    }
    if (isMoved && ++this.#attempt <= mostMoves) this.#connect();
    else this.#retryLater();
  }

  #retryLater(): void {
    const { clock, random } = this.#options;
    const longest = Math.min(firstBackOffMs * 2 ** Math.min(this.#attempt++, 10), longestBackOffMs);
    this.#cancelRetry = clock.after(longest * (0.5 + random.fraction() / 2), () => {
      this.#cancelRetry = undefined;
      if (this.#listeners.size > 0) this.#connect();
    });
  }
}

/** A Cluster that sends us round in circles is waited for. */
const mostMoves = 5;

/** `MOVED 866 host:port`; without a host it is the one that was asked (https://redis.io/docs/latest/commands/cluster-slots/). */
function movedTo(error: unknown, asked: RedisNode | undefined): RedisNode | undefined {
  const [, host, port] = /^MOVED \d+ (\S*):(\d+)$/.exec(error instanceof Error ? error.message : "") ?? [];
  const named = host === "" || host === "?" ? asked?.host : host;
  return named === undefined ? undefined : { host: named, port: Number(port) };
}
