/**
 * What a replica has still to compute before a prompt that comes now gets its turn: what its cache lacks of the prompts
 * that have not begun to answer, less what it must have done of the first of them since that got its turn. Prompts are
 * supposed to be computed in the order in which they were sent.
 */

export interface Waiting {
  readonly lacking: number;
  turnAtMs: number | undefined;
}

export class PrefillQueue {
  readonly #waiting = new Set<Waiting>();
  #sum = 0;

  get size(): number {
    return this.#waiting.size;
  }

  /** `speed`: units a millisecond; `undefined` while nobody knows. */
  left(nowMs: number, speed: number | undefined): number {
    const [first] = this.#waiting;
    if (first?.turnAtMs === undefined || speed === undefined) return this.#sum;
    return this.#sum - Math.min(first.lacking, Math.max(0, nowMs - first.turnAtMs) * speed);
  }

  add(lacking: number, nowMs: number): Waiting {
    const waiting: Waiting = { lacking, turnAtMs: this.size === 0 ? nowMs : undefined };
    this.#waiting.add(waiting);
    this.#sum += lacking;
    return waiting;
  }

  /** It has begun to answer, or will not. */
  remove(waiting: Waiting, nowMs: number): void {
    if (!this.#waiting.delete(waiting)) return;
    // What adds up to nothing must not leave a rest of rounding.
    this.#sum = this.size === 0 ? 0 : this.#sum - waiting.lacking;
    const [first] = this.#waiting;
    if (first !== undefined) first.turnAtMs ??= nowMs;
  }
}
