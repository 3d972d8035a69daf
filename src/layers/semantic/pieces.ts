import type { Clock } from "../../core/clock.ts";

/**
 * Work that may be long, in pieces: long questions take a millisecond each to be compared, and eight of them at once
 * would hold up every other call of the process. Short work is one piece and waits for nothing.
 */
export class Pieces {
  readonly #clock: Clock;
  readonly #nextTurn: () => Promise<void>;
  #startedAt: number;

  constructor(clock: Clock, nextTurn: () => Promise<void>) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
    this.#startedAt = clock.monotonic();
  }

  /** The piece has taken so long that others should have their turn. */
  get isLong(): boolean {
    return this.#clock.monotonic() - this.#startedAt >= longMs;
  }

  /** Resolves when they had it. */
  async next(): Promise<void> {
    await this.#nextTurn();
    this.#startedAt = this.#clock.monotonic();
  }
}

/** With what one more comparison takes, a piece stays below five milliseconds. */
const longMs = 1.5;
