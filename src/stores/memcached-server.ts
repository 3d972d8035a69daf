/**
 * One Memcached server: its connection, made when it is needed and again after it broke.
 *
 * Calls while a first connection is being made wait for it, no longer than `connectTimeoutMs`. After a failure calls
 * fail at once, and after `retryAfterMs` the next one tries again: nobody queues for a server that is away.
 *
 * Before it is used a connection is asked for what it can: the meta commands, which came with Memcached 1.6, and the
 * largest item it takes (`item_size_max`, 1 MB unless started with `-I`).
 */

import type { Clock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { MaybePromise } from "../core/store.ts";
import { type MemcachedAddress, type MemcachedConnection, openMemcachedConnection } from "./memcached-connection.ts";
import type { MemcachedReply } from "./memcached-reply.ts";

export interface MemcachedCredentials {
  readonly username: string;
  readonly password: string;
}

export interface MemcachedServerOptions {
  readonly address: MemcachedAddress;
  readonly credentials: MemcachedCredentials | undefined;
  readonly clock: Clock;
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
}

export interface MemcachedSession {
  readonly connection: MemcachedConnection;
  readonly version: string;
  readonly maxItemBytes: number;
  /** False when the server was started with `-M` and refuses what is new once it is full. */
  readonly evicts: boolean;
}

const retryAfterMs = 250;
const usualItemBytes = 1024 * 1024;
/** Of less than this hardly anything would be left for the value. */
const leastItemBytes = 2_048;

export class MemcachedServer {
  /** `host:port`. */
  readonly name: string;
  readonly #options: MemcachedServerOptions;
  #session: MemcachedSession | undefined;
  #opening: Promise<MemcachedSession> | undefined;
  #failure: StoreUnavailableError | undefined;
  #failedAt = 0;
  #closed = false;

  constructor(options: MemcachedServerOptions) {
    const { host, port } = options.address;
    this.name = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
    this.#options = options;
  }

  /** The open connection, at once where there is one. */
  session(): MaybePromise<MemcachedSession> {
    if (this.#session?.connection.isOpen) return this.#session;
    if (this.#opening !== undefined) return this.#opening;
    const { clock } = this.#options;
    if (this.#failure !== undefined && clock.monotonic() - this.#failedAt < retryAfterMs) {
      return Promise.reject(this.#failure);
    }
    this.#opening = this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  close(): void {
    this.#closed = true;
    this.#session?.connection.close();
  }

  async #open(): Promise<MemcachedSession> {
    let connection: MemcachedConnection | undefined;
    try {
      connection = await openMemcachedConnection(this.#options);
      const session = await greet(connection, this.#options.credentials);
      if (this.#closed) connection.close();
      this.#session = session;
      this.#failure = undefined;
      return session;
    } catch (error) {
      connection?.close();
      this.#failure = unavailable(this.name, error);
      this.#failedAt = this.#options.clock.monotonic();
      throw this.#failure;
    }
  }
}

async function greet(
  connection: MemcachedConnection,
  credentials: MemcachedCredentials | undefined,
): Promise<MemcachedSession> {
  if (credentials !== undefined) await logIn(connection, credentials);
  expectReply(await connection.send("mn"), "MN");
  const { rest: version } = await connection.send("version");
  const settings = await connection.stats("settings");
  const maxItemBytes = Number(settings.get("item_size_max") ?? usualItemBytes);
  if (!(maxItemBytes >= leastItemBytes)) throw new Error(`it takes no item of more than ${maxItemBytes} bytes`);
  return { connection, version, maxItemBytes, evicts: settings.get("evictions") !== "off" };
}

/** The text protocol has a `set` of any key for it; see the option `-Y` of Memcached. */
async function logIn(connection: MemcachedConnection, { username, password }: MemcachedCredentials): Promise<void> {
  const token = Buffer.from(`${username} ${password}`, "utf8");
  expectReply(await connection.send(`set auth 0 0 ${token.length}`, token), "STORED");
}

function expectReply(reply: MemcachedReply, code: string): void {
  if (reply.code !== code) throw new Error(`${reply.code} ${reply.rest}`.trim());
}

/** What can be done about it, by what the platform or the server said. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/unauthenticated/i, "the server wants a user: write memcached://USER:PASSWORD@HOST:PORT"],
  [/authentication failure|auth/i, "correct user and password in the URL of the store"],
  [/^ERROR$|: ERROR$/, "the server does not know the meta commands; Memcached 1.6 or later does"],
  [/takes no item/, "start it with a larger -I; without one it takes 1 MB"],
  [/is a Redis/, "correct host and port, or write redis://HOST:PORT"],
  [/closed the connection/, "see whether it is Memcached that listens there, and its log"],
  [/ENOTFOUND|EAI_AGAIN/, "correct the name of the host in the URL of the store"],
  [/ECONNREFUSED|ETIMEDOUT|no connection|no answer/, "start Memcached there, or correct the URL of the store"],
];

function unavailable(name: string, cause: unknown): StoreUnavailableError {
  const said = cause instanceof Error ? cause.message.replace(/^the connection .* broke: /, "") : String(cause);
  const why = /^-[A-Z]+ /.test(said) ? "what answers there is a Redis and no Memcached" : said;
  const code = (cause as { readonly code?: unknown }).code;
  const remedy = remedies.find(([pattern]) => pattern.test(why) || pattern.test(String(code)))?.[1];
  return new StoreUnavailableError({
    message: `the memcached server ${name} cannot be used: ${why}`,
    cause,
    remedy: remedy ?? "look at the log of the server",
  });
}
