/**
 * A bounded pool of connections, with the tables made ready before the first statement.
 *
 * Nothing waits for a server that is away: a connection is there within `connectTimeoutMs` or the call fails, and after
 * a failure to prepare calls fail at once until `retryAfterMs` have passed. A statement ends after `statementTimeoutMs`,
 * by the server, or by us with its connection when the server hangs. Statements are prepared once a connection, by name.
 */

import pg, { type ClientBase, type QueryResult } from "pg";
import type { Clock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { codeOf, postgresFailure } from "./postgres-failure.ts";
import { type PostgresTables, prepareTables } from "./postgres-schema.ts";
import { type Answerer, whoAnswers } from "./who-answers.ts";

export interface PostgresConnectionsOptions {
  readonly url: string;
  /** Such as `127.0.0.1:5432/cache`. */
  readonly place: string;
  readonly tables: PostgresTables;
  readonly maxConnections: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly clock: Clock;
}

export interface Statement {
  /** Without a name it is not prepared. */
  readonly name?: string;
  readonly text: string;
}

const retryAfterMs = 250;
/** Statements that may wait for a connection; a burst of calls may not be told that the server is away. */
const mostWaiting = 1_024;
/** For a turn; who asks has a deadline of its own. */
const longestWaitMs = 10_000;
/** Beyond what the server is given, before the connection is given up. */
const hangsAfterMs = 500;
/** The table, or the schema, is gone: somebody removed it while we ran. */
const tablesAreGone: ReadonlySet<string> = new Set(["42P01", "3F000"]);

export class PostgresConnections {
  /** Such as `PostgreSQL at 127.0.0.1:5432/cache`. */
  readonly place: string;
  readonly #options: PostgresConnectionsOptions;
  readonly #pool: pg.Pool;
  readonly #interrupted = new Set<() => void>();
  #ready: Promise<void> | undefined;
  #failure: StoreUnavailableError | undefined;
  #failedAt = 0;

  constructor(options: PostgresConnectionsOptions) {
    const { url, maxConnections, connectTimeoutMs, statementTimeoutMs } = options;
    this.#options = options;
    const config = {
      connectionString: url,
      application_name: "reprise",
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + hangsAfterMs,
      keepAlive: true,
    };
    this.place = `PostgreSQL at ${options.place}`;
    this.#pool = new pg.Pool({
      ...config,
      max: maxConnections,
      allowExitOnIdle: true,
      // To the pool this is how long a statement may wait its turn, too: a burst is no server that is away.
      connectionTimeoutMillis: Math.max(connectTimeoutMs, longestWaitMs),
      Client: class extends pg.Client {
        constructor(given?: pg.ClientConfig) {
          super({ ...given, connectionTimeoutMillis: connectTimeoutMs });
          // What the client itself gives up, as it does without a password, it leaves open.
          this.connection.once("error", () => this.connection.stream.destroy());
        }
      },
    });
    // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
    this.#pool.on("error", () => undefined);
    // One that ends by itself; what is idle for long is closed without an error.
    this.#pool.on("connect", (client) => client.on("error", () => this.#tellInterrupted()));
  }

  /** Throws `StoreUnavailableError` and nothing else. */
  async run(statement: Statement, values: readonly unknown[] = []): Promise<QueryResult> {
    await this.ready();
    if (this.#pool.waitingCount >= mostWaiting) {
      throw new StoreUnavailableError({ message: `too many statements wait for ${this.place}` });
    }
    try {
      return await this.#pool.query({ ...statement, values: [...values] });
    } catch (error) {
      if (tablesAreGone.has(codeOf(error))) this.#ready = undefined;
      throw postgresFailure(error, this.place);
    }
  }

  /** As `run`, for upkeep that may take as long as `timeoutMs`. */
  async runLong(statement: Statement, values: readonly unknown[], timeoutMs: number): Promise<QueryResult> {
    await this.ready();
    try {
      return await this.#withClient(async (client) => {
        await client.query("BEGIN");
        await client.query(`SET LOCAL statement_timeout = ${timeoutMs}`);
        const config = { ...statement, values: [...values], query_timeout: timeoutMs + hangsAfterMs };
        const result = await client.query(config);
        await client.query("COMMIT");
        return result;
      });
    } catch (error) {
      throw postgresFailure(error, this.place);
    }
  }

  /** As `runLong`, for what may stand in no transaction; one after the other. */
  async runAlone(texts: readonly string[], timeoutMs: number): Promise<void> {
    await this.ready();
    try {
      await this.#withClient(async (client) => {
        await client.query(`SET statement_timeout = ${timeoutMs}`);
        for (const text of texts) {
          const config = { text, query_timeout: timeoutMs + hangsAfterMs };
          await client.query(config);
        }
        await client.query("RESET statement_timeout");
      });
    } catch (error) {
      throw postgresFailure(error, this.place);
    }
  }

  /** Resolves when the tables are there; looks again, and at once, where it failed lately and `now` is set. */
  ready(now = false): Promise<void> {
    if (this.#ready !== undefined) return this.#ready;
    const { clock } = this.#options;
    if (!now && this.#failure !== undefined && clock.monotonic() - this.#failedAt < retryAfterMs) {
      return Promise.reject(this.#failure);
    }
    this.#ready = this.#prepare();
    return this.#ready;
  }

  /** Calls `changed` whenever a connection has broken: the server that is behind the next one may be another. */
  onInterrupted(changed: () => void): () => void {
    this.#interrupted.add(changed);
    return () => this.#interrupted.delete(changed);
  }

  #tellInterrupted(): void {
    for (const changed of [...this.#interrupted]) changed();
  }

  /** Who it is that answers at the address. PostgreSQL itself hangs up on it. */
  answerer(): Promise<Answerer | Error> {
    const { hostname, port } = new URL(this.#options.url);
    const host = hostname.replace(/^\[|\]$/g, "");
    return whoAnswers({ host, port: port === "" ? 5_432 : Number(port) }, this.#options.clock);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #prepare(): Promise<void> {
    try {
      await this.#withClient((client) => prepareTables(client, this.#options.tables));
      this.#failure = undefined;
    } catch (error) {
      this.#ready = undefined;
      this.#failedAt = this.#options.clock.monotonic();
      this.#failure = postgresFailure(error, this.place);
      throw this.#failure;
    }
  }

  /** A connection on which something failed is in an unknown state, and is not used again. */
  async #withClient<T>(use: (client: ClientBase) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    // Between statements a connection that breaks tells only this listener.
    const ignore = (): void => {};
    client.on("error", ignore);
    try {
      const result = await use(client);
      client.removeListener("error", ignore);
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}
