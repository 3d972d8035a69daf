/**
 * Scores lie in [0, 1]. What is learnt of them is learnt on their log-odds: there a scorer that is right as often as it
 * says lies on a straight line, and 0.99 is as far from 0.999 as 0.9 is. The line from -8 to 8 (0.0003 to 0.9997) is
 * divided into bins of half a unit; what lies beyond counts as the outermost bin.
 */

const end = 8;
const binWidth = 0.5;
/** Bins, lowest first. */
export const binCount = (2 * end) / binWidth;

export function probabilityOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Log-odds of a score, at most 8 away from 0. What is no number counts as the lowest. */
export function logOddsOf(score: number): number {
  if (!(score > 0)) return -end;
  if (score >= 1) return end;
  return Math.min(end, Math.max(-end, Math.log(score / (1 - score))));
}

/** Where a score lies between the middles of the bins: 3.5 is half way between those of bins 3 and 4. */
export function placeOf(score: number): number {
  const place = (logOddsOf(score) + end) / binWidth - 0.5;
  return Math.min(binCount - 1, Math.max(0, place));
}

export function binOf(score: number): number {
  return Math.min(binCount - 1, Math.floor((logOddsOf(score) + end) / binWidth));
}

/** Log-odds in the middle of a bin. */
export function middleOf(bin: number): number {
  return (bin + 0.5) * binWidth - end;
}
