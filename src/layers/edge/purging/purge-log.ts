import type { Clock, Random } from "../../../core/clock.ts";
import { withDeadline } from "../../../core/deadline.ts";
import type { EdgePurge } from "../../../core/edge-purges.ts";
import { StoreUnavailableError } from "../../../core/errors.ts";
import { systemTenant } from "../../../core/scopes.ts";
import type { MaybePromise, Store } from "../../../core/store.ts";
import { decodeRow, encodeRow, joined, type PlacedRow, type PurgeRow, spent } from "./purge-rows.ts";

/**
 * The purges that one cache has still to be told, as a log in the ordinary store, of whatever kind. A row is put at the first
 * free place with `add`, which lets one of several processes have it and tells the others, who take the next. A second value,
 * the state, says from which place on there is something to do. A row that was sent is not removed: whoever read the state
 * before would put a new row at its place, where nobody looks any more. It is made short, and forgotten a day later.
 */

export interface PurgeState {
  /** All rows before this place were sent, or given up. */
  readonly next: number;
  /** Rows before this place go one at a time, since together they were refused. */
  readonly singlyUntil: number;
  /** In a row that failed. */
  readonly tries: number;
  /** Milliseconds since the epoch, as all instants here. */
  readonly retryAt: number;
  readonly error?: string | undefined;
  readonly errorAt?: number | undefined;
  readonly doneAt?: number | undefined;
  readonly done: number;
  /** Rows that the cache does not accept, and that were given up. */
  readonly refused: number;
}

export const freshState: PurgeState = { next: 0, singlyUntil: 0, tries: 0, retryAt: 0, done: 0, refused: 0 };

export interface PurgeLogParts {
  /** Where what is to outlive this process is kept. */
  readonly store: Pick<Store, "get" | "add" | "set">;
  /** Of the cache, as the configuration has it. */
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
}

const rowsAtOnce = 64;
/** A store that takes longer is away. What it does in the end all the same does no harm. */
const storeMs = 2_000;
const dayMs = 86_400_000;
/** No cache in front keeps an answer for so long. */
const keptMs = 30 * dayMs;
const spentMs = dayMs;

export class PurgeLog {
  readonly #parts: PurgeLogParts;

  constructor(parts: PurgeLogParts) {
    this.#parts = parts;
  }

  /** Resolves with its place when the row is stored. */
  async append(purge: EdgePurge): Promise<number> {
    const { clock, random, store } = this.#parts;
    const id = Buffer.from(random.bytes(12)).toString("hex");
    const row: PurgeRow = { id, at: clock.now(), ...joined([purge]) };
    const bytes = encodeRow(row);
    const options = { deleteAt: clock.now() + keptMs, priority: "high" } as const;
    for (let place = await this.#end((await this.state()).next); ; place++) {
      const there = await this.#inTime(store.add(systemTenant, this.#key(place), bytes, options));
      if (Buffer.from(there).equals(bytes) && (await this.#isKept(place, bytes))) return place;
    }
  }

  /** `add` tells of what a store had no room for as if it were there. False: another has the place. */
  async #isKept(place: number, bytes: Uint8Array): Promise<boolean> {
    const [kept] = await this.#inTime(this.#parts.store.get(systemTenant, [this.#key(place)]));
    if (kept === undefined) throw new StoreUnavailableError({ message: "the store did not keep a purge" });
    // Another process may have sent it by now.
    return [bytes, spent].some((row) => Buffer.from(kept).equals(row));
  }

  /** The next rows that were not sent, 64 at most, in their order. */
  async pending(from: number): Promise<readonly PlacedRow[]> {
    for (let start = from; ; start += rowsAtOnce) {
      const found = await this.#values(start);
      const rows = found.flatMap((bytes, at) => {
        const row = bytes && decodeRow(bytes);
        return row === undefined ? [] : [{ place: start + at, row }];
      });
      if (rows.length > 0 || found.every((bytes) => bytes === undefined)) return rows;
    }
  }

  /** How many there are to send, and since when. */
  async backlog(): Promise<{ readonly rows: number; readonly since: number | undefined }> {
    let [rows, since] = [0, undefined as number | undefined];
    let from = (await this.state()).next;
    for (let some = await this.pending(from); some.length > 0; some = await this.pending(from)) {
      rows += some.length;
      since ??= some[0]?.row.at;
      from = (some.at(-1) as PlacedRow).place + 1;
    }
    return { rows, since };
  }

  async spend(rows: readonly PlacedRow[]): Promise<void> {
    const { clock, store } = this.#parts;
    const options = { deleteAt: clock.now() + spentMs, priority: "high" } as const;
    for (const { place } of rows) await this.#inTime(store.set(systemTenant, this.#key(place), spent, options));
  }

  async state(): Promise<PurgeState> {
    const [bytes] = await this.#inTime(this.#parts.store.get(systemTenant, [this.#key("state")]));
    if (bytes === undefined) return freshState;
    return { ...freshState, ...(JSON.parse(Buffer.from(bytes).toString()) as Partial<PurgeState>) };
  }

  async keep(state: PurgeState): Promise<void> {
    const options = { deleteAt: Number.POSITIVE_INFINITY, priority: "high" } as const;
    const bytes = Buffer.from(JSON.stringify(state));
    const result = await this.#inTime(this.#parts.store.set(systemTenant, this.#key("state"), bytes, options));
    if (result !== "stored") throw new StoreUnavailableError({ message: `the state of a purge was ${result}` });
  }

  /** The place behind the last row. */
  async #end(from: number): Promise<number> {
    for (let start = from; ; start += rowsAtOnce) {
      const last = (await this.#values(start)).findLastIndex((bytes) => bytes !== undefined);
      if (last < rowsAtOnce - 1) return start + last + 1;
    }
  }

  async #values(from: number): Promise<readonly (Uint8Array | undefined)[]> {
    const keys = Array.from({ length: rowsAtOnce }, (_, at) => this.#key(from + at));
    return this.#inTime(this.#parts.store.get(systemTenant, keys));
  }

  #inTime<T>(answer: MaybePromise<T>): MaybePromise<T> {
    return withDeadline(answer, storeMs, this.#parts.clock, () => {
      throw new StoreUnavailableError({ message: `the store did not answer within ${storeMs} ms` });
    });
  }

  #key(place: number | "state"): string {
    return `edge-purge:${this.#parts.name}:${place}`;
  }
}
