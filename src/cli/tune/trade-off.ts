import { wilsonBounds } from "../../layers/semantic/boundary/wilson.ts";

/**
 * What each threshold would have cost and brought: for every likeness that occurs, the records that reach it are hits,
 * and those of them that were labelled wrong are wrong hits. The threshold to recommend is the lowest one at which even
 * the upper bound of wrong hits (Wilson, 95 %) keeps what is allowed. Thresholds have four digits, and what is counted is
 * what reaches the threshold as it is printed.
 */

export interface Likeness {
  /** `undefined`: never served, such as what a guard vetoed. */
  readonly likeness: number | undefined;
  readonly right: boolean;
}

export interface Cost {
  readonly hits: number;
  readonly wrong: number;
  /** Of all records. */
  readonly hitRate: number;
  /** Of the records that are right. */
  readonly servedRight: number;
  /** Of hits, with its bounds. */
  readonly wrongPerHit: number;
  readonly lower: number;
  readonly upper: number;
}

export interface ThresholdCost extends Cost {
  readonly threshold: number;
}

export interface Totals {
  readonly records: number;
  readonly right: number;
}

const digits = 10_000;

export function totalsOf(records: readonly { readonly right: boolean }[]): Totals {
  return { records: records.length, right: records.filter(({ right }) => right).length };
}

/** Highest threshold first. */
export function thresholdCosts(records: readonly Likeness[]): readonly ThresholdCost[] {
  const totals = totalsOf(records);
  const byThreshold = new Map<number, { hits: number; wrong: number }>();
  for (const { likeness, right } of records) {
    if (likeness === undefined) continue;
    // The highest threshold that it reaches; 0.57 * 10,000 is a little below 5,700.
    const threshold = Math.floor(likeness * digits + 1e-6) / digits;
    const counted = byThreshold.get(threshold) ?? { hits: 0, wrong: 0 };
    byThreshold.set(threshold, { hits: counted.hits + 1, wrong: counted.wrong + (right ? 0 : 1) });
  }
  let hits = 0;
  let wrong = 0;
  return [...byThreshold]
    .sort(([one], [other]) => other - one)
    .map(([threshold, counted]) => {
      hits += counted.hits;
      wrong += counted.wrong;
      return { threshold, ...costOf(hits, wrong, totals) };
    });
}

export function costOf(hits: number, wrong: number, { records, right }: Totals): Cost {
  const { lower, upper } = wilsonBounds(wrong, hits);
  return {
    hits,
    wrong,
    hitRate: hits / Math.max(1, records),
    servedRight: (hits - wrong) / Math.max(1, right),
    wrongPerHit: wrong / Math.max(1, hits),
    lower,
    upper,
  };
}

/** The one with most hits of those that are sure to keep `allowed`. */
export function bestOf<Each extends Cost>(costs: readonly Each[], allowed: number): Each | undefined {
  return costs
    .filter(({ upper }) => upper <= allowed)
    .reduce<Each | undefined>((best, cost) => (best === undefined || cost.hits > best.hits ? cost : best), undefined);
}

/** At most `most` of them: first, last, and some evenly between, for a picture. */
export function thinned<Each>(costs: readonly Each[], most: number): readonly Each[] {
  if (costs.length <= most) return costs;
  return Array.from(
    { length: most },
    (_, index) => costs[Math.round((index * (costs.length - 1)) / (most - 1))],
  ).filter((cost) => cost !== undefined);
}
