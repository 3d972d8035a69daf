/**
 * How many blocks were used since a block was: its distance in the order of use, which decides whether a cache that
 * forgets the least recently used still has it. Uses are numbered in spans; for each span it is known how many blocks were
 * used last in it, so that a distance is a sum over spans, right to within one span.
 */

const usesInSpan = 64;

export class Recency {
  /** Of each span, from the earliest that counts, how many blocks were used last in it. */
  #counts: number[] = [0];
  #earliest = 0;
  #usesInLast = 0;

  /** The span of uses that happen now. */
  get now(): number {
    return this.#earliest + this.#counts.length - 1;
  }

  /** A block is used that was used in span `before`, if ever. Returns its span from now on. */
  use(before: number | undefined): number {
    if (before !== undefined) this.leave(before);
    if (this.#usesInLast === usesInSpan) {
      this.#counts.push(0);
      this.#usesInLast = 0;
    }
    this.#usesInLast++;
    const last = this.#counts.length - 1;
    this.#counts[last] = (this.#counts[last] as number) + 1;
    return this.now;
  }

  /** A block is forgotten. */
  leave(span: number): void {
    const place = span - this.#earliest;
    this.#counts[place] = (this.#counts[place] as number) - 1;
    let empty = 0;
    while (empty < this.#counts.length - 1 && this.#counts[empty] === 0) empty++;
    if (empty === 0) return;
    this.#counts.splice(0, empty);
    this.#earliest += empty;
  }

  /** How many blocks were used after a use in `span`. */
  distance(span: number): number {
    let sum = 0;
    for (let place = span - this.#earliest + 1; place < this.#counts.length; place++)
      sum += this.#counts[place] as number;
    return sum;
  }
}
