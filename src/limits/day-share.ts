import type { CountRow } from "./count-row.ts";
import type { Bound } from "./limit-windows.ts";
import { type Amounts, type Counts, larger, nothing, ofMinute, type Quantity, quantities } from "./quantities.ts";

/**
 * What this process has taken on one day. `used` is what calls took; `claimed`, which is never less once the row is
 * written, is what the row in the store says, so that nobody else takes it meanwhile.
 */
export class DayShare {
  readonly day: number;
  minute: number;
  readonly used: Counts = nothing();
  readonly claimed: Counts = nothing();
  /** What was used when the last round began. */
  readonly #before: Counts = nothing();
  /** Its number among the processes of the day. */
  place: number | undefined;
  /** Whether the row in the store says something else. */
  isBehind = false;
  /** A write came to no end, and may land after a later one, which is then to be made again. */
  isUnsure = false;
  /** Calls that have not said yet what they cost. */
  open = 0;
  #beat = 0;

  constructor(day: number, minute: number) {
    this.day = day;
    this.minute = minute;
  }

  enterMinute(minute: number): void {
    if (minute === this.minute) return;
    this.minute = minute;
    for (const name of ofMinute) {
      this.used[name] = 0n;
      this.claimed[name] = 0n;
      this.#before[name] = 0n;
    }
  }

  use(taken: Amounts, sign: 1n | -1n): void {
    for (const name of quantities) this.used[name] = larger(0n, this.used[name] + sign * taken[name]);
    this.isBehind = true;
  }

  /** Whether what was claimed is enough. */
  fits(wanted: Amounts, bounds: readonly Bound[]): boolean {
    for (const { quantity } of bounds)
      if (wanted[quantity] > 0n && this.used[quantity] + wanted[quantity] > this.claimed[quantity]) return false;
    return true;
  }

  /** What was claimed, or is used although it was not. */
  held(): Counts {
    const held = nothing();
    for (const name of quantities) held[name] = larger(this.claimed[name], this.used[name]);
    return held;
  }

  /** Gives back what was claimed and not used. */
  shrink(): void {
    Object.assign(this.claimed, this.used);
  }

  /** What is used from now on belongs to the next round. */
  beginRound(): void {
    Object.assign(this.#before, this.used);
  }

  /** What was used in this round. */
  recent(name: Quantity): bigint {
    return larger(0n, this.used[name] - this.#before[name]);
  }

  /** The row that says this. */
  row(claimed: Amounts): CountRow {
    return { minute: this.minute, beat: ++this.#beat, claimed: { ...claimed } };
  }
}
