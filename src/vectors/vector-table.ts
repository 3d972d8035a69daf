/** The rows of the file as the thread that writes changes them, inside one transaction at a time. */

import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { shareOf } from "../core/fair-share.ts";
import { rowFootprint } from "../stores/sqlite-row.ts";
import type { VectorOperation } from "./vector-batch.ts";
import { spaceSeed, vectorChecksum } from "./vector-file.ts";

type Put = Extract<VectorOperation, { kind: "put" }>;

interface Row {
  readonly seq: number;
  readonly space: number;
  readonly size: number;
}

/** Rows that one step of eviction or expiry removes at most. */
const stepRows = 128;

export class VectorTable {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #vectorsDelta = 0;
  #bytesDelta = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  apply(operation: VectorOperation, origin: number): void {
    if (operation.kind === "put") this.#put(operation, origin);
    else if (operation.kind === "delete") this.#delete(operation);
    else {
      const { seq, checksum } = operation;
      this.#removeAll("SELECT seq, space, size FROM vectors_v1 WHERE seq = ? AND checksum = ?", seq, checksum);
    }
  }

  /** Removes some dead rows. */
  expire(now: number): void {
    const dead = "SELECT seq, space, size FROM vectors_v1 WHERE delete_at <= ? AND delete_at < 9e999 LIMIT ?";
    this.#removeAll(dead, now, stepRows);
  }

  /**
   * Takes one step towards the bounds; false when nothing is over them. The oldest go, of the tenant that has most where
   * that is more than its share, so that none pushes out what the others have.
   */
  evict(maxVectors: number, maxBytes: number): boolean {
    const { vectors, bytes } = this.#get("SELECT vectors, bytes FROM vector_totals_v1") ?? {};
    const tooMany = Number(vectors) + this.#vectorsDelta - maxVectors;
    const isTooLarge = Number(bytes) + this.#bytesDelta > maxBytes;
    if (tooMany <= 0 && !isTooLarge) return false;
    const count = isTooLarge ? stepRows : Math.min(stepRows, tooMany);
    const largest = this.#largestTenant();
    if (largest === undefined)
      return this.#removeAll("SELECT seq, space, size FROM vectors_v1 ORDER BY seq LIMIT ?", count) > 0;
    const ofTenant = "spaces_v1 JOIN vectors_v1 ON space = spaces_v1.id WHERE tenant = ?";
    return this.#removeAll(`SELECT seq, space, size FROM ${ofTenant} ORDER BY seq LIMIT ?`, largest, count) > 0;
  }

  /** `undefined` for one that is alone, or has no more than its share. */
  #largestTenant(): string | undefined {
    const tenants = this.#statement(
      "SELECT tenant, sum(vectors) AS vectors FROM spaces_v1 GROUP BY tenant ORDER BY vectors DESC",
    ).all();
    const all = tenants.reduce((sum, { vectors }) => sum + Number(vectors), 0);
    const largest = tenants[0];
    if (tenants.length < 2 || largest === undefined) return undefined;
    return Number(largest["vectors"]) > shareOf(all, tenants.length) ? String(largest["tenant"]) : undefined;
  }

  /** Call before the commit. */
  writeTotals(): void {
    if (this.#vectorsDelta === 0 && this.#bytesDelta === 0) return;
    const sql = "UPDATE vector_totals_v1 SET vectors = max(0, vectors + ?), bytes = max(0, bytes + ?)";
    this.#run(sql, this.#vectorsDelta, this.#bytesDelta);
    this.#vectorsDelta = 0;
    this.#bytesDelta = 0;
  }

  #put(put: Put, origin: number): void {
    const { tenant, partition, model, id, deleteAt, vector, note, marks } = put;
    const dimensions = vector.byteLength / 4;
    const space = this.#spaceOf(put, dimensions);
    // Counted first, so that the space does not go with the row that is replaced.
    this.#run("UPDATE spaces_v1 SET vectors = vectors + 1 WHERE id = ?", space);
    this.#removeAll("SELECT seq, space, size FROM vectors_v1 WHERE id = ? AND space = ?", id, space);
    const checksum = vectorChecksum(spaceSeed({ tenant, partition, model, dimensions }), put);
    const size = rowFootprint("", id, vector.byteLength + note.byteLength);
    this.#run(
      "INSERT INTO vectors_v1 (space, id, origin, delete_at, checksum, size, vector, note, marks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      space,
      id,
      origin,
      deleteAt,
      checksum,
      size,
      vector,
      note,
      marks,
    );
    this.#vectorsDelta += 1;
    this.#bytesDelta += size;
    const tooMany = Number(this.#get("SELECT vectors FROM spaces_v1 WHERE id = ?", space)?.["vectors"]) - put.limit;
    if (tooMany <= 0) return;
    this.#removeAll("SELECT seq, space, size FROM vectors_v1 WHERE space = ? ORDER BY seq LIMIT ?", space, tooMany);
  }

  #spaceOf({ tenant, partition, model }: Put, dimensions: number): number {
    const names = [tenant, partition, model, dimensions] as const;
    const where = "tenant = ? AND context = ? AND model = ? AND dimensions = ?";
    const found = this.#get(`SELECT id FROM spaces_v1 WHERE ${where}`, ...names);
    if (found !== undefined) return Number(found["id"]);
    const insert = "INSERT INTO spaces_v1 (tenant, context, model, dimensions, vectors) VALUES (?, ?, ?, ?, 0)";
    return Number(this.#statement(insert).run(...names).lastInsertRowid);
  }

  #delete({ tenant, partition, id, mark }: Extract<VectorOperation, { kind: "delete" }>): void {
    const context = partition === undefined ? [] : [partition];
    const inContext = partition === undefined ? "" : "AND context = ?";
    const spaces = `SELECT id FROM spaces_v1 WHERE tenant = ? ${inContext}`;
    if (id !== undefined) {
      const rows = `SELECT seq, space, size FROM vectors_v1 WHERE id = ? AND space IN (${spaces})`;
      this.#removeAll(rows, id, tenant, ...context);
      return;
    }
    if (mark !== undefined) {
      const rows = `SELECT seq, space, size FROM vectors_v1 WHERE space IN (${spaces}) AND ifnull(instr(marks, ?), 1) > 0`;
      this.#removeAll(rows, tenant, ...context, mark);
      return;
    }
    for (const row of this.#statement(spaces).all(tenant, ...context)) {
      const space = Number(row["id"]);
      const sums = this.#get("SELECT count(*) AS vectors, sum(size) AS bytes FROM vectors_v1 WHERE space = ?", space);
      this.#vectorsDelta -= Number(sums?.["vectors"]);
      this.#bytesDelta -= Number(sums?.["bytes"] ?? 0);
      this.#run("DELETE FROM vectors_v1 WHERE space = ?", space);
      this.#run("DELETE FROM spaces_v1 WHERE id = ?", space);
    }
  }

  /** Removes the rows that `sql` selects; returns how many. */
  #removeAll(sql: string, ...values: readonly SQLInputValue[]): number {
    const rows = this.#statement(sql).all(...values) as unknown as Row[];
    for (const { seq, space, size } of rows) {
      this.#run("DELETE FROM vectors_v1 WHERE seq = ?", seq);
      this.#run("UPDATE spaces_v1 SET vectors = vectors - 1 WHERE id = ?", space);
      this.#run("DELETE FROM spaces_v1 WHERE id = ? AND vectors <= 0", space);
      this.#vectorsDelta -= 1;
      this.#bytesDelta -= size;
    }
    return rows.length;
  }

  #get(sql: string, ...values: readonly SQLInputValue[]): Record<string, SQLInputValue> | undefined {
    return this.#statement(sql).get(...values) as Record<string, SQLInputValue> | undefined;
  }

  #run(sql: string, ...values: readonly SQLInputValue[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    const prepared = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }
}
