/**
 * Leases in Redis: a key with a time of death that holds its fencing token (https://redis.io/docs/latest/commands/set/,
 * "Patterns"). To take, to hold on to and to give back are one script each, so that nobody gives back what another has
 * taken meanwhile.
 *
 * The token is the server's time in microseconds, but always more than the last one of the key, which is remembered for
 * some minutes for the case that the server's clock is set back. So a token is not given twice even where a replica takes
 * over that has not heard of the last ones; and nothing has to be kept for a key for ever.
 *
 * Such a take-over may lose a lease. Then two processes compute the same answer; the first does not store it, because
 * its lease is not there any more when it asks. What is promised of entries does not depend on leases.
 */

import { createHash } from "node:crypto";
import type { Acquisition, Lease, Leases } from "../core/lease.ts";
import type { RedisChannels } from "./redis-channels.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { RedisRelay } from "./redis-relay.ts";
import { RedisScript } from "./redis-script.ts";

/** How long the last token of a key is remembered. */
const rememberMs = 10 * 60_000;

const acquire = new RedisScript(`
local held = redis.call('GET', KEYS[1])
if held then return {0, held} end
local time = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[2])) or 0
local fence = string.format('%.0f', math.max(time[1] * 1000000 + time[2], last + 1))
redis.call('SET', KEYS[2], fence, 'PX', ARGV[2])
redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
return {1, fence}`);

const renew = new RedisScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`);

const release = new RedisScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`);

export interface RedisLeasesOptions {
  readonly connection: RedisConnection;
  readonly channels: RedisChannels;
  readonly keyPrefix: string;
}

export class RedisLeases implements Leases {
  readonly name = "redis";
  readonly relay: RedisRelay;
  readonly #connection: RedisConnection;
  readonly #keyPrefix: string;

  constructor(options: RedisLeasesOptions) {
    this.#connection = options.connection;
    this.#keyPrefix = options.keyPrefix;
    this.relay = new RedisRelay({ ...options, nameOf: (key) => this.#nameOf(key) });
  }

  async acquire(key: string, holdMs: number): Promise<Acquisition> {
    const name = this.#nameOf(key);
    const args = [wholeMs(holdMs), rememberMs];
    return this.#run("acquire", acquire, [name, `${name}:last`], args, (reply) => {
      const [won, held] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
      const fence = fenceOf(held);
      return won === 1 ? { won: true, lease: { key, fence } } : { won: false, fence };
    });
  }

  async renew({ key, fence }: Lease, holdMs: number): Promise<boolean> {
    return this.#run("renew", renew, [this.#nameOf(key)], [fence, wholeMs(holdMs)], (reply) => reply === 1);
  }

  async release(lease: Lease, afterMs = 0): Promise<void> {
    this.relay.ended(lease);
    const { key, fence } = lease;
    const args = [fence, afterMs > 0 ? wholeMs(afterMs) : 0];
    await this.#run("release", release, [this.#nameOf(key)], args, () => undefined);
  }

  holder(key: string): Promise<number | undefined> {
    return this.#connection.ask("holder", async () => {
      const held = await this.#connection.client.getBuffer(this.#nameOf(key));
      return held === null ? undefined : fenceOf(held);
    });
  }

  async close(): Promise<void> {
    this.relay.close();
  }

  /** What `read` cannot make sense of is a failure of the server. */
  #run<T>(
    operation: string,
    script: RedisScript,
    keys: readonly string[],
    args: readonly (string | number)[],
    read: (reply: unknown) => T,
  ): Promise<T> {
    return this.#connection.ask(operation, async () => read(await script.run(this.#connection, keys, args)));
  }

  #nameOf(key: string): string {
    return `${this.#keyPrefix}lease:{${plainName(key)}}`;
  }
}

/** The hash tag ends at the first closing brace, so what is not of plain characters is named by its digest. */
function plainName(key: string): string {
  if (/^[A-Za-z0-9_.-]{1,128}$/.test(key)) return key;
  return `~${createHash("sha256").update(key).digest("base64url")}`;
}

function wholeMs(durationMs: number): number {
  return Math.max(1, Math.ceil(durationMs));
}

function fenceOf(held: unknown): number {
  const fence = Buffer.isBuffer(held) ? Number(held.toString("latin1")) : Number.NaN;
  if (Number.isSafeInteger(fence) && fence > 0) return fence;
  throw new Error("WRONGTYPE a lease that is not ours");
}
