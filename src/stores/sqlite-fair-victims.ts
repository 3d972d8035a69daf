/**
 * Which rows go when one tenant fills the file: so that a tenant which has more than its share pushes out its own rows, and
 * not what others use (see tenant-entries.ts for the same in memory).
 *
 * Nobody counts what each tenant has: a number that every write changes would cost every write. A sample of rows tells it
 * well enough: of 64 rows drawn evenly, those of a tenant that has half of the file are 32, give or take four. The rows to
 * go are drawn as well, and of those the ones used longest ago are taken, as Redis approximates LRU (redis.io, "Key
 * eviction"). The draws follow the golden ratio, which spreads any number of them evenly, so that chance is not needed.
 *
 * What nobody has asked for in an hour goes before all that, whosever it is.
 */

import type { DatabaseSync, StatementSync } from "node:sqlite";
import { shareOf } from "../core/fair-share.ts";
import { priorityToNumber } from "./priority-number.ts";
import { roundMs } from "./tenant-entries.ts";

interface DrawnRow {
  readonly id: number;
  readonly tenant: string;
  readonly size: number;
  readonly priority: number;
  readonly usedAt: number;
}

const measured = 64;
const mostDrawn = 512;
/** Chance alone does not make a share look so much larger than it is. */
const clearly = 1.5;
const goldenRatio = (Math.sqrt(5) - 1) / 2;
const highest = priorityToNumber("high");

export class SqliteFairVictims {
  readonly #ends: StatementSync;
  readonly #oldest: StatementSync;
  readonly #row: StatementSync;
  #place = 0;

  constructor(database: DatabaseSync) {
    this.#ends = database.prepare("SELECT min(id) AS first, max(id) AS last FROM entries_v1");
    this.#oldest = database.prepare("SELECT used_at FROM entries_v1 ORDER BY priority, used_at LIMIT 1");
    this.#row = database.prepare("SELECT id, tenant, size, priority, used_at FROM entries_v1 WHERE id >= ? LIMIT 1");
  }

  /** At most `count` rows, the ones used longest ago first. Empty where no tenant has clearly more than its share. */
  find(count: number, now: number): readonly Pick<DrawnRow, "id" | "size">[] {
    const oldest = this.#oldest.get()?.["used_at"];
    if (oldest === undefined || Number(oldest) < now - roundMs) return [];
    const sample = [...this.#drawn(measured)];
    const tenant = largestIn(sample);
    if (tenant === undefined) return [];
    const own = new Map<number, DrawnRow>();
    const isToGo = (row: DrawnRow) => row.tenant === tenant && row.priority < highest;
    for (const row of sample) if (isToGo(row)) own.set(row.id, row);
    for (const row of this.#drawn(mostDrawn)) {
      if (isToGo(row)) own.set(row.id, row);
      if (own.size >= 2 * count) break;
    }
    const byUse = [...own.values()].sort((one, other) => one.priority - other.priority || one.usedAt - other.usedAt);
    return byUse.slice(0, Math.min(count, Math.ceil(byUse.length / 2)));
  }

  *#drawn(count: number): Iterable<DrawnRow> {
    const ends = this.#ends.get();
    const [first, last] = [Number(ends?.["first"]), Number(ends?.["last"])];
    for (let draw = 0; draw < count; draw += 1) {
      this.#place = (this.#place + goldenRatio) % 1;
      const row = this.#row.get(first + Math.floor(this.#place * (last - first + 1)));
      if (row === undefined) continue;
      const { id, tenant, size, priority, used_at: usedAt } = row;
      yield {
        ...{ id: Number(id), tenant: String(tenant), size: Number(size) },
        ...{ priority: Number(priority), usedAt: Number(usedAt) },
      };
    }
  }
}

/** The tenant that has most of the bytes, if that is clearly more than its share. */
function largestIn(sample: readonly DrawnRow[]): string | undefined {
  const bytes = new Map<string, number>();
  let all = 0;
  for (const { tenant, size } of sample) {
    bytes.set(tenant, (bytes.get(tenant) ?? 0) + size);
    all += size;
  }
  if (bytes.size < 2) return undefined;
  const [tenant, most] = [...bytes].reduce((one, other) => (other[1] > one[1] ? other : one));
  return most > clearly * shareOf(all, bytes.size) ? tenant : undefined;
}
