/**
 * One connection to a Memcached server, speaking its meta commands.
 *
 * Why not the `memcache` package: it reads values as UTF-8 text (in 1.10), which alters most bytes above 127, and it
 * has no meta commands. The protocol is small, and commands sent in one turn of the event loop leave in one packet here.
 *
 * Commands are answered in the order in which they were sent. Nothing waits for a connection to come back: what is
 * under way when it breaks fails with it. A server that leaves the oldest command unanswered for `replyTimeoutMs` is
 * given up, so that what waits stays bounded; so is one that takes no more bytes. Whether it has answered is looked at only
 * when what has come was read: a process that was busy for so long is not a server that is away.
 */

import { connect, type Socket } from "node:net";
import { afterReading, type CancelTimer, type Clock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { type MemcachedReply, MemcachedReplyReader } from "./memcached-reply.ts";

export interface MemcachedAddress {
  readonly host: string;
  readonly port: number;
}

export interface MemcachedConnectionOptions {
  readonly address: MemcachedAddress;
  readonly connectTimeoutMs: number;
  readonly replyTimeoutMs: number;
  readonly clock: Clock;
}

interface Waiting {
  readonly sentAt: number;
  readonly resolve: (reply: MemcachedReply) => void;
  readonly reject: (error: unknown) => void;
  /** Takes all lines up to `END`. */
  readonly lines: string[] | undefined;
}

/** Bytes that may wait to be sent. */
const maxUnsentBytes = 64 * 1024 * 1024;

/** An open connection. Rejects with `StoreUnavailableError` when there is none within the time. */
export function openMemcachedConnection(options: MemcachedConnectionOptions): Promise<MemcachedConnection> {
  const { address, connectTimeoutMs, clock } = options;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address.host, port: address.port, noDelay: true, keepAlive: true });
    const cancel = afterReading(clock, connectTimeoutMs, () =>
      socket.destroy(Object.assign(new Error(`no connection within ${connectTimeoutMs} ms`), { code: "ETIMEDOUT" })),
    );
    socket.once("error", (error) => {
      cancel();
      reject(error);
    });
    socket.once("connect", () => {
      cancel();
      socket.unref();
      resolve(new MemcachedConnection(socket, options));
    });
  });
}

export class MemcachedConnection {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #replyTimeoutMs: number;
  readonly #waiting: Waiting[] = [];
  #first = 0;
  #failure: unknown;
  #cancelWatch: CancelTimer | undefined;
  #corked = false;

  constructor(socket: Socket, { clock, replyTimeoutMs }: MemcachedConnectionOptions) {
    this.#socket = socket;
    this.#clock = clock;
    this.#replyTimeoutMs = replyTimeoutMs;
    const reader = new MemcachedReplyReader((reply) => this.#take(reply));
    socket.on("data", (piece) => {
      try {
        reader.push(piece);
      } catch (error) {
        this.#fail(error);
      }
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Sends a command, with a value where it has one. Its order among others is that of the calls. */
  send(command: string, value?: Uint8Array): Promise<MemcachedReply> {
    return this.#enqueue(command, value, undefined);
  }

  /** `stats` or one of its kinds, as names and values. */
  async stats(kind = ""): Promise<ReadonlyMap<string, string>> {
    const lines: string[] = [];
    await this.#enqueue(kind === "" ? "stats" : `stats ${kind}`, undefined, lines);
    return new Map(lines.map((line) => [line.split(" ", 1)[0] as string, line.slice(line.indexOf(" ") + 1)]));
  }

  close(): void {
    this.#fail(new Error("the connection was closed"));
  }

  #enqueue(command: string, value: Uint8Array | undefined, lines: string[] | undefined): Promise<MemcachedReply> {
    if (this.#failure !== undefined) return Promise.reject(broken(this.#failure));
    if (this.#socket.writableLength > maxUnsentBytes) {
      return Promise.reject(new StoreUnavailableError({ message: "the memcached server takes no more" }));
    }
    return new Promise((resolve, reject) => {
      // Who waits for an answer keeps the process alive; a connection that is merely open does not.
      if (this.#waiting.length === 0) this.#socket.ref();
      this.#waiting.push({ sentAt: this.#clock.monotonic(), resolve, reject, lines });
      this.#write(command, value);
      this.#watch();
    });
  }

  #write(command: string, value: Uint8Array | undefined): void {
    if (!this.#corked) {
      this.#corked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(`${command}\r\n`, "latin1");
    if (value === undefined) return;
    this.#socket.write(value);
    this.#socket.write("\r\n");
  }

  #take(reply: MemcachedReply): void {
    const waiting = this.#waiting[this.#first];
    if (waiting === undefined) {
      this.#fail(new Error("the server answered what was not asked"));
      return;
    }
    if (reply.code === "STAT" && waiting.lines !== undefined) {
      waiting.lines.push(reply.rest);
      return;
    }
    this.#first += 1;
    // Now and then, so that taking from the front stays cheap.
    if (this.#first > 1_024 || this.#first === this.#waiting.length) {
      this.#waiting.splice(0, this.#first);
      this.#first = 0;
      if (this.#waiting.length === 0) this.#socket.unref();
    }
    // A command that was not understood: what it sent along may be read as commands, so nothing fits any more.
    if (reply.code === "ERROR" || reply.code === "CLIENT_ERROR") {
      const error = new Error(`${reply.code} ${reply.rest}`.trim());
      waiting.reject(broken(error));
      this.#fail(error);
      return;
    }
    waiting.resolve(reply);
  }

  #watch(): void {
    this.#cancelWatch ??= afterReading(this.#clock, this.#replyTimeoutMs, () => {
      this.#cancelWatch = undefined;
      const oldest = this.#waiting[this.#first];
      if (oldest === undefined) return;
      if (this.#clock.monotonic() - oldest.sentAt < this.#replyTimeoutMs) this.#watch();
      else this.#fail(new Error(`no answer within ${this.#replyTimeoutMs} ms`));
    });
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#cancelWatch?.();
    this.#socket.destroy();
    const waiting = this.#waiting.splice(0).slice(this.#first);
    this.#first = 0;
    for (const { reject } of waiting) reject(broken(error));
  }
}

function broken(cause: unknown): StoreUnavailableError {
  const message = `the connection to the memcached server broke: ${cause instanceof Error ? cause.message : cause}`;
  return new StoreUnavailableError({ message, cause });
}
