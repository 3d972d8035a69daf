/**
 * The content of the file in pages, in the order of row numbers, which a row keeps when its value is replaced. Values
 * of other tenants are not read, though their rows are stepped over: the rows of one tenant have no index of their own,
 * since only exports and listings ask for them.
 *
 * Own writes that are not committed yet go before what the file says, as they do for every read.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ListingPage, ListingQuery, StoredItem } from "../core/store-listing.ts";
import { numberOf } from "./memory-listing.ts";
import { priorityFromNumber } from "./priority-number.ts";
import type { Operation } from "./sqlite-batch.ts";
import { rowChecksum, tenantSeed } from "./sqlite-row.ts";

/** What the store knows beside the file. */
export interface ListingParts {
  pending(tenant: string, key: string): Operation | undefined;
  allPending(): Iterable<Operation>;
  onDamaged(tenant: string, key: string, checksum: number): void;
}

/** A page ends when its values are as many bytes as this, so that large ones do not fill the memory. */
const pageValueBytes = 8 * 1024 * 1024;

type Row = readonly [
  id: number,
  tenant: string,
  key: string,
  deleteAt: number,
  checksum: number,
  priority: number,
  value: unknown,
];

export class SqliteListing {
  readonly #select: StatementSync;
  readonly #selectNewest: StatementSync;
  readonly #parts: ListingParts;

  constructor(database: DatabaseSync, parts: ListingParts) {
    const prepare = (which: string) => {
      const statement = database.prepare(
        `SELECT id, tenant, key, delete_at, checksum, priority, iif(?1 IS NULL OR tenant = ?1, value, NULL)
         FROM entries_v1 WHERE ${which} LIMIT ?3`,
      );
      statement.setReturnArrays(true);
      return statement;
    };
    this.#select = prepare("id > ?2 ORDER BY id");
    this.#selectNewest = prepare("id < ?2 ORDER BY id DESC");
    this.#parts = parts;
  }

  /** Throws SQLite's errors. */
  page({ tenant, cursor, limit, newestFirst = false }: ListingQuery, now: number): ListingPage {
    const after = cursor === undefined && newestFirst ? Number.MAX_SAFE_INTEGER : numberOf(cursor);
    const select = newestFirst ? this.#selectNewest : this.#select;
    const items: StoredItem[] = [];
    // Rows are met by number, and what has none yet would not be met at all where it cannot be written.
    if (cursor === undefined) {
      for (const operation of this.#parts.allPending()) {
        const item = itemOf(operation, now);
        if (item !== undefined && (tenant === undefined || item.tenant === tenant)) items.push(item);
      }
    }
    let bytes = 0;
    let rows = 0;
    let last = after;
    for (const found of select.iterate(tenant ?? null, after, limit)) {
      const row = found as unknown as Row;
      rows += 1;
      last = row[0];
      if (tenant !== undefined && row[1] !== tenant) continue;
      const item = this.#itemOf(row, now);
      if (item === undefined) continue;
      items.push(item);
      bytes += item.value.byteLength;
      if (bytes > pageValueBytes) return { items, cursor: String(last), isNewestFirst: newestFirst };
    }
    return { items, cursor: rows < limit ? undefined : String(last), isNewestFirst: newestFirst };
  }

  #itemOf([, tenant, key, deleteAt, checksum, priority, value]: Row, now: number): StoredItem | undefined {
    const pending = this.#parts.pending(tenant, key);
    if (pending !== undefined) return itemOf(pending, now);
    if (deleteAt <= now) return undefined;
    if (!(value instanceof Uint8Array) || rowChecksum(tenantSeed(tenant), key, deleteAt, value) !== checksum) {
      this.#parts.onDamaged(tenant, key, checksum);
      return undefined;
    }
    return { tenant, key, value, deleteAt, priority: priorityFromNumber(priority) };
  }
}

/** `undefined` for a removal, and for what has died. */
function itemOf({ tenant, key, value, deleteAt, priority }: Operation, now: number): StoredItem | undefined {
  return value === undefined || deleteAt <= now ? undefined : { tenant, key, value, deleteAt, priority };
}
