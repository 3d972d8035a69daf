import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { nodesOf } from "../../core/node-places.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { MaybePromise, Store } from "../../core/store.ts";
import { endOf, periods, placesOf, rowKey, startOf } from "./periods.ts";
import { Rollup } from "./rollup.ts";
import { addRow } from "./rollup-row.ts";
import type { RollupWriter } from "./rollup-writer.ts";
import type { Step } from "./stats-report.ts";

/** The rows of all processes added up, period by period. What cannot be read is missing, and it is said that it is. */

export interface RollupReading {
  /** Processes of which there was a row. */
  readonly nodes: readonly string[];
  readonly complete: boolean;
  /** By their beginning; none where nothing was counted. */
  readonly periods: ReadonlyMap<number, Rollup>;
}

export interface ReaderParts {
  readonly store: Pick<Store, "get" | "add">;
  readonly clock: Clock;
  readonly node: string;
  readonly writer: Pick<RollupWriter, "at">;
}

const readDeadlineMs = 2_000;
const mostKeys = 400;

/** The periods of this step from the one of `since` to that of `until`. Never rejects. */
export async function readRollups(
  parts: ReaderParts,
  { step, since, until }: { readonly step: Step; readonly since: number; readonly until: number },
): Promise<RollupReading> {
  const found = { nodes: new Set<string>(), complete: true, periods: new Map<number, Rollup>() };
  const sumOf = (start: number): Rollup => {
    const sum = found.periods.get(start) ?? new Rollup();
    found.periods.set(start, sum);
    return sum;
  };
  for (let day = startOf("day", since); day <= until; day = endOf("day", day)) {
    const places = await orElse(parts, () => nodesOf(parts.store, placesOf(day)), { nodes: [], full: true });
    if (places.full) found.complete = false;
    const nodes = new Set([...places.nodes, parts.node]);
    const starts = startsWithin(step, Math.max(day, since), Math.min(endOf("day", day) - 1, until));
    const rows = starts.flatMap((start) => [...nodes].map((node) => ({ start, node, key: rowKey(step, start, node) })));
    for (let from = 0; from < rows.length; from += mostKeys) {
      const page = rows.slice(from, from + mostKeys);
      const keys = page.map(({ key }) => key);
      const values = await orElse(parts, () => parts.store.get(systemTenant, keys), undefined);
      if (values === undefined) found.complete = false;
      for (const [index, { start, node, key }] of page.entries()) {
        const own = parts.writer.at(key);
        const value = values?.[index];
        if (own === undefined && value === undefined) continue;
        if (own !== undefined) sumOf(start).merge(own);
        else if (!addRow(sumOf(start), value as Uint8Array)) {
          found.complete = false;
          continue;
        }
        found.nodes.add(node);
      }
    }
  }
  return { ...found, nodes: [...found.nodes] };
}

/** All periods, whether something was counted in them or not. */
export function startsWithin(step: Step, since: number, until: number): readonly number[] {
  const { lengthMs } = periods[step];
  const first = startOf(step, since);
  return Array.from({ length: Math.floor((until - first) / lengthMs) + 1 }, (_, index) => first + index * lengthMs);
}

/** What is answered in time, else `instead`. */
async function orElse<T, Instead>(
  { clock }: ReaderParts,
  ask: () => MaybePromise<T>,
  instead: Instead,
): Promise<T | Instead> {
  try {
    return await withDeadline<T>(ask(), readDeadlineMs, clock, () => {
      throw new StoreUnavailableError({ message: "the store did not answer in time" });
    });
  } catch {
    return instead;
  }
}
