/** Durations at the rim: `"90s"`, `"10m"`, `"1h"`, `"7d"`, `"250ms"`, or a number of milliseconds. Inside, milliseconds. */
export type Duration = number | string;

const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The duration in milliseconds, or `undefined` when the text is no duration. Several parts add up: `"1h30m"`. */
export function durationMs(duration: Duration): number | undefined {
  if (typeof duration === "number") return Number.isFinite(duration) && duration >= 0 ? duration : undefined;
  const text = duration.trim().toLowerCase();
  if (text === "0") return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, , unit] of text.matchAll(/(\d+(\.\d+)?)(ms|s|m|h|d|w)/g))
    total += Number(amount) * (unitsMs[unit as string] as number);
  return Number.isFinite(total) ? total : undefined;
}

/** The duration as a text that `durationMs` reads, in the largest unit of which it is a whole number: `"1h"`, `"90m"`. */
export function durationText(ms: number): string {
  const [unit, of] = Object.entries(unitsMs).findLast(([, one]) => ms >= one && ms % one === 0) ?? ["ms", 1];
  return `${ms / of}${unit}`;
}
