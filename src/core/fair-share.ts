/**
 * How much each of several tenants may have of what is bounded before it is the first to give something up: an equal part
 * (max-min fairness: nobody gets more while somebody has less and wants it).
 */

/** A share is no smaller than the whole divided by this: else many that want next to nothing would leave nobody any. */
const mostShares = 64;

export function shareOf(whole: number, tenants: number): number {
  return whole / Math.min(tenants, mostShares);
}
