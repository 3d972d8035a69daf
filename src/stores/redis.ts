/**
 * Values in Redis or Valkey: one server, the primary that Sentinel names, or a Cluster.
 *
 * A look-up is one round trip: GET for one key, MGET for several, and in a Cluster one GET for each key at the same
 * time, since they lie on different nodes. A write is one SET with the time of death (PXAT). The value carries an
 * envelope (value-envelope.ts), so what dies by our clock is dead even if the server still has it, and what was cut,
 * altered or put there by somebody else is counted and not served; if it is ours and damaged it is removed, by a script
 * that looks once more whether it is still the same. Values of a later version of Reprise are left alone.
 *
 * `add` is SET NX followed by GET, sent together; only when a dead value is in the way the same script puts ours in its
 * place. Room is the server's business: `maxmemory` bounds it and its policy decides what goes; priorities are kept for
 * faster tiers and mean nothing to it.
 */

import { createHash } from "node:crypto";
import type { ConnectionOptions } from "node:tls";
import { type Clock, type Random, systemClock, systemRandom } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { type Cleared, type KeyRows, keyRowsAmongValues } from "../core/key-rows.ts";
import type { ScrubbableStore } from "../core/scrub.ts";
import type { SharedStore } from "../core/shared-store.ts";
import type { StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import type { CheckableStore, StoreFinding } from "../core/store-check.ts";
import type { ListableStore, ListingPage, ListingQuery } from "../core/store-listing.ts";
import { RedisBus } from "./redis-bus.ts";
import { RedisChannels } from "./redis-channels.ts";
import { checkRedis } from "./redis-check.ts";
import { clearRedis } from "./redis-clear.ts";
import { RedisConnection } from "./redis-connection.ts";
import { explainRedisError, redisUnavailable } from "./redis-errors.ts";
import { defaultKeyPrefix, RedisKeys } from "./redis-keys.ts";
import { RedisLeases } from "./redis-leases.ts";
import { listRedis } from "./redis-listing.ts";
import { readServerStats } from "./redis-server-stats.ts";
import { readRedisUrl } from "./redis-url.ts";
import type { StoredEntry, StoreWithExpiry } from "./store-with-expiry.ts";
import { type Opened, openValue, sealValue } from "./value-envelope.ts";

export interface RedisOptions {
  /**
   * `redis://host:6379`, `redis+cluster://host:6379,host:6379` or `redis+sentinel://host:26379,host:26379/master-name`;
   * `rediss` for TLS. User and password before the host: `redis://user:password@host`.
   */
  readonly url: string;
  /** What every key begins with. Default `reprise:`, or the parameter `keyPrefix` of the URL. */
  readonly keyPrefix?: string;
  /** For certificates of one's own; turns TLS on. */
  readonly tls?: ConnectionOptions;
  /** Milliseconds for a connection to stand. Default 2,000. */
  readonly connectTimeoutMs?: number;
  /** A larger value is declined. Default 16 MiB; the server itself takes 512 MB. */
  readonly maxEntryBytes?: number;
  /** False: other processes hear of invalidations only when they look again at their copies. Default true. */
  readonly bus?: boolean;
  /** False: each process calls the origin for itself. Default true. */
  readonly leases?: boolean;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface RedisStore extends SharedStore, StoreWithExpiry, ListableStore, CheckableStore, ScrubbableStore {
  get(tenant: string, keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]>;
  getEntries(tenant: string, keys: readonly string[]): Promise<readonly (StoredEntry | undefined)[]>;
  set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult>;
  add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<Uint8Array>;
  delete(tenant: string, key: string): Promise<boolean>;
  list(query: ListingQuery): Promise<ListingPage>;
  /**
   * What the servers say of themselves: `entries` counts every key of the database, `bytes` all memory in use,
   * `capacityBytes` is `maxmemory`, `evictions` since the server started. Others' data are in it. `corrupt` is our own.
   */
  stats(): Promise<StoreStats>;
  close(): Promise<void>;
}

/**
 * A store in Redis or Valkey. Returns at once, whether the server is there or not.
 *
 * @throws InvalidOptionError for a URL or a `keyPrefix` that breaks its rule, or without the package `ioredis`.
 * @example
 * const cache = await createCache({ store: redis("redis://127.0.0.1:6379") });
 */
export function redis(urlOrOptions: string | RedisOptions): RedisStore {
  return new RedisDriver(typeof urlOrOptions === "string" ? { url: urlOrOptions } : urlOrOptions);
}

/**
 * Removes or replaces the value only if it is still the one that was seen. A string is named by its SHA-1, anything
 * else by `other`.
 */
const compareAndReplace = `
local seen = redis.call('TYPE', KEYS[1]).ok
if seen == 'string' then seen = redis.sha1hex(redis.call('GET', KEYS[1])) elseif seen ~= 'none' then seen = 'other' end
if seen ~= ARGV[1] then return 0 end
if #ARGV == 1 then redis.call('DEL', KEYS[1])
elseif #ARGV == 2 then redis.call('SET', KEYS[1], ARGV[2])
else redis.call('SET', KEYS[1], ARGV[2], 'PXAT', ARGV[3]) end
return 1`;

/** What a name holds as the server sees it: bytes, nothing, or something that is no string. */
type OpenedValue = Opened & { readonly kind: "value" };
type Held = Buffer | null | typeof notString;
const notString = Symbol("not a string");
const strangeReply = "the reply is none to what was asked";

/** Racing writers of one key; each loses to another one that made progress. */
const addAttempts = 5;
/** Redis reads 64-bit integers; beyond it no one waits for the end anyway. */
const longestDeleteAt = 8.64e15;

class RedisDriver implements RedisStore {
  readonly name = "redis";
  readonly bus?: RedisBus;
  readonly leases?: RedisLeases;
  readonly #connection: RedisConnection;
  readonly #channels: RedisChannels;
  readonly #keys: RedisKeys;
  readonly #clock: Clock;
  readonly #maxEntryBytes: number;
  #corrupt = 0;
  #closed = false;

  constructor(options: RedisOptions) {
    const address = readRedisUrl(options.url);
    this.#clock = options.clock ?? systemClock;
    this.#keys = new RedisKeys(options.keyPrefix ?? address.keyPrefix ?? defaultKeyPrefix);
    this.#maxEntryBytes = options.maxEntryBytes ?? 16 * 1024 * 1024;
    const { clock, random } = { clock: this.#clock, random: options.random ?? systemRandom };
    const { tls, connectTimeoutMs = 2_000 } = options;
    const connection = new RedisConnection({ address, tls, connectTimeoutMs, clock, random });
    const { prefix: keyPrefix } = this.#keys;
    const channels = new RedisChannels({ connection, keyPrefix, clock, random });
    if (options.bus !== false) this.bus = new RedisBus(channels, random);
    if (options.leases !== false) this.leases = new RedisLeases({ connection, channels, keyPrefix });
    this.#connection = connection;
    this.#channels = channels;
  }

  get(tenant: string, keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    return this.#read(tenant, keys, (opened) => opened.value);
  }

  getEntries(tenant: string, keys: readonly string[]): Promise<readonly (StoredEntry | undefined)[]> {
    return this.#read(tenant, keys, ({ value, deleteAt, priority }) => ({
      value,
      deleteAt,
      storedAt: undefined,
      priority,
    }));
  }

  async set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    if (value.byteLength > this.#maxEntryBytes) return "declined";
    await this.#ready();
    const name = this.#keys.nameOf(tenant, key);
    try {
      await this.#write(name, sealValue(name, value, options.deleteAt, options.priority ?? "normal"), options);
      return "stored";
    } catch (error) {
      if (explainRedisError(error).fault === "out-of-memory") return "overloaded";
      throw this.#unavailable("set", error);
    }
  }

  async add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<Uint8Array> {
    await this.#ready();
    const name = this.#keys.nameOf(tenant, key);
    const sealed = sealValue(name, value, options.deleteAt, options.priority ?? "normal");
    for (let attempt = 0; attempt < addAttempts; attempt++) {
      const [added, read] = await Promise.allSettled([this.#write(name, sealed, options, true), this.#held(name)]);
      if (added.status === "fulfilled" && added.value === "OK") return value;
      if (read.status === "rejected") throw this.#unavailable("add", read.reason);
      const there = this.#open(name, read.value);
      if (there?.kind === "value") return there.value;
      if (there?.kind === "newer")
        throw new StoreUnavailableError({ message: "add on redis: a later version wrote it" });
      // Nothing is there and ours did not go in: refused, or what was in the way died in between.
      if (added.status === "rejected") throw this.#unavailable("add", added.reason);
      if (read.value !== null && (await this.#replace(name, read.value, sealed, options))) return value;
    }
    throw new StoreUnavailableError({ message: `add on redis: the key changed ${addAttempts} times meanwhile` });
  }

  async delete(tenant: string, key: string): Promise<boolean> {
    await this.#ready();
    const name = this.#keys.nameOf(tenant, key);
    const { client } = this.#connection;
    return this.#connection.ask("delete", async () => {
      const there = await client.getdelBuffer(name).catch(heldByError);
      if (there === notString) await client.del(name);
      return this.#open(name, there)?.kind === "value";
    });
  }

  async list(query: ListingQuery): Promise<ListingPage> {
    await this.#ready();
    return this.#connection.ask("list", () => listRedis(this.#connection, this.#keys, this.#clock, query));
  }

  async stats(): Promise<StoreStats> {
    await this.#ready();
    const stats = await this.#connection.ask("stats", () => readServerStats(this.#connection.primaries()));
    return { ...stats, corrupt: this.#corrupt };
  }

  onInterrupted(changed: () => void): () => void {
    return this.#connection.onInterrupted(changed);
  }

  keyRows(): KeyRows {
    return keyRowsAmongValues(this, () =>
      this.#connection.ask("clear", () => clearRedis(this.#connection.primaries(), this.#clock)),
    );
  }

  async scrub(): Promise<Cleared> {
    const clear = () => clearRedis(this.#connection.primaries(), this.#clock);
    const { isErased, notes } = await this.#connection.ask("scrub", clear);
    // The first sentence is of keys.
    return { isErased, notes: notes.slice(1) };
  }

  async check(): Promise<readonly StoreFinding[]> {
    this.#assertOpen();
    await this.#connection.opening;
    return checkRedis(this.#connection, this.#keys, this);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#channels.close();
    await this.#connection.close();
  }

  #read<T>(
    tenant: string,
    keys: readonly string[],
    of: (opened: OpenedValue) => T,
  ): Promise<readonly (T | undefined)[]> {
    if (this.#closed || this.#connection.opening !== undefined) {
      return this.#ready().then(() => this.#read(tenant, keys, of));
    }
    const names = keys.map((key) => this.#keys.nameOf(tenant, key));
    const take = (held: readonly Held[]) => {
      // Replies that are not ours, or not all of ours: nobody knows whose they are.
      if (!Array.isArray(held) || held.length !== names.length) throw this.#unavailable("get", new Error(strangeReply));
      return held.map((bytes, index) => this.#take(names[index] as string, bytes, of));
    };
    return this.#heldAll(names).then(take, (error: unknown) => {
      throw this.#unavailable("get", error);
    });
  }

  #take<T>(name: string, held: Held, of: (opened: OpenedValue) => T): T | undefined {
    const opened = this.#open(name, held);
    if (opened?.kind === "value") return of(opened);
    if (opened?.kind === "damaged" && held !== null) this.#replace(name, held).catch(() => undefined);
    return undefined;
  }

  #heldAll(names: readonly string[]): Promise<readonly Held[]> {
    const { client, cluster } = this.#connection;
    if (names.length === 1) {
      return client.getBuffer(names[0] as string).then(
        (held) => [held],
        (error: unknown) => [heldByError(error)],
      );
    }
    if (names.length === 0) return Promise.resolve([]);
    if (cluster !== undefined) return Promise.all(names.map((name) => this.#held(name)));
    return client.mgetBuffer(names as string[]);
  }

  #held(name: string): Promise<Held> {
    return this.#connection.client.getBuffer(name).catch(heldByError);
  }

  /** `undefined` where nothing alive is. */
  #open(name: string, held: Held): Opened | undefined {
    if (held === null) return undefined;
    const opened: Opened = Buffer.isBuffer(held) ? openValue(name, held) : { kind: "damaged" };
    if (opened.kind !== "value") this.#corrupt += 1;
    else if (opened.deleteAt <= this.#clock.now()) return undefined;
    return opened;
  }

  #write(name: string, sealed: Buffer, { deleteAt }: WriteOptions, onlyIfAbsent = false): Promise<unknown> {
    const { client } = this.#connection;
    const expiresAt = expiryOf(deleteAt);
    if (expiresAt === undefined) return onlyIfAbsent ? client.set(name, sealed, "NX") : client.set(name, sealed);
    return onlyIfAbsent
      ? client.set(name, sealed, "PXAT", expiresAt, "NX")
      : client.set(name, sealed, "PXAT", expiresAt);
  }

  /** Removes what was seen, or puts `sealed` in its place; false when it is no longer there. */
  async #replace(name: string, seen: Exclude<Held, null>, sealed?: Buffer, options?: WriteOptions): Promise<boolean> {
    const digest = Buffer.isBuffer(seen) ? createHash("sha1").update(seen).digest("hex") : "other";
    const args: (string | Buffer | number)[] = [digest];
    if (sealed !== undefined) args.push(sealed);
    const expiresAt = options && expiryOf(options.deleteAt);
    if (expiresAt !== undefined) args.push(expiresAt);
    try {
      return (await this.#connection.client.eval(compareAndReplace, 1, name, ...args)) === 1;
    } catch (error) {
      throw this.#unavailable("add", error);
    }
  }

  async #ready(): Promise<void> {
    this.#assertOpen();
    if (this.#connection.opening === undefined) return;
    await this.#connection.opening;
    this.#assertOpen();
  }

  #unavailable(operation: string, error: unknown): StoreUnavailableError {
    return redisUnavailable(operation, error, this.#connection.outage);
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError({ message: "the redis store is closed" });
  }
}

function heldByError(error: unknown): typeof notString {
  if (explainRedisError(error).fault === "wrong-type") return notString;
  throw error;
}

/** In whole milliseconds; `undefined` for ever. */
function expiryOf(deleteAt: number): number | undefined {
  return deleteAt > longestDeleteAt ? undefined : Math.max(1, Math.ceil(deleteAt));
}
