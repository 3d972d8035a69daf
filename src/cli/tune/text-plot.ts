import type { Cost } from "./trade-off.ts";

/**
 * Hit rate to the right, wrong hits upwards, for a terminal: a dot for each threshold, a line at what is allowed, a
 * diamond at what is recommended. What is far above the line is of no use, so the picture ends at five times the line.
 */

const width = 60;
const height = 14;
const above = 5;

export interface Picture {
  readonly costs: readonly Cost[];
  readonly allowed: number;
  readonly best: Cost | undefined;
}

export function textPlot({ costs, allowed, best }: Picture): string {
  const top = topOf({ costs, allowed, best });
  const visible = costs.filter(({ wrongPerHit }) => wrongPerHit <= top);
  const right = Math.max(1e-9, ...visible.map(({ hitRate }) => hitRate));
  const rows = Array.from({ length: height + 1 }, (_, row) =>
    Array<string>(width + 1).fill(row === rowOf(allowed, top) ? "┄" : " "),
  );
  const put = ({ hitRate, wrongPerHit }: Cost, sign: string) => {
    const row = rows[rowOf(wrongPerHit, top)];
    if (row !== undefined) row[Math.round((hitRate / right) * width)] = sign;
  };
  for (const cost of visible) put(cost, "•");
  if (best !== undefined) put(best, "◆");
  const label = (row: number) =>
    row === 0 ? percent(top) : row === height ? percent(0) : row === rowOf(allowed, top) ? percent(allowed) : "";
  return [
    "wrong hits",
    ...rows.map((row, index) => `${label(index).padStart(8)} ┤${row.join("").trimEnd()}`),
    `${" ".repeat(9)}└${"─".repeat(width + 1)}`,
    `${" ".repeat(10)}0 %${`hit rate ${percent(right)}`.padStart(width - 2)}`,
  ].join("\n");
}

/** The highest share of wrong hits that a picture shows: all of them where none is near what is allowed. */
export function topOf({ costs, allowed }: Picture): number {
  const shares = costs.map(({ wrongPerHit }) => wrongPerHit);
  const highest = Math.max(1.5 * allowed, ...shares);
  const useful = Math.min(highest, above * allowed);
  return shares.some((share) => share <= useful) ? useful : highest;
}

function rowOf(share: number, top: number): number {
  return Math.round((1 - share / top) * height);
}

/** Three digits that say something: 12.3 %, 1 %, 0.0523 %. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
