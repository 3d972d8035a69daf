import type { Clock } from "../core/clock.ts";
import { withDeadline } from "../core/deadline.ts";
import { StoreUnavailableError } from "../core/errors.ts";
import { contentDigest } from "../core/fingerprint.ts";
import { nodesOf, type PlaceList, takePlace } from "../core/node-places.ts";
import { systemTenant } from "../core/scopes.ts";
import type { Store } from "../core/store.ts";
import { type CountRow, decodeCountRow, encodeCountRow } from "./count-row.ts";
import { dayMs } from "./limit-windows.ts";

/**
 * The rows of an account in the store: one for each day and each process that took something on it, written by that
 * process alone and always as a whole, so that a write that is repeated does no harm. Which processes there are stands in
 * numbered places. All of it rejects where the store does not answer in time.
 */

export interface SharedCountsParts {
  readonly store: Pick<Store, "get" | "add" | "set">;
  readonly clock: Clock;
  /** The name of this process; another one after every start. */
  readonly node: string;
  /** Until what was written can be read by the other processes, where that is later than its acknowledgement. */
  readonly flush?: (() => Promise<void>) | undefined;
  /** For what is asked of the store together. */
  readonly deadlineMs: number;
}

/** What each process has taken, by its name. */
export type Rows = ReadonlyMap<string, CountRow>;

/** Behind the month they belong to: whoever sums up a month reads the days before. */
const keptMs = 33 * dayMs;

export class SharedCounts {
  readonly node: string;
  readonly #parts: SharedCountsParts;

  constructor(parts: SharedCountsParts) {
    this.#parts = parts;
    this.node = parts.node;
  }

  /** Takes a place among the processes of that day, or sees that `known` is still its own. */
  place(account: string, day: number, known: number | undefined): Promise<number> {
    return this.#inTime(async () => {
      const place = await takePlace(this.#parts.store, placesOf(account, day), this.node, known);
      if (place === undefined) throw away("all places of the day are taken");
      return place;
    });
  }

  write(account: string, day: number, row: CountRow): Promise<void> {
    return this.#inTime(() => this.#write(account, day, row));
  }

  read(account: string, day: number): Promise<Rows> {
    return this.#inTime(() => this.#read(account, day));
  }

  /** Writes first and reads then: of two processes that do so at once, one at least sees what the other wrote. */
  exchange(account: string, day: number, row: CountRow): Promise<Rows> {
    return this.#inTime(async () => {
      await this.#write(account, day, row);
      return this.#read(account, day);
    });
  }

  /** What all processes together have spent on these days, in picodollars. */
  spent(account: string, days: readonly number[]): Promise<bigint> {
    return this.#inTime(async () => {
      const rows = await Promise.all(days.map((day) => this.#read(account, day)));
      return rows.reduce(
        (sum, ofDay) => [...ofDay.values()].reduce((all, row) => all + row.claimed.picodollars, sum),
        0n,
      );
    });
  }

  async #write(account: string, day: number, row: CountRow): Promise<void> {
    const { store, flush } = this.#parts;
    const options = { deleteAt: day + keptMs, priority: "high" } as const;
    const result = await store.set(systemTenant, rowKey(account, day, this.node), encodeCountRow(row), options);
    if (result !== "stored") throw away("the store did not take them");
    await flush?.();
  }

  async #read(account: string, day: number): Promise<Rows> {
    const { store } = this.#parts;
    const { nodes } = await nodesOf(store, placesOf(account, day));
    if (nodes.length === 0) return new Map();
    const keys = nodes.map((node) => rowKey(account, day, node));
    const found = await store.get(systemTenant, keys);
    const rows = new Map<string, CountRow>();
    for (const [index, bytes] of found.entries()) {
      const row = bytes && decodeCountRow(bytes);
      if (row !== undefined) rows.set(nodes[index] as string, row);
    }
    return rows;
  }

  async #inTime<T>(work: () => Promise<T>): Promise<T> {
    const { clock, deadlineMs } = this.#parts;
    return withDeadline(work(), deadlineMs, clock, () => {
      throw away("the store did not answer in time");
    });
  }
}

function away(why: string): StoreUnavailableError {
  return new StoreUnavailableError({ message: `what callers have taken could not be shared: ${why}` });
}

function prefixOf(account: string, day: number): string {
  return `${contentDigest(account)}:${(day / dayMs).toString(36)}`;
}

function rowKey(account: string, day: number, node: string): string {
  return `limit-row:${prefixOf(account, day)}:${node}`;
}

function placesOf(account: string, day: number): PlaceList {
  const prefix = `limit-nodes:${prefixOf(account, day)}:`;
  return { keyOf: (place) => prefix + place, deleteAt: day + keptMs };
}
