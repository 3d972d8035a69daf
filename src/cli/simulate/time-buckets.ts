/**
 * Calls and hits over the time of a log of any length, in a bounded number of equal spans: when there would be more, two
 * of them become one.
 */

const mostBuckets = 120;
const firstSpanMs = 1_000;

interface Bucket {
  calls: number;
  hits: number;
}

export class TimeBuckets {
  #spanMs = firstSpanMs;
  #first: number | undefined;
  #buckets: (Bucket | undefined)[] = [];

  add(at: number, isHit: boolean): void {
    this.#first ??= at;
    while (at - this.#first >= this.#spanMs * mostBuckets) this.#widen();
    const place = Math.max(0, Math.floor((at - this.#first) / this.#spanMs));
    let bucket = this.#buckets[place];
    if (bucket === undefined) {
      bucket = { calls: 0, hits: 0 };
      this.#buckets[place] = bucket;
    }
    bucket.calls++;
    if (isHit) bucket.hits++;
  }

  /** In the order of time; without those in which nothing happened. */
  all(): readonly { readonly at: number; readonly calls: number; readonly hits: number }[] {
    const first = this.#first ?? 0;
    return this.#buckets.flatMap((bucket, place) =>
      bucket === undefined ? [] : [{ at: first + place * this.#spanMs, ...bucket }],
    );
  }

  #widen(): void {
    const wide: (Bucket | undefined)[] = [];
    for (const [place, bucket] of this.#buckets.entries()) {
      if (bucket === undefined) continue;
      const there = wide[place >> 1];
      wide[place >> 1] =
        there === undefined ? bucket : { calls: there.calls + bucket.calls, hits: there.hits + bucket.hits };
    }
    this.#buckets = wide;
    this.#spanMs *= 2;
  }
}
