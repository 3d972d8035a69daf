/**
 * The content of the table in pages, in the order of ids, which a row keeps when its value is replaced. A page is read
 * in two steps: which rows and how large, then as many of their values as fit. So no page holds more than about
 * `pageValueBytes`, however large the values are.
 */

import { foreignCursor, type ListingPage, type ListingQuery, type StoredItem } from "../core/store-listing.ts";
import type { PostgresConnections } from "./postgres-connections.ts";
import { checksumOf, tenantId } from "./postgres-row.ts";
import type { PostgresTables } from "./postgres-schema.ts";
import { priorityFromNumber } from "./priority-number.ts";

const pageValueBytes = 8 * 1024 * 1024;

interface ListedRow {
  readonly id: Buffer;
  readonly tenant: Buffer;
  readonly key: Buffer;
  readonly delete_at: number;
  readonly priority: number;
  readonly checksum: string;
  readonly value: Buffer;
}

export async function listPage(
  connections: PostgresConnections,
  { entries }: PostgresTables,
  { tenant, cursor, limit }: ListingQuery,
  now: number,
): Promise<ListingPage> {
  const [from, to] = rangeOf(tenant, cursor);
  const places = await connections.run(
    {
      name: "reprise_list_places",
      text: `SELECT id, size FROM ${entries}
        WHERE id > $1 AND ($2::bytea IS NULL OR id < $2) AND delete_at > $3 ORDER BY id LIMIT $4`,
    },
    [from, to, now, limit],
  );
  const rows = places.rows as { readonly id: Buffer; readonly size: number }[];
  const ids = fitting(rows);
  if (ids.length === 0) return { items: [], cursor: undefined };
  const found = await connections.run(
    {
      name: "reprise_list_values",
      text: `SELECT id, tenant, key, delete_at, priority, checksum, value FROM ${entries}
        WHERE id = ANY($1::bytea[]) AND delete_at > $2 ORDER BY id`,
    },
    [ids, now],
  );
  const items = (found.rows as ListedRow[]).map(itemOf).filter((item) => item !== undefined);
  const isLast = rows.length < limit && ids.length === rows.length;
  const last = ids.at(-1) as Buffer;
  return {
    items: tenant === undefined ? items : items.filter((item) => item.tenant === tenant),
    cursor: isLast ? undefined : last.toString("base64url"),
  };
}

/** Ids of all rows, or of those that begin as the tenant's; after the cursor where there is one. */
function rangeOf(tenant: string | undefined, cursor: string | undefined): readonly [Buffer, Buffer | null] {
  const after = cursor === undefined ? undefined : Buffer.from(cursor, "base64url");
  if (after?.length === 0) throw foreignCursor();
  if (tenant === undefined) return [after ?? Buffer.alloc(0), null];
  const first = tenantId(tenant);
  const end = Buffer.concat([first, Buffer.alloc(32, 0xff)]);
  return [after ?? first, end];
}

/** As many as fit a page, at least one. */
function fitting(rows: readonly { readonly id: Buffer; readonly size: number }[]): readonly Buffer[] {
  let bytes = 0;
  const ids: Buffer[] = [];
  for (const { id, size } of rows) {
    bytes += size;
    if (ids.length > 0 && bytes > pageValueBytes) break;
    ids.push(id);
  }
  return ids;
}

function itemOf(row: ListedRow): StoredItem | undefined {
  const tenant = row.tenant.toString("utf8");
  const key = row.key.toString("utf8");
  const { delete_at: deleteAt, value } = row;
  if (checksumOf(tenant, key, deleteAt, value) !== Number(row.checksum)) return undefined;
  return { tenant, key, value, deleteAt, priority: priorityFromNumber(row.priority) };
}
