import type { Clock } from "../../core/clock.ts";
import { withDeadline } from "../../core/deadline.ts";
import { StoreUnavailableError } from "../../core/errors.ts";
import { takePlace } from "../../core/node-places.ts";
import { systemTenant } from "../../core/scopes.ts";
import type { MaybePromise, Store } from "../../core/store.ts";
import { deleteAtOf, endOf, placesOf, rowKey, startOf, steps } from "./periods.ts";
import { Rollup } from "./rollup.ts";
import { encodeRow } from "./rollup-row.ts";
import type { Step } from "./stats-report.ts";

/**
 * The rows of this process: one for each minute, hour and day in which something was counted. A row stays here while its
 * period goes on, or until the store has taken it, and is written as a whole, so a write that is repeated does no harm.
 * No other process writes it, whose name is another; after a restart it is another name, too. While the store is away
 * rows are kept, as many as there is room for: minutes go first, since their hours know what they knew.
 */

interface Row {
  readonly step: Step;
  readonly start: number;
  readonly key: string;
  readonly rollup: Rollup;
  /** Grows with every change. */
  version: number;
  /** The version that the store has; -1 for none. */
  written: number;
  /** A write came to no end: it may land after one that came later, which is then to be made again. */
  unsure: boolean;
}

/** As many as eight days without a store need, with their hours and last minutes. */
const mostRows = 400;
const writeDeadlineMs = 2_000;
/** How often a process sees whether the store still knows its place. */
const lookAfterMs = 60_000;

export interface WriterParts {
  readonly store: Pick<Store, "get" | "add" | "set">;
  readonly clock: Clock;
  readonly node: string;
}

export class RollupWriter {
  readonly #parts: WriterParts;
  readonly #rows = new Map<string, Row>();
  /** By day. */
  readonly #places = new Map<number, { readonly place: number; readonly lookAt: number }>();
  #writing: Promise<boolean> | undefined;
  /** Rows of which the store will never know all. */
  dropped = 0;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Adds what was counted around `at`. */
  add(counted: Rollup, at: number): void {
    for (const step of steps) {
      const start = startOf(step, at);
      const key = rowKey(step, start, this.#parts.node);
      let row = this.#rows.get(key);
      if (row === undefined) {
        row = { step, start, key, rollup: new Rollup(), version: 0, written: -1, unsure: false };
        this.#rows.set(key, row);
      }
      row.rollup.merge(counted);
      row.version++;
    }
    this.#makeRoom();
  }

  /** What stands here, and may be newer than in the store. */
  at(key: string): Rollup | undefined {
    return this.#rows.get(key)?.rollup;
  }

  get isBehind(): boolean {
    return [...this.#rows.values()].some(isBehind);
  }

  /** Writes what the store does not have. Whether it has all of it now. Never rejects. */
  write(): Promise<boolean> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #write(): Promise<boolean> {
    const { clock } = this.#parts;
    const now = clock.now();
    for (const [key, { step, start }] of this.#rows) if (deleteAtOf(step, start) <= now) this.#rows.delete(key);
    try {
      for (const row of [...this.#rows.values()].filter(isBehind)) await this.#writeRow(row);
    } catch {
      // Whoever answers next may have forgotten what it had.
      for (const row of this.#rows.values()) row.written = -1;
      this.#places.clear();
      return false;
    }
    for (const [key, row] of this.#rows)
      if (!isBehind(row) && endOf(row.step, row.start) <= now) this.#rows.delete(key);
    for (const day of this.#places.keys()) if (deleteAtOf("hour", day) <= now) this.#places.delete(day);
    return true;
  }

  async #writeRow(row: Row): Promise<void> {
    const { store } = this.#parts;
    const { key, step, start, version, rollup } = row;
    if (!(await this.#hasPlace(startOf("day", start)))) {
      this.#drop(key);
      return;
    }
    const wasUnsure = row.unsure;
    row.unsure = true;
    const options = { deleteAt: deleteAtOf(step, start), priority: "high" } as const;
    const result = await this.#inTime(store.set(systemTenant, key, encodeRow(rollup), options));
    if (result === "declined") return this.#drop(key);
    if (result !== "stored") throw away();
    row.written = version;
    row.unsure = false;
    // What came to no end before may come now; by the next time it has come, or never will.
    if (wasUnsure) row.written = -1;
  }

  async #hasPlace(day: number): Promise<boolean> {
    const { clock, node, store } = this.#parts;
    const known = this.#places.get(day);
    const now = clock.monotonic();
    if (known !== undefined && known.lookAt > now) return true;
    const place = await this.#inTime(takePlace(store, placesOf(day), node, known?.place));
    if (place === undefined) return false;
    this.#places.set(day, { place, lookAt: now + lookAfterMs });
    return true;
  }

  #inTime<T>(answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, writeDeadlineMs, this.#parts.clock, () => {
      throw away();
    });
  }

  #makeRoom(): void {
    for (const step of steps) {
      for (const [key, row] of this.#rows) {
        if (this.#rows.size <= mostRows) return;
        if (row.step === step) this.#drop(key);
      }
    }
  }

  #drop(key: string): void {
    this.#rows.delete(key);
    this.dropped++;
  }
}

function isBehind({ version, written }: Row): boolean {
  return written !== version;
}

function away(): StoreUnavailableError {
  return new StoreUnavailableError({ message: "the store did not take what the ledger counted" });
}
