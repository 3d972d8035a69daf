/**
 * How `store.memoryBytes` is divided: everything that the cache keeps in memory lies within the one bound. Answers get
 * what is left by the look-asides that make a hit cheap.
 */
export interface MemoryShares {
  /** Answers in the memory tier. */
  readonly answers: number;
  /** Answers that were converted between JSON and a stream. */
  readonly replays: number;
  /** Replies of vectors as they were written. */
  readonly renderings: number;
  /** Requests that were parsed and keyed. */
  readonly readings: number;
  /** Batches of inputs that were parsed and keyed. */
  readonly vectorReadings: number;
  /** Entries that were verified and taken apart. */
  readonly opened: number;
  /** Vectors of questions, where they are kept in this process. */
  readonly vectors: number;
}

export function memoryShares(bytes: number): MemoryShares {
  const share = (of32: number): number => Math.max(1, Math.floor((bytes * of32) / 32));
  const [replays, renderings, readings, vectorReadings, opened] = [share(3), share(2), share(4), share(1), share(2)];
  const vectors = share(3);
  return {
    answers: Math.max(1, bytes - replays - renderings - readings - vectorReadings - opened - vectors),
    replays,
    renderings,
    readings,
    vectorReadings,
    opened,
    vectors,
  };
}
