/**
 * Leases in Memcached: an item that is stored only where none is (`ME`), and goes by itself when its time is up. Each
 * writes a random word into it, so whoever finds its own word there afterwards has the lease; that takes one round trip.
 *
 * The fencing token is the number that Memcached gives every item that is written (`cas`), counted from the start of the
 * server in microseconds. The numbers of a server only grow, and nothing has to be kept for a key, so nothing that could
 * be evicted is missed. They begin anew with the server; then the later start makes the token larger, unless the server
 * lived for less than a second, wrote more than a million items a second all its life, or had its clock set back. Holding on writes the item again,
 * under another number, so the token stands in it from then on. https://github.com/memcached/memcached/blob/master/doc/protocol.txt,
 * "Meta Commands".
 *
 * Memcached counts whole seconds by its own clock, so a lease lasts up to two seconds longer than it was asked for. One
 * that is evicted or lost with its server is free at once: two processes may compute the same answer, and the first does
 * not store it, since it is not the holder any more when it asks. There is no relay: those who wait read the entry.
 */

import type { Random } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { Acquisition, Lease, Leases } from "../core/lease.ts";
import type { MaybePromise } from "../core/store.ts";
import type { MemcachedConnection } from "./memcached-connection.ts";
import { leaseName } from "./memcached-item.ts";
import type { MemcachedReply } from "./memcached-reply.ts";
import type { MemcachedServer } from "./memcached-server.ts";

export interface MemcachedLeasesOptions {
  readonly keyPrefix: string;
  readonly serverOf: (name: string) => MemcachedServer;
  readonly random: Random;
}

interface Held {
  readonly fence: number;
  /** Of who took it; gone once it was held on to. */
  readonly word: string | undefined;
  readonly cas: string;
}

/** A lease may end between two of our commands, but not for ever. */
const mostAttempts = 8;

export class MemcachedLeases implements Leases {
  readonly name = "memcached";
  readonly relay = undefined;
  readonly #options: MemcachedLeasesOptions;
  readonly #beginnings = new WeakMap<MemcachedConnection, Promise<number>>();

  constructor(options: MemcachedLeasesOptions) {
    this.#options = options;
  }

  async acquire(key: string, holdMs: number): Promise<Acquisition> {
    const { name, connection } = await this.#reach(key);
    const beginning = await this.#beginningOf(connection);
    const word = Buffer.from(this.#options.random.bytes(12)).toString("base64url");
    const value = Buffer.from(`${beginning}+${word}`, "latin1");
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const [written, read] = await Promise.all([
        connection.send(`ms ${name} ${value.length} T${seconds(holdMs)} ME`, value),
        connection.send(`mg ${name} c v`),
      ]);
      if (written.code !== "HD" && written.code !== "NS") throw refused(written);
      const held = heldIn(read);
      if (held === undefined) continue;
      if (held.word === word) return { won: true, lease: { key, fence: held.fence } };
      return { won: false, fence: held.fence };
    }
    throw new StoreUnavailableError({ message: "the memcached server keeps no lease" });
  }

  async renew(lease: Lease, holdMs: number): Promise<boolean> {
    return this.#rewrite(lease, holdMs);
  }

  async release(lease: Lease, afterMs = 0): Promise<void> {
    if (afterMs > 0) {
      await this.#rewrite(lease, afterMs);
      return;
    }
    const { name, connection } = await this.#reach(lease.key);
    const held = heldIn(await connection.send(`mg ${name} c v`));
    if (held?.fence === lease.fence) await connection.send(`md ${name} C${held.cas}`);
  }

  async holder(key: string): Promise<number | undefined> {
    const { name, connection } = await this.#reach(key);
    return heldIn(await connection.send(`mg ${name} c v`))?.fence;
  }

  /** The connections belong to the store. */
  async close(): Promise<void> {}

  /** Only while nobody else has written it. */
  async #rewrite({ key, fence }: Lease, holdMs: number): Promise<boolean> {
    const { name, connection } = await this.#reach(key);
    const held = heldIn(await connection.send(`mg ${name} c v`));
    if (held?.fence !== fence) return false;
    const value = Buffer.from(String(fence), "latin1");
    const written = await connection.send(`ms ${name} ${value.length} T${seconds(holdMs)} C${held.cas}`, value);
    if (written.code === "SERVER_ERROR") throw refused(written);
    return written.code === "HD";
  }

  async #reach(key: string): Promise<{ readonly name: string; readonly connection: MemcachedConnection }> {
    const { keyPrefix, serverOf } = this.#options;
    const name = leaseName(keyPrefix, key);
    const { connection } = await serverOf(name).session();
    return { name, connection };
  }

  /** When the server began to count, in microseconds; asked once a connection. */
  #beginningOf(connection: MemcachedConnection): MaybePromise<number> {
    let beginning = this.#beginnings.get(connection);
    if (beginning === undefined) {
      beginning = connection.stats().then((stats) => {
        const startedAt = Number(stats.get("time")) - Number(stats.get("uptime"));
        if (Number.isSafeInteger(startedAt) && startedAt > 0) return startedAt * 1_000_000;
        throw new StoreUnavailableError({ message: "the memcached server does not say when it was started" });
      });
      this.#beginnings.set(connection, beginning);
    }
    return beginning;
  }
}

/** What stands there: `<beginning>+<word>` as it was taken, `<fence>` since it was held on to. */
function heldIn({ code, rest, value }: MemcachedReply): Held | undefined {
  if (code !== "VA" || value === undefined) return undefined;
  const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
  const [, digits, word] = /^(\d{1,16})(?:\+([\w-]+))?$/.exec(text) ?? [];
  const cas = rest.slice(1);
  if (digits === undefined) throw new StoreUnavailableError({ message: "a lease in memcached is none of ours" });
  if (cas === "0") {
    const remedy = "start it without -C";
    throw new StoreUnavailableError({ message: "the memcached server gives no numbers to its items", remedy });
  }
  return { fence: Number(digits) + (word === undefined ? 0 : Number(cas)), word, cas };
}

/** The server drops an item with one second left whenever that second ends; this one is never early. */
function seconds(durationMs: number): number {
  return Math.ceil(durationMs / 1_000) + 1;
}

function refused({ code, rest }: MemcachedReply): StoreUnavailableError {
  return new StoreUnavailableError({ message: `the memcached server did not take a lease: ${code} ${rest}`.trim() });
}
