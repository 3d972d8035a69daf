/**
 * The rows of `entries_v1` as the writer changes them. Used inside one transaction at a time; the totals are kept in
 * memory during it and written once at its end.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { priorityToNumber } from "./priority-number.ts";
import type { Answer, Operation } from "./sqlite-batch.ts";
import { SqliteFairVictims } from "./sqlite-fair-victims.ts";
import { pragma } from "./sqlite-file.ts";
import { pageBytes, rowChecksum, rowFootprint, tenantSeed } from "./sqlite-row.ts";

interface FoundRow {
  readonly id: number;
  readonly size: number;
  readonly deleteAt: number;
  readonly checksum: number;
}

/** Rows that one transaction evicts or expires at most. */
const stepRows = 128;

export class SqliteEntries {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #value: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #touch: StatementSync;
  readonly #expired: StatementSync;
  readonly #victims: StatementSync;
  readonly #fairVictims: SqliteFairVictims;
  readonly #addToTotals: StatementSync;
  readonly #bytes: StatementSync;
  #entriesDelta = 0;
  #bytesDelta = 0;
  /** Damaged rows met by `add`. */
  corrupt = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const prepare = (sql: string) => database.prepare(sql);
    this.#find = prepare("SELECT id, size, delete_at, checksum FROM entries_v1 WHERE key = ? AND tenant = ?");
    this.#value = prepare("SELECT value FROM entries_v1 WHERE id = ?");
    this.#insert = prepare(
      "INSERT INTO entries_v1 (tenant, key, delete_at, checksum, priority, size, stored_at, used_at, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    this.#update = prepare(
      "UPDATE entries_v1 SET delete_at = ?, checksum = ?, priority = ?, size = ?, stored_at = ?, used_at = ?, value = ? WHERE id = ?",
    );
    this.#delete = prepare("DELETE FROM entries_v1 WHERE id = ?");
    this.#touch = prepare("UPDATE entries_v1 SET used_at = max(used_at, ?) WHERE id = ?");
    this.#expired = prepare("SELECT id, size FROM entries_v1 WHERE delete_at <= ? AND delete_at < 9e999 LIMIT ?");
    this.#victims = prepare("SELECT id, size FROM entries_v1 ORDER BY priority, used_at LIMIT ?");
    this.#fairVictims = new SqliteFairVictims(database);
    this.#addToTotals = prepare("UPDATE totals_v1 SET entries = max(0, entries + ?), bytes = max(0, bytes + ?)");
    this.#bytes = prepare("SELECT bytes FROM totals_v1");
  }

  apply(operation: Operation, now: number): Answer {
    switch (operation.kind) {
      case "set":
        return this.#put(operation, this.#lookUp(operation), now);
      case "add":
        return this.#add(operation, now);
      case "delete": {
        const row = this.#lookUp(operation);
        if (row !== undefined) this.#remove(row);
        return row !== undefined && row.deleteAt > now;
      }
      case "drop": {
        const row = this.#lookUp(operation);
        if (row !== undefined && row.checksum === operation.checksum) this.#remove(row);
        return undefined;
      }
    }
  }

  touch(ids: Iterable<number>, now: number): void {
    for (const id of ids) this.#touch.run(Math.floor(now), id);
  }

  /** Removes some expired rows. */
  expire(now: number): void {
    for (const row of this.#expired.all(now, stepRows))
      this.#remove({ id: Number(row["id"]), size: Number(row["size"]) });
  }

  /** Takes one step towards `maxBytes`; returns how many rows it evicted, 0 when the store fits. */
  evict(maxBytes: number, now: number): number {
    let excess = this.#excess(maxBytes);
    if (excess <= 0) return 0;
    let evicted = 0;
    const fair = this.#fairVictims.find(stepRows, now);
    for (const row of fair.length > 0 ? fair : this.#victims.all(stepRows)) {
      const size = Number(row.size);
      this.#remove({ id: Number(row.id), size });
      evicted += 1;
      excess -= size;
      if (excess <= 0) break;
    }
    return evicted;
  }

  /** Call before the commit. */
  writeTotals(): void {
    if (this.#entriesDelta !== 0 || this.#bytesDelta !== 0) {
      this.#addToTotals.run(this.#entriesDelta, this.#bytesDelta);
    }
    this.forgetTotals();
  }

  /** Call after a rollback. */
  forgetTotals(): void {
    this.#entriesDelta = 0;
    this.#bytesDelta = 0;
  }

  /** By the sum of the rows and by the pages really in use: holes between rows count as much as rows. */
  #excess(maxBytes: number): number {
    const rows = Number(this.#bytes.get()?.["bytes"] ?? 0) + this.#bytesDelta;
    const pages = pragma(this.#database, "page_count") - pragma(this.#database, "freelist_count");
    return Math.max(rows, pages * pageBytes) - maxBytes;
  }

  #lookUp({ key, tenant }: Operation): FoundRow | undefined {
    const row = this.#find.get(key, tenant);
    if (row === undefined) return undefined;
    const { id, size, delete_at: deleteAt, checksum } = row;
    return { id: Number(id), size: Number(size), deleteAt: Number(deleteAt), checksum: Number(checksum) };
  }

  #add(operation: Operation, now: number): Answer {
    const row = this.#lookUp(operation);
    if (row !== undefined && row.deleteAt > now) {
      const value = this.#value.get(row.id)?.["value"];
      const seed = tenantSeed(operation.tenant);
      if (value instanceof Uint8Array && rowChecksum(seed, operation.key, row.deleteAt, value) === row.checksum)
        return value;
      this.corrupt += 1;
    }
    return this.#put(operation, row, now);
  }

  #put(operation: Operation, row: FoundRow | undefined, now: number): undefined {
    const { tenant, key, deleteAt, storedAt } = operation;
    const value = operation.value ?? new Uint8Array(0);
    const size = rowFootprint(tenant, key, value.byteLength);
    const checksum = rowChecksum(tenantSeed(tenant), key, deleteAt, value);
    const priority = priorityToNumber(operation.priority);
    const usedAt = Math.floor(now);
    if (row === undefined) {
      this.#insert.run(tenant, key, deleteAt, checksum, priority, size, storedAt, usedAt, value);
      this.#entriesDelta += 1;
    } else {
      this.#update.run(deleteAt, checksum, priority, size, storedAt, usedAt, value, row.id);
    }
    this.#bytesDelta += size - (row?.size ?? 0);
  }

  #remove({ id, size }: Pick<FoundRow, "id" | "size">): void {
    if (this.#delete.run(id).changes === 0) return;
    this.#entriesDelta -= 1;
    this.#bytesDelta -= size;
  }
}
