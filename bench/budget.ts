import type { Bound, BudgetRow, Figure, Summary } from "./benchmark.ts";
import { summary } from "./statistics.ts";

/** A line of the budget with what was measured for it. */
export function budgetRow(
  what: string,
  against: string,
  values: readonly number[],
  bound: Bound,
  options: { readonly interleaved?: boolean } = {},
): BudgetRow {
  const measured = summary(values);
  return {
    what,
    against,
    ...measured,
    ...bound,
    met: verdict(measured, bound),
    interleaved: options.interleaved ?? true,
  };
}

export function figure(what: string, unit: string, values: readonly number[]): Figure {
  return { what, unit, ...summary(values) };
}

function verdict({ median }: Summary, { must, aim, better }: Bound): BudgetRow["met"] {
  const keeps = (limit: number): boolean => (better === "higher" ? median >= limit : median <= limit);
  if (!keeps(must)) return "no";
  return aim !== undefined && keeps(aim) ? "aim" : "must";
}

/** The quotient of each round: drift of the machine touches both sides of a round alike, and cancels out. */
export function quotients(ours: readonly number[], theirs: readonly number[]): readonly number[] {
  return ours.map((value, round) => value / (theirs[round] as number));
}

/** The difference of each round. */
export function differences(ours: readonly number[], theirs: readonly number[]): readonly number[] {
  return ours.map((value, round) => value - (theirs[round] as number));
}
