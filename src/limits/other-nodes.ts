import { minuteMs } from "./limit-windows.ts";
import { type Amounts, type Counts, nothing, ofDay, ofMinute } from "./quantities.ts";
import type { Rows } from "./shared-counts.ts";

/** What the other processes have taken of an account, as it was last read. */
export class OtherNodes {
  readonly #aliveMs: number;
  /** When each one's row was last seen to change, by the monotonic clock. */
  readonly #beats = new Map<string, { readonly beat: number; readonly since: number }>();
  #rows: Rows = new Map();
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
    for (const node of this.#beats.keys()) if (!others.has(node)) this.#beats.delete(node);
    for (const [node, { beat }] of others)
      if (this.#beats.get(node)?.beat !== beat) this.#beats.set(node, { beat, since: now });
  }

  /** Those of a new day begin with nothing. */
  forget(): void {
    this.#rows = new Map();
    this.readAt = Number.NEGATIVE_INFINITY;
  }

  /** In this minute, and on this day. */
  taken(minute: number, now: number): Amounts {
    const sum: Counts = nothing();
    for (const [node, row] of this.#rows) {
      for (const name of ofDay) sum[name] += row.claimed[name];
      // A clock that is ahead by less than a minute has begun the next one already.
      if (row.minute === minute || row.minute === minute + minuteMs)
        for (const name of ofMinute) sum[name] += row.claimed[name];
      const since = this.#beats.get(node)?.since ?? Number.NEGATIVE_INFINITY;
      if (now - since < this.#aliveMs) sum.concurrent += row.claimed.concurrent;
    }
    return sum;
  }
}
