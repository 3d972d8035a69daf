import { picodollarsPerDollar } from "../../core/money.ts";

const digits = 12;

/** The decimal that `usdText` wrote, in picodollars. */
export function picodollarsIn(usd: string): bigint {
  const [, sign = "", whole = "0", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(usd) ?? [];
  const amount = BigInt(whole) * BigInt(picodollarsPerDollar) + BigInt(fraction.padEnd(digits, "0").slice(0, digits));
  return sign === "-" ? -amount : amount;
}
