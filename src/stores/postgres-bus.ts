/**
 * The bus over PostgreSQL: one channel for all processes that use the tables of one schema
 * (https://www.postgresql.org/docs/current/sql-notify.html).
 *
 * It has a connection of its own, which listens and speaks, so that what one process says keeps its order. It is made
 * when somebody listens or speaks, looked after by a question now and then, and made again when it broke. What is said
 * meanwhile this process never hears: then `missed` is called. A notification holds less than 8,000 bytes, so many
 * messages go as several, in one statement; they are delivered together or not at all.
 */

import { hash } from "node:crypto";
import pg from "pg";
import type { Bus, BusListener, BusMessage } from "../core/bus.ts";
import { BusListeners } from "../core/bus-listeners.ts";
import { readBusText, writeBusText } from "../core/bus-text.ts";
import type { CancelTimer, Clock, Random } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { postgresFailure } from "./postgres-failure.ts";

export interface PostgresBusOptions {
  readonly url: string;
  /** Such as `PostgreSQL at 127.0.0.1:5432/cache`. */
  readonly place: string;
  readonly schema: string;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** "In the default configuration it must be shorter than 8000 bytes." */
const mostBytes = 7_999;
const firstRetryMs = 100;
const longestRetryMs = 2_000;
/** A connection whose other end is gone without a word is noticed after this and the time of a statement. */
const questionEveryMs = 10_000;

export class PostgresBus implements Bus {
  readonly name = "postgres";
  /** Messages that were not understood. */
  ignored = 0;
  readonly #options: PostgresBusOptions;
  readonly #channel: string;
  readonly #id: string;
  readonly #listeners = new BusListeners();
  #client: Promise<pg.Client> | undefined;
  /** The last one that was given up. */
  #lostClient: pg.Client | undefined;
  #failure: StoreUnavailableError | undefined;
  #wasAway = false;
  #retryMs = firstRetryMs;
  #cancelTimer: CancelTimer | undefined;
  #closed = false;

  constructor(options: PostgresBusOptions) {
    this.#options = options;
    this.#channel = `reprise_bus_${hash("sha256", options.schema).slice(0, 16)}`;
    this.#id = Buffer.from(options.random.bytes(12)).toString("base64url");
  }

  async publish(messages: readonly BusMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const payloads = payloadsOf(this.#id, messages);
    const client = await this.#connected();
    try {
      await client.query({
        name: "reprise_notify",
        text: "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload",
        values: [this.#channel, payloads],
      });
    } catch (error) {
      this.#lose(client, error);
      throw postgresFailure(error, this.#options.place);
    }
  }

  subscribe(listener: BusListener): () => void {
    const leave = this.#listeners.add(listener);
    this.#connected().catch(() => undefined);
    return leave;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#listeners.clear();
    this.#cancelTimer?.();
    const client = await this.#client?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  #connected(): Promise<pg.Client> {
    if (this.#closed) return Promise.reject(new StoreUnavailableError({ message: "the postgres bus is closed" }));
    if (this.#client !== undefined) return this.#client;
    // Between two tries nobody waits for a server that is away.
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#client = this.#connect();
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const { url, connectTimeoutMs, statementTimeoutMs, place } = this.#options;
    const client = new pg.Client({
      connectionString: url,
      application_name: "reprise",
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: statementTimeoutMs,
      keepAlive: true,
    });
    let isThere = false;
    client.on("error", () => undefined);
    client.on("notification", ({ payload = "" }) => this.#hear(payload));
    client.on("end", () => {
      if (isThere) this.#lose(client, new Error("the connection ended"));
    });
    try {
      await client.connect();
      await client.query(`LISTEN "${this.#channel}"`);
    } catch (error) {
      this.#lose(client, error);
      throw postgresFailure(error, place);
    }
    isThere = true;
    // A process that has nothing else to do may end; the client has this for its pool (node-postgres, lib/client.js).
    (client as pg.Client & { unref(): void }).unref();
    this.#retryMs = firstRetryMs;
    this.#questionLater(client);
    if (this.#wasAway) this.#listeners.missed();
    this.#wasAway = false;
    return client;
  }

  #questionLater(client: pg.Client): void {
    this.#cancelTimer = this.#options.clock.after(questionEveryMs, () => {
      client.query("SELECT 1").then(
        () => {
          if (this.#lostClient !== client && !this.#closed) this.#questionLater(client);
        },
        (error: unknown) => this.#lose(client, error),
      );
    });
  }

  /** Gives a connection up, once, and tries again later where somebody listens. */
  #lose(client: pg.Client, error: unknown): void {
    if (this.#lostClient === client || this.#closed) return;
    this.#lostClient = client;
    client.end().catch(() => undefined);
    this.#client = undefined;
    this.#wasAway = true;
    this.#failure = postgresFailure(error, this.#options.place);
    this.#cancelTimer?.();
    this.#cancelTimer = this.#options.clock.after(this.#retryMs, () => {
      this.#failure = undefined;
      if (this.#listeners.size > 0) this.#connected().catch(() => undefined);
    });
    this.#retryMs = Math.min(2 * this.#retryMs, longestRetryMs);
  }

  #hear(text: string): void {
    const said = readBusText(text);
    if (said === undefined) this.ignored += 1;
    if (said === undefined || said.from === this.#id) return;
    this.#listeners.heard(said.messages);
  }
}

/** As few as hold them all, each half as large as one that is too large. */
function payloadsOf(from: string, messages: readonly BusMessage[]): readonly string[] {
  const text = writeBusText({ from, messages });
  if (Buffer.byteLength(text) <= mostBytes) return [text];
  if (messages.length === 1) {
    throw new StoreUnavailableError({ message: "a message is too large for the postgres bus" });
  }
  const half = Math.ceil(messages.length / 2);
  return [...payloadsOf(from, messages.slice(0, half)), ...payloadsOf(from, messages.slice(half))];
}
