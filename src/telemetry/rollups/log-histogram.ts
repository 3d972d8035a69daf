/**
 * A distribution of durations that can be added to another. The bounds of the buckets grow by the fourth root of two, 19 %,
 * from ten microseconds to eleven minutes, and are the same everywhere and for good: the sum of two histograms is that of
 * all they have seen, and a quantile read from it, at the geometric middle of its bucket, is off by at most 9 %.
 */

const smallestMs = 0.01;
const perDoubling = 4;
/** The last one holds what is above all bounds. */
export const buckets = 106;

export class LogHistogram {
  readonly #counts = new Float64Array(buckets);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(durationMs: number): void {
    this.addTo(bucketOf(durationMs), 1);
  }

  addTo(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] as number) + count;
    this.#count += count;
  }

  merge(other: LogHistogram): void {
    const counts = other.#counts;
    if (other.#count > 0) for (let bucket = 0; bucket < buckets; bucket++) this.addTo(bucket, counts[bucket] as number);
  }

  /** Bucket and count of those that hold something. */
  filled(): readonly (readonly [number, number])[] {
    return [...this.#counts].flatMap((count, bucket) => (count === 0 ? [] : [[bucket, count] as const]));
  }

  /** The duration that the part `quantile` of all does not exceed; `undefined` when there are none. */
  quantile(quantile: number): number | undefined {
    const rank = Math.max(1, Math.ceil(quantile * this.#count));
    let seen = 0;
    for (const [bucket, count] of this.filled()) {
      seen += count;
      if (seen >= rank) return middleOf(bucket);
    }
    return undefined;
  }
}

function bucketOf(durationMs: number): number {
  if (!(durationMs > smallestMs)) return 0;
  return Math.min(buckets - 1, Math.ceil(perDoubling * Math.log2(durationMs / smallestMs)));
}

/** To three digits: there is no more to it. */
function middleOf(bucket: number): number {
  return Number((smallestMs * 2 ** ((bucket - 0.5) / perDoubling)).toPrecision(3));
}
