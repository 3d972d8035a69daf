/**
 * How `store.memoryBytes` is divided: everything that the cache keeps in memory lies within the one bound. Answers get
 * what is left by the three look-asides that make a hit cheap.
 */
export interface MemoryShares {
  /** Answers in the memory tier. */
  readonly answers: number;
  /** Answers that were converted between JSON and a stream. */
  readonly replays: number;
  /** Requests that were parsed and keyed. */
  readonly readings: number;
  /** Entries that were verified and taken apart. */
  readonly opened: number;
}

export function memoryShares(bytes: number): MemoryShares {
  const replays = Math.floor(bytes / 8);
  const readings = Math.floor((bytes * 5) / 32);
  const opened = Math.floor(bytes / 16);
  return { answers: bytes - replays - readings - opened, replays, readings, opened };
}
