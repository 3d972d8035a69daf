/**
 * Label values that come from requests, of which those that are asked for most have a label of their own and all others
 * are "other". Who is frequent is found by Space-Saving (Metwally, Agrawal, El Abbadi: "Efficient Computation of Frequent
 * and Top-k Elements in Data Streams", 2005): a fixed number of counts, where a value without one takes over the
 * smallest and goes on counting from there, so that no frequent one is overlooked. Counts are halved from time to time:
 * who was frequent yesterday does not stay so.
 *
 * A value that gets a label begins at nothing, and was part of "other" before; one that loses it is forgotten with what it
 * had counted. Rates therefore stay right: no series ever falls, or jumps by what another one has counted.
 */

const countsPerLabel = 10;
const halvedEvery = 20_000;
/** So much more than the least of those that have a label must another one have, so that two do not take turns. */
const ahead = 2;

export class TopLabels {
  readonly #most: number;
  readonly #onDropped: (value: string) => void;
  readonly #counts = new Map<string, number>();
  readonly #named = new Set<string>();
  #seen = 0;

  /** `onDropped` hears of each value that has lost its label. */
  constructor(most: number, onDropped: (value: string) => void) {
    this.#most = most;
    this.#onDropped = onDropped;
  }

  /** Counts the value and gives its label. */
  of(value: string): string {
    const count = this.#count(value);
    if (this.#named.has(value)) return value;
    if (value.length > 100) return "other";
    if (this.#named.size >= this.#most) {
      const least = this.#least(this.#named);
      if (count < ahead * (this.#counts.get(least) ?? 0) + 1) return "other";
      this.#named.delete(least);
      this.#onDropped(least);
    }
    this.#named.add(value);
    return value;
  }

  /** Forgets the value, and what it has counted. */
  forget(value: string): void {
    this.#counts.delete(value);
    if (this.#named.delete(value)) this.#onDropped(value);
  }

  #count(value: string): number {
    if (++this.#seen % halvedEvery === 0)
      for (const [name, count] of this.#counts) this.#counts.set(name, Math.floor(count / 2));
    let count = this.#counts.get(value);
    if (count === undefined && this.#counts.size >= this.#most * countsPerLabel) {
      const least = this.#least(this.#counts.keys());
      count = this.#counts.get(least);
      this.#counts.delete(least);
    }
    const counted = (count ?? 0) + 1;
    this.#counts.set(value, counted);
    return counted;
  }

  #least(values: Iterable<string>): string {
    let least = "";
    let smallest = Number.POSITIVE_INFINITY;
    for (const value of values) {
      const count = this.#counts.get(value) ?? 0;
      if (count < smallest) [least, smallest] = [value, count];
    }
    return least;
  }
}
