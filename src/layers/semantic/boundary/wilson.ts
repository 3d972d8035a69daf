/**
 * Wilson's score interval: between which shares the true one lies when `part` of `whole` were seen (E. B. Wilson,
 * Journal of the American Statistical Association 22, 1927). Unlike the plain normal interval it stays within [0, 1]
 * and is honest for shares near 0 and 1, where all that matters here lies. Both counts may be fractions.
 */

export interface ShareBounds {
  readonly lower: number;
  readonly upper: number;
}

/** Of 95 % confidence in all: 2.5 % are left on either side. */
export const usualDeviations = 1.959964;

/** Nothing seen says nothing: from 0 to 1. */
export function wilsonBounds(part: number, whole: number, deviations = usualDeviations): ShareBounds {
  if (!(whole > 0)) return { lower: 0, upper: 1 };
  const share = part / whole;
  const spread = (deviations * deviations) / whole;
  const middle = (share + spread / 2) / (1 + spread);
  const margin = Math.sqrt(spread * share * (1 - share) + (spread * spread) / 4) / (1 + spread);
  return { lower: Math.max(0, middle - margin), upper: Math.min(1, middle + margin) };
}
