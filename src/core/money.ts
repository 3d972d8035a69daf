/**
 * Money is counted in whole picodollars (10^-12 US dollars). Prices are published in dollars for a million tokens with
 * a few decimals, and 0.075 dollars for a million are 75,000 picodollars a token: with this unit the price of a token
 * is an integer, and so is everything that is multiplied and added from it. Sums of binary fractions would drift. One
 * call fits into a safe integer (9,007 dollars); totals grow for years and are bigint.
 */

export const picodollarsPerDollar = 1_000_000_000_000;

/** The exact decimal, without exponent and without zeros at its end: `0.0001575`. */
export function usdText(picodollars: number | bigint): string {
  const whole = BigInt(picodollars);
  const digits = (whole < 0n ? -whole : whole).toString().padStart(13, "0");
  const fraction = digits.slice(-12).replace(/0+$/, "");
  return `${whole < 0n ? "-" : ""}${digits.slice(0, -12)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Reads a decimal of dollars that is not negative, such as `5.00`, exactly; `undefined` for everything else. */
export function picodollarsOf(usd: string): bigint | undefined {
  const [, whole, fraction = ""] = /^(\d{1,15})(?:\.(\d{1,12}))?$/.exec(usd) ?? [];
  return whole === undefined ? undefined : BigInt(whole + fraction.padEnd(12, "0"));
}
