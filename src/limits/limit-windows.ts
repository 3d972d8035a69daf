import { type LimitName, type Limits, limitNames } from "../core/limits.ts";
import type { Quantity } from "./quantities.ts";

/** Which limit bounds what, in which window. Windows are minutes, days and months of the calendar in UTC. */

export const minuteMs = 60_000;
export const dayMs = 86_400_000;

export type Window = "minute" | "day" | "month" | "now";

const kinds: Readonly<Record<LimitName, { readonly quantity: Quantity; readonly window: Window }>> = {
  requestsPerMinute: { quantity: "requests", window: "minute" },
  tokensPerMinute: { quantity: "minuteTokens", window: "minute" },
  tokensPerDay: { quantity: "dayTokens", window: "day" },
  usdPerDay: { quantity: "picodollars", window: "day" },
  usdPerMonth: { quantity: "picodollars", window: "month" },
  concurrent: { quantity: "concurrent", window: "now" },
};

export interface Bound {
  readonly name: LimitName;
  readonly quantity: Quantity;
  readonly window: Window;
  readonly most: bigint;
}

export function boundsOf(limits: Limits): readonly Bound[] {
  return limitNames.flatMap((name) => {
    const most = limits[name];
    return most === undefined ? [] : [{ name, ...kinds[name], most: BigInt(most) }];
  });
}

export function startOfMinute(at: number): number {
  return Math.floor(at / minuteMs) * minuteMs;
}

export function startOfDay(at: number): number {
  return Math.floor(at / dayMs) * dayMs;
}

/** The days of the month of `day` that lie before it. */
export function earlierDays(day: number): readonly number[] {
  const date = new Date(day);
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  return Array.from({ length: Math.round((day - first) / dayMs) }, (_, index) => first + index * dayMs);
}

/** When the window that `at` lies in begins anew; calls under way may end at any time. */
export function endOfWindow(window: Window, at: number): number {
  if (window === "minute") return startOfMinute(at) + minuteMs;
  if (window === "day") return startOfDay(at) + dayMs;
  if (window === "now") return at + 1_000;
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
}
