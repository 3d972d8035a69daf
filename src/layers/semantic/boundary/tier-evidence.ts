import { fitLogistic, type LogisticSample } from "./logistic-fit.ts";
import { binCount, binOf, logOddsOf, middleOf, probabilityOf } from "./score-scale.ts";

/**
 * What is known of all entries of a tier together: how often each score was right and wrong. It has two parts. What is
 * shipped was measured before and never changes. What is learnt here corrects it in two ways. All labels together tell
 * where this traffic differs: the shipped log-odds are moved along a line (logistic recalibration: D. R. Cox, Biometrika
 * 45, 1958), so that labels where there are many also teach about scores where there are few. And bin by bin what is
 * learnt takes the place of what is shipped as it grows (a power prior: J. G. Ibrahim and M.-H. Chen, Statistical Science
 * 15, 2000). Both are bounded, so that what was learnt lately is never drowned by what was true long ago.
 */

/** How often each bin of scores was right and wrong. */
export interface ScoreCounts {
  readonly right: readonly number[];
  readonly wrong: readonly number[];
}

export interface TierEvidence {
  readonly shipped: ScoreCounts;
  readonly learnt: ScoreCounts;
  readonly kinship: Kinship;
}

/**
 * How much labels of the same entry resemble one another: sums over pairs of them, of the product of what was
 * surprising in both, and of what that product would be for each unit of variance between entries.
 */
export interface Kinship {
  readonly products: number;
  readonly weight: number;
}

/** A shipped bin counts as so many labels at most. */
const mostShipped = 3_000;
/** As many labels learnt in a bin halve what is shipped of it. */
const halvingLabels = 400;
/** When so many were learnt, all of them count half. */
const mostLearnt = 8_192;
/** The line starts as one that changes nothing, and labels must be some dozens to move it. */
const unmoved = { intercept: { mean: 0, precision: 10 }, slope: { mean: 1, precision: 40 } };

export const noCounts: ScoreCounts = { right: Array(binCount).fill(0), wrong: Array(binCount).fill(0) };

export function evidenceFrom(shipped: ScoreCounts): TierEvidence {
  return { shipped, learnt: noCounts, kinship: { products: 0, weight: 0 } };
}

/** What is believed as long as nothing was measured: the odds of the scorer are e times too high. */
export const cautiousCounts: ScoreCounts = (() => {
  const right = Array.from({ length: binCount }, (_, bin) => mostShipped * probabilityOf(middleOf(bin) - 1));
  return { right, wrong: right.map((count) => mostShipped - count) };
})();

/** Counts of each bin, with what is shipped corrected and at the weight that is left to it. */
export function weighedCounts({ shipped, learnt }: TierEvidence): readonly { right: number; wrong: number }[] {
  const samples: LogisticSample[] = [];
  const bins = Array.from({ length: binCount }, (_, bin) => {
    const labels = { right: learnt.right[bin] ?? 0, wrong: learnt.wrong[bin] ?? 0 };
    const before = { right: shipped.right[bin] ?? 0, wrong: shipped.wrong[bin] ?? 0 };
    const total = before.right + before.wrong;
    // What the scorer says counts as one label more, so that few labels without a wrong one are not made worse than they are.
    const logOdds = logOddsOf((before.right + probabilityOf(middleOf(bin))) / (total + 1));
    if (total > 0) samples.push({ x: logOdds, ...labels });
    return { labels, logOdds, total };
  });
  const line = fitLogistic(samples, unmoved);
  return bins.map(({ labels, logOdds, total }) => {
    const weight = halvingLabels / (halvingLabels + labels.right + labels.wrong);
    const counted = Math.min(mostShipped, total) * weight;
    const right = probabilityOf(line.intercept + line.slope * logOdds);
    return { right: labels.right + counted * right, wrong: labels.wrong + counted * (1 - right) };
  });
}

/** With one label more. */
export function withLabel(evidence: TierEvidence, score: number, right: boolean, kinship: Kinship): TierEvidence {
  const bin = binOf(score);
  const grow = (list: readonly number[]) => list.map((count, index) => (index === bin ? count + 1 : count));
  const { learnt } = evidence;
  const grown = right ? { ...learnt, right: grow(learnt.right) } : { ...learnt, wrong: grow(learnt.wrong) };
  const share = labelsIn(grown) < mostLearnt ? 1 : 0.5;
  return {
    shipped: evidence.shipped,
    learnt: { right: grown.right.map((count) => count * share), wrong: grown.wrong.map((count) => count * share) },
    kinship: { products: kinship.products * share, weight: kinship.weight * share },
  };
}

export function labelsIn({ right, wrong }: ScoreCounts): number {
  return [...right, ...wrong].reduce((sum, count) => sum + count, 0);
}
