import { InvalidOptionError } from "../../core/errors.ts";
import type { PlaceList } from "../../core/node-places.ts";
import type { Step } from "./stats-report.ts";

/** Minutes, hours and days in UTC: how long their rows are kept, what they are called in the store, and what a window needs. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

interface Period {
  readonly lengthMs: number;
  /** After their end. */
  readonly keptMs: number;
  /** The longest window that can be read from them. */
  readonly mostMs: number;
}

/** Kept for somewhat longer than they are asked for: a window begins within a period, and the clocks of processes differ. */
export const periods: Readonly<Record<Step, Period>> = {
  minute: { lengthMs: minuteMs, keptMs: 3 * hourMs, mostMs: 2 * hourMs },
  hour: { lengthMs: hourMs, keptMs: 8 * dayMs, mostMs: 7 * dayMs },
  day: { lengthMs: dayMs, keptMs: 100 * dayMs, mostMs: 90 * dayMs },
};

export const steps = Object.keys(periods) as readonly Step[];

/** The beginning of the period that `at` lies in. */
export function startOf(step: Step, at: number): number {
  const { lengthMs } = periods[step];
  return Math.floor(at / lengthMs) * lengthMs;
}

export function endOf(step: Step, start: number): number {
  return start + periods[step].lengthMs;
}

/** When what was counted in a period is forgotten. */
export function deleteAtOf(step: Step, start: number): number {
  return endOf(step, start) + periods[step].keptMs;
}

/** Where the row of a process stands, under the tenant of the system. */
export function rowKey(step: Step, start: number, node: string): string {
  return `ledger-${step}:${(start / minuteMs).toString(36)}:${node}`;
}

/** Where the names of the processes stand that wrote rows on this day. */
export function placesOf(day: number): PlaceList {
  const prefix = `ledger-nodes:${(day / dayMs).toString(36)}:`;
  return { keyOf: (place) => prefix + place, deleteAt: deleteAtOf("day", day) };
}

export const windowRule = "must be a number of minutes, hours or days up to 90 days, such as 90m, 24h or 30d";

/** Milliseconds; `undefined` for what is no window. */
export function readWindow(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  const windowMs = Number(digits) * (unit === "m" ? minuteMs : unit === "h" ? hourMs : dayMs);
  return windowMs > 0 && windowMs <= periods.day.mostMs ? windowMs : undefined;
}

/** The finest step whose rows reach back as far. */
export function stepFor(windowMs: number): Step {
  return steps.find((step) => windowMs <= periods[step].mostMs) ?? "day";
}

/** @throws InvalidOptionError when they do not. */
export function assertReaches(step: Step, window: string, windowMs: number): void {
  if (windowMs <= periods[step].mostMs) return;
  throw new InvalidOptionError("step", {
    message: `step cannot be ${step} for a window of ${window}: what is counted by the ${step} is kept for ${periods[step].mostMs / hourMs} hours.`,
    remedy: `Ask for step=${stepFor(windowMs)}, or for a shorter window.`,
  });
}
