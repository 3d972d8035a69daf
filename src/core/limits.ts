import { picodollarsOf, usdText } from "./money.ts";

/**
 * How much somebody may take, within fixed windows: minutes, days and months of the calendar in UTC. What is not named is
 * not bounded. How it is counted is in `src/limits/`.
 */
export interface Limits {
  readonly requestsPerMinute?: number;
  /** Of the prompt and of the answer together. */
  readonly tokensPerMinute?: number;
  readonly tokensPerDay?: number;
  /** In picodollars; see `core/money.ts`. */
  readonly usdPerDay?: bigint;
  readonly usdPerMonth?: bigint;
  /** Calls under way at once; a stream is one until it ends. */
  readonly concurrent?: number;
  /** Whether answers of the cache count for nothing, and are given when all is used up. Default false: they cost no money, and count otherwise. */
  readonly cachedFree?: boolean;
}

/** The same as people write it: money as a decimal in dollars, such as `"5.00"`. */
export type LimitsText = { readonly [Name in keyof Limits]?: bigint extends Limits[Name] ? string : Limits[Name] };

export type LimitName = Exclude<keyof Limits, "cachedFree">;

export const limitNames = [
  "requestsPerMinute",
  "tokensPerMinute",
  "tokensPerDay",
  "usdPerDay",
  "usdPerMonth",
  "concurrent",
] as const satisfies readonly LimitName[];

export type LimitsReading =
  | { readonly ok: true; readonly limits: Limits }
  /** `name`: of the field; `rule` completes the sentence "must be …". */
  | { readonly ok: false; readonly name: string; readonly rule: string };

const mostCount = 1_000_000_000_000;
const mostUsd = 1_000_000_000n * 1_000_000_000_000n;

/** Each completes the sentence "must be …". */
export const limitRules: Readonly<Record<keyof Limits, string>> = {
  requestsPerMinute: `an integer from 0 to ${mostCount}`,
  tokensPerMinute: `an integer from 0 to ${mostCount}`,
  tokensPerDay: `an integer from 0 to ${mostCount}`,
  usdPerDay: 'an amount of US dollars as a decimal in quotes, such as "5.00"',
  usdPerMonth: 'an amount of US dollars as a decimal in quotes, such as "5.00"',
  concurrent: `an integer from 0 to ${mostCount}`,
  cachedFree: "true or false",
};

/** Reads limits as people write them; tells the first mistake. */
export function readLimits(input: unknown): LimitsReading {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    return { ok: false, name: "limits", rule: `a section with ${Object.keys(limitRules).join(", ")}` };
  const limits: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(limitRules, name))
      return { ok: false, name, rule: `one of ${Object.keys(limitRules).join(", ")}` };
    const read = readField(name as keyof Limits, value);
    if (read === undefined) return { ok: false, name, rule: limitRules[name as keyof Limits] };
    limits[name] = read;
  }
  return { ok: true, limits };
}

function readField(name: keyof Limits, value: unknown): number | bigint | boolean | undefined {
  if (name === "cachedFree") return typeof value === "boolean" ? value : undefined;
  if (name === "usdPerDay" || name === "usdPerMonth") {
    const picodollars = typeof value === "string" ? picodollarsOf(value) : undefined;
    return picodollars !== undefined && picodollars <= mostUsd ? picodollars : undefined;
  }
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= mostCount
    ? (value as number)
    : undefined;
}

/** As people write it; `readLimits` reads it back. */
export function limitsText(limits: Limits): LimitsText {
  return Object.fromEntries(
    Object.entries(limits).map(([name, value]) => [name, typeof value === "bigint" ? usdText(value) : value]),
  );
}

/** Whether anything is bounded at all. */
export function isBounded(limits: Limits): boolean {
  return limitNames.some((name) => limits[name] !== undefined);
}
