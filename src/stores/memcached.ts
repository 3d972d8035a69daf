/**
 * Values in one or several Memcached servers (1.6 or later), shared by everybody who is given the same servers.
 *
 * Each key belongs to one server, by rendezvous hashing (Thaler and Ravishankar, "Using Name-Based Mappings to Increase
 * Hit Rates", 1998): the server whose digest with the key is highest, so that adding or removing a server moves only its
 * own share. A server that is away takes its keys with it. They are never looked for elsewhere: it would come back with
 * generations from before an invalidation, and what was invalidated would live again.
 *
 * Everything here may vanish, by eviction or by a restart, and is a miss then. `deleteAt` is kept in the item and
 * checked on reading (memcached-expiry.ts); large values are divided (memcached-item.ts).
 */

import { crc32 } from "node:zlib";
import { type Clock, type Random, systemClock, systemRandom } from "../core/clock.ts";
import { InvalidOptionError, StoreUnavailableError } from "../core/errors.ts";
import { chain } from "../core/maybe-promise.ts";
import type { SharedStore } from "../core/shared-store.ts";
import type { StoreStats, WriteOptions, WriteResult } from "../core/store.ts";
import type { CheckableStore, StoreFinding } from "../core/store-check.ts";
import { checkMemcached } from "./memcached-check.ts";
import { findItem, type ItemPlace, removeItem, wholeValue, writeItem } from "./memcached-exchange.ts";
import { serverExpiry } from "./memcached-expiry.ts";
import { type ItemHead, itemName } from "./memcached-item.ts";
import { MemcachedLeases } from "./memcached-leases.ts";
import { MemcachedServer, type MemcachedSession } from "./memcached-server.ts";
import { readMemcachedUrl } from "./memcached-url.ts";
import type { StoredEntry, StoreWithExpiry } from "./store-with-expiry.ts";

export interface MemcachedOptions {
  /** `memcached://HOST:PORT`, several with commas, with `USER:PASSWORD@` in front where the servers ask for it. */
  readonly url: string;
  /** Begins every name on the server, so that other programs can use it too. Default `reprise:`. */
  readonly keyPrefix?: string;
  /** A larger value is declined. Default 16 MiB; what a server does not take as one item is divided. */
  readonly maxEntryBytes?: number;
  /** Bound on making a connection. Default one second. */
  readonly connectTimeoutMs?: number;
  /** A server that leaves a command unanswered for this long is given up. Default one second. */
  readonly replyTimeoutMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface MemcachedStore extends StoreWithExpiry, CheckableStore, SharedStore {}

/**
 * A store in Memcached. Connects with the first call.
 *
 * @throws InvalidOptionError for a URL that names no server, or a `keyPrefix` that breaks its rule.
 * @example
 * const cache = await createCache({ store: memcached("memcached://127.0.0.1:11211"), masterKey });
 */
export function memcached(urlOrOptions: string | MemcachedOptions): MemcachedStore {
  return new Memcached(typeof urlOrOptions === "string" ? { url: urlOrOptions } : urlOrOptions);
}

/** Others may write the same key between two of our steps, but not for ever. */
const mostAddAttempts = 8;

class Memcached implements MemcachedStore {
  readonly name = "memcached";
  readonly leases: MemcachedLeases;
  readonly #servers: readonly MemcachedServer[];
  readonly #keyPrefix: string;
  readonly #maxEntryBytes: number;
  readonly #clock: Clock;
  readonly #random: Random;
  #corrupt = 0;
  #closed = false;

