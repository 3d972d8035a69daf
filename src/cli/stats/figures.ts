/** Figures as a terminal shows them: as many digits as somebody reads. */

export function countText(count: number): string {
  return count.toLocaleString("en-US");
}

/** Of exact decimal text: cents from a dollar on, three digits below it. */
export function dollarsText(usd: string): string {
  const dollars = Number(usd);
  const size = Math.abs(dollars);
  const decimals = size >= 1 || size === 0 ? 2 : Math.min(12, 2 - Math.floor(Math.log10(size)));
  return `${dollars < 0 ? "-" : ""}$${size.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: decimals })}`;
}

const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
  [1, "ms"],
] as const;

/** In the largest unit of which there is at least one: `3.2 h`, `850 ms`. */
export function durationText(durationMs: number): string {
  if (durationMs === 0) return "0";
  const size = Math.abs(durationMs);
  const [unitMs, unit] = units.find(([least]) => size >= least) ?? ([1, "ms"] as const);
  return `${Number((durationMs / unitMs).toPrecision(3))} ${unit}`;
}

export function shareText(part: number, whole: number): string {
  return whole === 0 ? "" : `${Number(((100 * part) / whole).toPrecision(3))} %`;
}
