import { wilsonBounds } from "../../src/layers/semantic/boundary/wilson.ts";
import type { Judged } from "./judging.ts";

/** Counts of what was judged, shares with their bounds, and how many repeats can be served at which share of wrong hits. */

export interface Tally {
  readonly asked: number;
  readonly servable: number;
  readonly right: number;
  readonly wrong: number;
  readonly unlabelled: number;
}

/** `threshold`: for what leaves it to one; `undefined` for what decides itself. */
export function tally(judged: readonly Judged[], threshold: number | undefined): Tally {
  const served = judged.filter(({ serves, score }) => serves ?? score >= (threshold as number));
  const count = (judgement: Judged["judgement"]) => served.filter((one) => one.judgement === judgement).length;
  return {
    asked: judged.length,
    servable: judged.filter(({ isServable }) => isServable).length,
    right: count("right"),
    wrong: count("wrong"),
    unlabelled: count("unlabelled"),
  };
}

export interface Share {
  readonly part: number;
  readonly whole: number;
}

/** Such as `97.2 % (96.1–98.0)`: the share, and its bounds of 95 % confidence. */
export function shown({ part, whole }: Share): string {
  if (whole === 0) return "–";
  const { lower, upper } = wilsonBounds(part, whole);
  const digits = part / whole < 0.1 ? 2 : 1;
  const percent = (share: number) => (100 * share).toFixed(digits);
  return `${percent(part / whole)} % (${percent(lower)}–${percent(upper)})`;
}

/** Repeats that are served, of those that could be. */
export const recall = ({ right, servable }: Tally): Share => ({ part: right, whole: servable });
/** Wrong ones among hits. What nobody has labelled is left out. */
export const wrongPerHit = ({ right, wrong }: Tally): Share => ({ part: wrong, whole: right + wrong });
/** Questions that are answered wrongly, of all. */
export const wrongPerQuestion = ({ wrong, asked }: Tally): Share => ({ part: wrong, whole: asked });

export interface CurvePoint {
  readonly wrongPerHit: number;
  readonly recall: number;
  /** The least score that is served. */
  readonly score: number;
}

/** For each score from which on one could serve: what share of servable repeats is served, and of hits is wrong. */
export function curveOf(judged: readonly Judged[]): readonly CurvePoint[] {
  const servable = judged.filter(({ isServable }) => isServable).length;
  const sorted = judged
    .filter(({ judgement }) => judgement === "right" || judgement === "wrong")
    .toSorted((one, other) => other.score - one.score);
  const points: CurvePoint[] = [];
  let [right, wrong] = [0, 0];
  for (const [index, { judgement, score }] of sorted.entries()) {
    if (judgement === "right") right++;
    else wrong++;
    if (sorted[index + 1]?.score === score) continue;
    points.push({ wrongPerHit: wrong / (right + wrong), recall: servable === 0 ? 0 : right / servable, score });
  }
  return points;
}

/** The most that is served where no more than `share` of hits is wrong. */
export function recallAt(curve: readonly CurvePoint[], share: number): number {
  return Math.max(0, ...curve.filter((point) => point.wrongPerHit <= share).map((point) => point.recall));
}

/** Mean of `recallAt` over shares of wrong hits from 0 to 5 %. */
export function partialArea(curve: readonly CurvePoint[]): number {
  const shares = Array.from({ length: 51 }, (_, index) => index / 1_000);
  return shares.reduce((sum, share) => sum + recallAt(curve, share), 0) / shares.length;
}

export const curveShares = [0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1] as const;