  constructor(options: MemcachedOptions) {
    const { keyPrefix = "reprise:", connectTimeoutMs = 1_000, replyTimeoutMs = 1_000 } = options;
    if (!/^[\x21-\x7e]{0,100}$/.test(keyPrefix)) {
      throw new InvalidOptionError("store.keyPrefix", {
        message: "store.keyPrefix must be at most 100 printable characters without spaces.",
        remedy: "Leave it out for `reprise:`.",
      });
    }
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#keyPrefix = keyPrefix;
    this.#maxEntryBytes = options.maxEntryBytes ?? 16 * 1024 * 1024;
    const { addresses, credentials } = readMemcachedUrl(options.url);
    const shared = { credentials, clock: this.#clock, connectTimeoutMs, replyTimeoutMs };
    this.#servers = addresses.map((address) => new MemcachedServer({ address, ...shared }));
    const serverOf = (name: string): MemcachedServer => this.#serverOf(name);
    this.leases = new MemcachedLeases({ keyPrefix, serverOf, random: this.#random });
  }

  async get(tenant: string, keys: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    const entries = await this.getEntries(tenant, keys);
    return entries.map((entry) => entry?.value);
  }

  async getEntries(tenant: string, keys: readonly string[]): Promise<readonly (StoredEntry | undefined)[]> {
    this.#assertOpen();
    return Promise.all(
      keys.map((key) => {
        const place = this.#placeOf(tenant, key);
        return chain(this.#serverOf(place.name).session(), (session) => this.#read(session, place));
      }),
    );
  }

  async set(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<WriteResult> {
    this.#assertOpen();
    if (value.byteLength > this.#maxEntryBytes) return "declined";
    const place = this.#placeOf(tenant, key);
    return chain(this.#serverOf(place.name).session(), async (session): Promise<WriteResult> => {
      const expiry = serverExpiry(options.deleteAt, this.#clock.now());
      if (expiry === undefined) {
        await removeItem(session, place);
        return "stored";
      }
      const { code, rest } = await writeItem(session, place, value, this.#head(options), "", expiry, this.#random);
      if (code === "HD") return "stored";
      return rest.includes("too large") ? "declined" : "overloaded";
    });
  }

  async add(tenant: string, key: string, value: Uint8Array, options: WriteOptions): Promise<Uint8Array> {
    this.#assertOpen();
    const place = this.#placeOf(tenant, key);
    const expiry = serverExpiry(options.deleteAt, this.#clock.now());
    if (expiry === undefined) return (await this.get(tenant, [key]))[0] ?? value;
    if (value.byteLength > this.#maxEntryBytes) throw refused(`a value of ${value.byteLength} bytes`);
    const session = await this.#serverOf(place.name).session();
    let condition = "ME";
    for (let attempt = 0; attempt < mostAddAttempts; attempt += 1) {
      const reply = await writeItem(session, place, value, this.#head(options), condition, expiry, this.#random);
      if (reply.code === "HD") return value;
      if (reply.code === "SERVER_ERROR") throw refused(reply.rest);
      const found = await findItem(session, place);
      condition = "ME";
      if (found === undefined) continue;
      // Nobody can use what is damaged; without its number it cannot be replaced, only removed.
      if (found === "damaged") await this.#drop(session, place);
      else {
        const there = found.deleteAt > this.#clock.now() ? await wholeValue(session, place.name, found) : undefined;
        if (there !== undefined) return there;
        condition = `C${found.cas}`;
      }
    }
    throw refused("others write the same key all the time");
  }

  async delete(tenant: string, key: string): Promise<boolean> {
    this.#assertOpen();
    const place = this.#placeOf(tenant, key);
    return chain(this.#serverOf(place.name).session(), async (session) => {
      const found = await removeItem(session, place);
      return found !== undefined && found !== "damaged" && found.deleteAt > this.#clock.now();
    });
  }

  /** Of the servers as a whole, whoever else uses them. */
  async stats(): Promise<StoreStats> {
    this.#assertOpen();
    const all = await Promise.all(
      this.#servers.map((server) => chain(server.session(), ({ connection }) => connection.stats())),
    );
    const sum = (name: string) => all.reduce((total, stats) => total + Number(stats.get(name) ?? 0), 0);
    return {
      entries: sum("curr_items"),
      bytes: sum("bytes"),
      capacityBytes: sum("limit_maxbytes"),
      evictions: sum("evictions"),
      corrupt: this.#corrupt,
    };
  }

  async check(): Promise<readonly StoreFinding[]> {
    this.#assertOpen();
    return checkMemcached(this.#servers);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const server of this.#servers) server.close();
  }

  async #read(session: MemcachedSession, place: ItemPlace): Promise<StoredEntry | undefined> {
    const item = await findItem(session, place);
    if (item === undefined) return undefined;
    if (item === "damaged") {
      await this.#drop(session, place);
      return undefined;
    }
    if (item.deleteAt <= this.#clock.now()) return undefined;
    const value = await wholeValue(session, place.name, item);
    if (value === undefined) return undefined;
    const { deleteAt, storedAt, priority } = item;
    return { value, deleteAt, storedAt, priority };
  }

  async #drop(session: MemcachedSession, place: ItemPlace): Promise<void> {
    this.#corrupt += 1;
    await session.connection.send(`md ${place.name}`);
  }

  #head({ deleteAt, priority = "normal" }: WriteOptions): ItemHead {
    return { deleteAt, storedAt: this.#clock.now(), priority };
  }

  #placeOf(tenant: string, key: string): ItemPlace {
    return { name: itemName(this.#keyPrefix, tenant, key), tenant, key };
  }

  #serverOf(name: string): MemcachedServer {
    let best = this.#servers[0] as MemcachedServer;
    if (this.#servers.length === 1) return best;
    let highest = -1;
    for (const server of this.#servers) {
      const weight = mixed(crc32(`${server.name} ${name}`));
      if (weight > highest) {
        highest = weight;
        best = server;
      }
    }
    return best;
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError({ message: "the memcached store is closed" });
  }
}

/** CRC-32 alone is linear: of two servers its shares would be uneven. The end of MurmurHash3. */
function mixed(number: number): number {
  let hash = Math.imul(number ^ (number >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function refused(why: string): StoreUnavailableError {
  return new StoreUnavailableError({ message: `the memcached store did not take the value: ${why}` });
}
