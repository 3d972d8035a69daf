/** What is counted of somebody's calls. Whole numbers of any size; money in picodollars. */

export const quantities = ["requests", "minuteTokens", "dayTokens", "picodollars", "concurrent"] as const;
export type Quantity = (typeof quantities)[number];

export type Amounts = Readonly<Record<Quantity, bigint>>;
export type Counts = Record<Quantity, bigint>;

/** Those that begin anew with each minute, and with each day; calls under way belong to no time. */
export const ofMinute: readonly Quantity[] = ["requests", "minuteTokens"];
export const ofDay: readonly Quantity[] = ["dayTokens", "picodollars"];

export function nothing(): Counts {
  return { requests: 0n, minuteTokens: 0n, dayTokens: 0n, picodollars: 0n, concurrent: 0n };
}

export function amounts(some: Partial<Amounts>): Amounts {
  return { ...nothing(), ...some };
}

/** Tokens count for the minute and for the day alike. */
export function tokenAmounts(tokens: number, picodollars: number): Amounts {
  const counted = BigInt(Math.max(0, Math.ceil(tokens)));
  return amounts({
    minuteTokens: counted,
    dayTokens: counted,
    picodollars: BigInt(Math.max(0, Math.ceil(picodollars))),
  });
}

export function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

export function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
