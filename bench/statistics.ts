import type { Summary } from "./benchmark.ts";

/** `share` from 0 to 1, of values in ascending order, by the nearest rank. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const rank = Math.min(sorted.length, Math.max(1, Math.ceil(share * sorted.length)));
  return sorted[rank - 1] as number;
}

export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export function summary(values: readonly number[]): Summary {
  if (values.length === 0 || !values.every(Number.isFinite)) throw new Error(`not measured: [${values.join(", ")}]`);
  return { median: median(values), least: Math.min(...values), most: Math.max(...values), samples: values.length };
}
