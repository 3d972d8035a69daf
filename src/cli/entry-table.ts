import { sizeText } from "../core/size-text.ts";
import type { ShownEntry } from "../gateway/admin/entries/shown-entry.ts";

/** Entries as a table for a terminal. */

export interface ListedEntries {
  readonly entries: readonly ShownEntry[];
  readonly cursor?: string;
  readonly listing: "supported" | "unsupported";
  readonly reason?: string;
}

const heads = ["LAYER", "STATE", "AGE", "SIZE", "MODEL", "TEXT", "ID"];
const longestModel = 24;
const longestText = 40;

/** `now` in milliseconds since the epoch. */
export function tableOf({ entries, cursor, listing, reason = "" }: ListedEntries, now: number): string {
  if (listing === "unsupported") return reason;
  if (entries.length === 0) return cursor === undefined ? "Nothing is stored that fits." : more;
  const rows = [heads, ...entries.map((entry) => rowOf(entry, now))];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === heads.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...(cursor === undefined ? [] : ["", more])].join("\n");
}

const more = "There are more; narrow the search, or raise --limit.";

function rowOf({ id, layer, state, createdAt, bytes, model, question, answer }: ShownEntry, now: number): string[] {
  const age = createdAt === undefined ? "" : ageText(now - Date.parse(createdAt));
  return [layer, state, age, sizeText(bytes), cell(model, longestModel), cell(question ?? answer, longestText), id];
}

/** What was asked and answered is not to speak to the terminal. */
function cell(text = "", most: number): string {
  const plain = text.replace(/[\p{C}]/gu, "");
  return plain.length <= most ? plain : `${plain.slice(0, most - 1).toWellFormed()}…`;
}

function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
