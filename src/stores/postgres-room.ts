/**
 * Keeps the table small: what is dead goes, and beyond `maxBytes` what is least worth keeping.
 *
 * Dead rows are swept once a minute, in batches. Rows that another gateway is deleting, or that are being written, are
 * stepped over (`FOR UPDATE SKIP LOCKED`), so any number of gateways sweep together and none waits for another.
 *
 * The size is the sum over the rows, and not counted up with each write: one number that every write changes would make
 * all writers queue for it. It is measured after every sixteenth of the bound that this process has written. When more
 * than fourteen sixteenths are in use, rows go by priority and age until thirteen are left; first those of the tenants
 * that have most, as far as that is more than their share, so that none pushes out what the others have. Until it is measured again
 * two sixteenths may be written, and two more wait; then writes are refused. So one process stays below the bound, and each further one
 * that writes at the same time may go over it by an eighth.
 */

import type { CancelTimer, Clock } from "../core/clock.ts";
import { shareOf } from "../core/fair-share.ts";
import type { MaybePromise } from "../core/store.ts";
import type { PostgresConnections, Statement } from "./postgres-connections.ts";
import type { PostgresTables } from "./postgres-schema.ts";

export interface PostgresRoomOptions {
  readonly connections: PostgresConnections;
  readonly tables: PostgresTables;
  /** `Infinity` for no bound. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

const sweepEveryMs = 60_000;
const batchRows = 500;
/** Batches in one sweep; what is left waits for the next. */
const mostBatches = 200;
/** Of the tenants that have most. */
const mostMeasured = 8;
/** Measuring reads every row, without its value. */
const measuringTimeoutMs = 60_000;

interface Measured {
  readonly tenants: number;
  readonly entries: number;
  readonly bytes: number;
  readonly largest: readonly Buffer[] | null;
  readonly bytesOfLargest: readonly number[] | null;
}

export class PostgresRoom {
  readonly #options: PostgresRoomOptions;
  readonly #sweep: Statement;
  readonly #measure: Statement;
  readonly #evict: Statement;
  readonly #evictOf: Statement;
  readonly #sixteenth: number;
  /** Written since the last measurement; at first enough for one, since nothing is known of the table. */
  #unmeasured: number;
  /** What wants to be written as soon as room was made. */
  #waiting = 0;
  #making: Promise<void> | undefined;
  #sweeping: Promise<void> | undefined;
  #cancelSweep: CancelTimer | undefined;
  #closed = false;
  #evictions = 0;

  constructor(options: PostgresRoomOptions) {
    const { entries } = options.tables;
    this.#options = options;
    this.#sixteenth = options.maxBytes / 16;
    this.#unmeasured = this.#sixteenth;
    this.#sweep = {
      name: "reprise_sweep",
      text: `DELETE FROM ${entries} WHERE id = ANY(ARRAY(SELECT id FROM ${entries}
        WHERE delete_at < 'Infinity' AND delete_at <= $1 ORDER BY delete_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
    };
    this.#measure = {
      text: `SELECT count(*)::int AS tenants, coalesce(sum(entries), 0)::float8 AS entries,
          coalesce(sum(bytes), 0)::float8 AS bytes,
          (array_agg(tenant ORDER BY bytes DESC))[1:${mostMeasured}] AS largest,
          (array_agg(bytes::float8 ORDER BY bytes DESC))[1:${mostMeasured}] AS "bytesOfLargest"
        FROM (SELECT tenant, count(*) AS entries, sum(size) AS bytes FROM ${entries} GROUP BY tenant) AS each`,
    };
    const victims = (where: string) =>
      `DELETE FROM ${entries} WHERE id = ANY(ARRAY(SELECT id FROM ${entries}
        ${where} ORDER BY priority, stored_at LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING size`;
    this.#evict = {
      name: "reprise_evict",
      text: victims(""),
    };
    this.#evictOf = { text: victims("WHERE tenant = $2") };
    this.#sweepLater();
  }

  /** Rows that went to make room, by this process. */
  get evictions(): number {
    return this.#evictions;
  }

  /** Whether it may be written, now or when room was made; false when too much waits for that already. */
  takes(bytes: number): MaybePromise<boolean> {
    if (this.#unmeasured + bytes <= 2 * this.#sixteenth || this.#making === undefined) return true;
    if (this.#waiting + bytes > 2 * this.#sixteenth) return false;
    this.#waiting += bytes;
    return this.#making.then(() => {
      this.#waiting -= bytes;
      return true;
    });
  }

  wrote(bytes: number): void {
    if (this.#options.maxBytes === Number.POSITIVE_INFINITY) return;
    this.#unmeasured += bytes;
    if (this.#unmeasured < this.#sixteenth || this.#closed) return;
    this.#making ??= this.#makeRoom()
      .catch(() => undefined)
      .finally(() => {
        this.#making = undefined;
      });
  }

  /** Resolves when no room is being made any more. */
  async settled(): Promise<void> {
    await this.#making;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSweep?.();
    await Promise.all([this.#making, this.#sweeping]);
  }

  /** Removes what is dead now; returns how many rows. */
  async sweep(): Promise<number> {
    const { connections, clock } = this.#options;
    let removed = 0;
    for (let batch = 0; batch < mostBatches && !this.#closed; batch += 1) {
      const { rowCount } = await connections.run(this.#sweep, [clock.now(), batchRows]);
      removed += rowCount ?? 0;
      if ((rowCount ?? 0) < batchRows) break;
    }
    return removed;
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#options.clock.after(sweepEveryMs, () => {
      this.#sweeping = this.sweep()
        .then(
          () => undefined,
          () => undefined,
        )
        .finally(() => {
          this.#sweeping = undefined;
          if (!this.#closed) this.#sweepLater();
        });
    });
  }

  async #makeRoom(): Promise<void> {
    const { connections } = this.#options;
    const measured = this.#unmeasured;
    const { rows } = await connections.runLong(this.#measure, [], measuringTimeoutMs);
    this.#unmeasured -= measured;
    const { tenants, entries, bytes, largest, bytesOfLargest } = rows[0] as Measured;
    let excess = bytes > 14 * this.#sixteenth ? bytes - 13 * this.#sixteenth : 0;
    const rowBytes = bytes / Math.max(1, entries);
    const share = shareOf(13 * this.#sixteenth, Math.max(1, tenants));
    for (const [index, tenant] of (largest ?? []).entries()) {
      const beyond = (bytesOfLargest?.[index] as number) - share;
      if (tenants < 2 || beyond <= 0) break;
      // It may have to look past much that stays.
      const evict = (count: number) => connections.runLong(this.#evictOf, [count, tenant], measuringTimeoutMs);
      excess -= await this.#evictUpTo(Math.min(excess, beyond), rowBytes, evict);
    }
    await this.#evictUpTo(excess, rowBytes, (count) => connections.run(this.#evict, [count]));
  }

  /** Until so many bytes are gone, or nothing is left; returns how many there were. */
  async #evictUpTo(
    bytes: number,
    rowBytes: number,
    evict: (count: number) => Promise<{ readonly rows: readonly unknown[] }>,
  ): Promise<number> {
    let gone = 0;
    while (gone < bytes && !this.#closed) {
      const rows = (await evict(Math.min(batchRows, Math.ceil((bytes - gone) / rowBytes)))).rows;
      if (rows.length === 0) break;
      this.#evictions += rows.length;
      gone += (rows as readonly { readonly size: number }[]).reduce((sum, { size }) => sum + size, 0);
    }
    return gone;
  }
}
