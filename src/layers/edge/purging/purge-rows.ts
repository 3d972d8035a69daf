import type { EdgePurge } from "../../../core/edge-purges.ts";
import type { PurgeBatch } from "./purge-adapter.ts";

/** Purges as they stand in the outbox, and many of them as one. */

export interface PurgeRow extends Required<EdgePurge> {
  /** Random: two rows are never alike. */
  readonly id: string;
  /** When it was wished, in milliseconds since the epoch. */
  readonly at: number;
}

export interface PlacedRow {
  readonly place: number;
  readonly row: PurgeRow;
}

export function isEmpty({ tags = [], urls = [], all = false }: EdgePurge): boolean {
  return tags.length === 0 && urls.length === 0 && !all;
}

/** How much a row may name before the next purge begins another one. */
const mostNames = 1_000;

export function hasRoom({ tags, urls }: Required<EdgePurge>): boolean {
  return tags.length + urls.length < mostNames;
}

/** Everything that any of them names, once. Whoever forgets all has forgotten each. */
export function joined(purges: readonly EdgePurge[]): Required<EdgePurge> {
  const all = purges.some((purge) => purge.all === true);
  const names = (of: "tags" | "urls") => [...new Set(purges.flatMap((purge) => purge[of] ?? []))];
  return { tags: names("tags"), urls: names("urls"), all };
}

/** The first and the last row make the id: rows between them never change. */
export function batchOf(rows: readonly PlacedRow[], at: number): PurgeBatch {
  const [first, last] = [rows[0], rows.at(-1)] as [PlacedRow, PlacedRow];
  return { ...joined(rows.map(({ row }) => row)), id: `${first.row.id}-${last.row.id}`, at };
}

export function encodeRow(row: PurgeRow): Uint8Array {
  return Buffer.from(JSON.stringify(row));
}

/** What is left of a row that was sent: its place stays taken for those who come late. */
export const spent: Uint8Array = Buffer.from("{}");

/** `undefined` for one that was sent. */
export function decodeRow(bytes: Uint8Array): PurgeRow | undefined {
  const row = JSON.parse(Buffer.from(bytes).toString()) as Partial<PurgeRow>;
  return row.id === undefined ? undefined : (row as PurgeRow);
}
