import type { Holding } from "../core/holding.ts";

/** Entries of the memory store, held where they stand. One that was removed or replaced lives no longer for good. */

export interface HeldEntry {
  readonly value: Uint8Array;
  readonly deleteAt: number;
  readonly storedAt: number;
  visited: boolean;
}

export class HeldEntries implements Holding {
  readonly values: readonly Uint8Array[];
  readonly #entries: readonly HeldEntry[];

  private constructor(entries: readonly HeldEntry[]) {
    this.#entries = entries;
    this.values = entries.map(({ value }) => value);
  }

  /** `undefined` when one is missing, or may expire. */
  static of(entries: readonly (HeldEntry | undefined)[]): HeldEntries | undefined {
    return entries.every((entry) => entry?.deleteAt === Number.POSITIVE_INFINITY)
      ? new HeldEntries(entries as readonly HeldEntry[])
      : undefined;
  }

  isCurrent(storedAfter = Number.NEGATIVE_INFINITY): boolean {
    const entries = this.#entries;
    const { values } = this;
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index] as HeldEntry;
      if (entry.value !== values[index] || entry.deleteAt !== Number.POSITIVE_INFINITY) return false;
      if (entry.storedAt <= storedAfter) return false;
      entry.visited = true;
    }
    return true;
  }
}
