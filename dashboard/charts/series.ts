/** Values over time, as charts and their tables take them. */

export interface Series {
  readonly name: string;
  /** A custom property of the style sheet, such as `--series-hit`. */
  readonly color: string;
  /** One for each instant; `null` where nothing is known. */
  readonly values: readonly (number | null)[];
  /** What stands beside the name while no instant is pointed at; default: the sum. */
  readonly total?: string;
}

export interface Timeline {
  /** Milliseconds since the epoch, ascending: the beginning of each period. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

/** Each on top of those before it. */
export function stacked(series: readonly Series[]): number[][] {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, at) => (value ?? 0) + (below?.[at] ?? 0)));
  }
  return sums;
}

/** From the edge of the first column to that of the last, each as wide as a period and around the instant of its own. */
export function columnSpan(instants: ArrayLike<number>): [from: number, to: number] {
  const [first = 0, second = first + 1] = [instants[0], instants[1]];
  const half = (second - first) / 2;
  return [first - half, (instants[instants.length - 1] ?? first) + half];
}

export function sumOf({ values }: Series): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

export function isEmpty({ series }: Timeline): boolean {
  return series.every(({ values }) => values.every((value) => value === null || value === 0));
}
