/**
 * Leases in PostgreSQL: one row a key, one statement an operation, by the server's clock alone. To take one is an insert
 * that gives way to a row whose time is not up (`ON CONFLICT ... DO UPDATE ... WHERE`), so the lock of the row decides
 * between those who ask at once.
 *
 * The fencing token is the server's time in microseconds, but always more than the last one of the key. A row therefore
 * stays for a while after its lease has ended, for one who has read the time and is overtaken before writing, and for a
 * clock that is set back. Then it is swept, in batches that step over rows which others hold.
 *
 * The table is not logged (`UNLOGGED`): taking a lease waits for no disk. A server that crashed finds it empty; then two
 * processes may compute the same answer, and the first does not store it, since it is not the holder any more when it
 * asks. There is no relay: those who wait read the entry.
 */

import { hash } from "node:crypto";
import type { QueryResult } from "pg";
import type { CancelTimer, Clock } from "../core/clock.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import type { Acquisition, Lease, Leases } from "../core/lease.ts";
import type { PostgresConnections, Statement } from "./postgres-connections.ts";
import { codeOf, tableIsMissing } from "./postgres-failure.ts";
import { makeLeases, type PostgresTables } from "./postgres-schema.ts";

export interface PostgresLeasesOptions {
  readonly connections: PostgresConnections;
  readonly tables: PostgresTables;
  readonly clock: Clock;
}

/** A lease may end between what the two halves of the statement see, but not for ever. */
const mostAttempts = 8;
const keptFor = "interval '1 minute'";
const sweepEveryMs = 60_000;
const batchRows = 1_000;
/** Batches in one sweep; what is left waits for the next. */
const mostBatches = 100;

type Operation = "acquire" | "renew" | "release" | "holder" | "sweep";

export class PostgresLeases implements Leases {
  readonly name = "postgres";
  readonly relay = undefined;
  readonly #options: PostgresLeasesOptions;
  readonly #statements: Readonly<Record<Operation, Statement>>;
  #sweeping: Promise<unknown> | undefined;
  #cancelSweep: CancelTimer | undefined;
  #closed = false;

  constructor(options: PostgresLeasesOptions) {
    this.#options = options;
    this.#statements = statementsFor(options.tables.leases);
  }

  async acquire(key: string, holdMs: number): Promise<Acquisition> {
    this.#sweepLater();
    for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
      const { rows } = await this.#run("acquire", [idOf(key), holdMs]);
      const [row] = rows as readonly { readonly fence: number; readonly won: boolean }[];
      if (row?.won) return { won: true, lease: { key, fence: row.fence } };
      if (row !== undefined) return { won: false, fence: row.fence };
    }
    throw new StoreUnavailableError({ message: "the postgres leases change all the time" });
  }

  async renew({ key, fence }: Lease, holdMs: number): Promise<boolean> {
    const { rowCount } = await this.#run("renew", [idOf(key), fence, holdMs]);
    return rowCount === 1;
  }

  async release({ key, fence }: Lease, afterMs = 0): Promise<void> {
    await this.#run("release", [idOf(key), fence, Math.max(0, afterMs)]);
  }

  async holder(key: string): Promise<number | undefined> {
    const { rows } = await this.#run("holder", [idOf(key)]);
    return (rows[0] as { readonly fence: number } | undefined)?.fence;
  }

  /** Removes the rows of leases that ended long ago, as happens once a minute by itself; returns how many. */
  async sweep(): Promise<number> {
    let removed = 0;
    for (let batch = 0; batch < mostBatches && !this.#closed; batch += 1) {
      const { rowCount } = await this.#run("sweep", [batchRows]);
      removed += rowCount ?? 0;
      if ((rowCount ?? 0) < batchRows) break;
    }
    return removed;
  }

  /** The connections belong to the store. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSweep?.();
    await this.#sweeping;
  }

  /** The table is made with the others; here it is made again where somebody has removed it. */
  async #run(operation: Operation, values: readonly unknown[]): Promise<QueryResult> {
    const { connections, tables } = this.#options;
    const statement = this.#statements[operation];
    try {
      return await connections.run(statement, values);
    } catch (error) {
      if (codeOf((error as Error).cause) !== tableIsMissing) throw error;
      await connections.run({ text: makeLeases(tables) });
      return connections.run(statement, values);
    }
  }

  /** Only a process that takes leases sweeps. */
  #sweepLater(): void {
    if (this.#closed) return;
    this.#cancelSweep ??= this.#options.clock.after(sweepEveryMs, () => {
      this.#cancelSweep = undefined;
      this.#sweeping = this.sweep().catch(() => undefined);
    });
  }
}

/** Keys of any length and with any character have a place of one size. */
function idOf(key: string): Buffer {
  return hash("sha256", key, "buffer");
}

function statementsFor(leases: string): Readonly<Record<Operation, Statement>> {
  const now = "clock_timestamp()";
  const later = (milliseconds: string): string => `${now} + ${milliseconds}::float8 * interval '1 millisecond'`;
  const isHeld = `id = $1 AND fence = $2::float8::bigint AND until > ${now}`;
  return {
    acquire: {
      name: "reprise_lease_acquire",
      text: `WITH taken AS (
          INSERT INTO ${leases} AS there (id, fence, until)
          VALUES ($1, (extract(epoch FROM ${now}) * 1000000)::bigint, ${later("$2")})
          ON CONFLICT (id) DO UPDATE SET fence = greatest(there.fence + 1, excluded.fence), until = ${later("$2")}
            WHERE there.until <= ${now}
          RETURNING fence)
        SELECT fence::float8 AS fence, true AS won FROM taken
        UNION ALL SELECT fence::float8, false FROM ${leases}
          WHERE id = $1 AND until > ${now} AND NOT EXISTS (SELECT FROM taken)`,
    },
    renew: {
      name: "reprise_lease_renew",
      text: `UPDATE ${leases} SET until = ${later("$3")} WHERE ${isHeld}`,
    },
    release: {
      name: "reprise_lease_release",
      text: `UPDATE ${leases} SET until = ${later("$3")} WHERE ${isHeld}`,
    },
    holder: {
      name: "reprise_lease_holder",
      text: `SELECT fence::float8 AS fence FROM ${leases} WHERE id = $1 AND until > ${now}`,
    },
    sweep: {
      name: "reprise_lease_sweep",
      text: `DELETE FROM ${leases} WHERE id = ANY(ARRAY(SELECT id FROM ${leases}
        WHERE until < ${now} - ${keptFor} LIMIT $1 FOR UPDATE SKIP LOCKED))`,
    },
  };
}
