import type { CountRow } from "./count-row.ts";
import { minuteMs } from "./limit-windows.ts";
import { type Amounts, type Counts, nothing, ofDay, ofMinute } from "./quantities.ts";
import type { Rows } from "./shared-counts.ts";

/** What the other processes have taken of an account, as it was last read. */
export class OtherNodes {
  readonly #aliveMs: number;
  /** When each one's row was last seen to change, by the monotonic clock. */
  readonly #beats = new Map<string, { readonly beat: number; readonly since: number }>();
  #rows: Rows = new Map();
  /** Of the day before, of those who have written nothing on this one: their calls may still be under way. */
  #before = new Map<string, CountRow>();
  /** How many processes there are, this one among them. */
  nodes = 1;
  readAt = Number.NEGATIVE_INFINITY;

  /** `aliveMs`: after so long without a word its calls under way have ended with it. */
  constructor(aliveMs: number) {
    this.#aliveMs = aliveMs;
  }

  /** `own`: the name of this process, whose row says nothing new. */
  heard(rows: Rows, own: string, now: number): void {
    const others = new Map(rows);
    others.delete(own);
    this.#rows = others;
    this.nodes = others.size + 1;
    this.readAt = now;
    for (const node of this.#before.keys())
      if (others.has(node) || !this.#isAlive(node, now)) this.#before.delete(node);
    for (const node of this.#beats.keys()) if (!others.has(node) && !this.#before.has(node)) this.#beats.delete(node);
    for (const [node, { beat }] of others)
      if (this.#beats.get(node)?.beat !== beat) this.#beats.set(node, { beat, since: now });
  }

  /** Those of a new day begin with nothing but the calls that are under way. */
  forget(): void {
    this.#before = new Map([...this.#before, ...this.#rows]);
    this.#rows = new Map();
    this.readAt = Number.NEGATIVE_INFINITY;
  }

  /** In this minute, and on this day. */
  taken(minute: number, now: number): Amounts {
    const sum: Counts = nothing();
    for (const row of this.#rows.values()) {
      for (const name of ofDay) sum[name] += row.claimed[name];
      // A clock that is ahead by less than a minute has begun the next one already.
      if (row.minute === minute || row.minute === minute + minuteMs)
        for (const name of ofMinute) sum[name] += row.claimed[name];
    }
    for (const [node, { claimed }] of [...this.#before, ...this.#rows])
      if (this.#isAlive(node, now)) sum.concurrent += claimed.concurrent;
    return sum;
  }

  #isAlive(node: string, now: number): boolean {
    const since = this.#beats.get(node)?.since ?? Number.NEGATIVE_INFINITY;
    return now - since < this.#aliveMs;
  }
}
