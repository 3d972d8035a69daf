import { casedUnits } from "../reading/cased-units.ts";
import { endOf } from "./end-of.ts";
import { unitOf } from "./units.ts";

const unit = /(?:[%‰°$€£¥¢₹₽₩]|µ)?\p{L}*(?:\/h)?(?!\d)/iuy;
const gap = /[ -]/y;
const currencies = new Map([
  ["$", "usd"],
  ["€", "eur"],
  ["£", "gbp"],
  ["¥", "jpy"],
  ["₹", "inr"],
]);

interface Unit {
  /** Canonical; empty where no unit follows. */
  readonly name: string;
  readonly end: number;
}

/** The unit that stands behind a number which ends at `at`: glued to it, or after a space or a hyphen. */
export function unitBehind(text: string, at: number): Unit {
  const glued = unitAt(text, at, true);
  if (glued !== undefined) return glued;
  const afterGap = endOf(gap, text, at);
  const apart = afterGap === undefined ? undefined : unitAt(text, afterGap, false);
  if (apart !== undefined) return apart;
  const perCent = endOf(/ per cent(?!\p{L})/iuy, text, at);
  return perCent === undefined ? { name: "", end: at } : { name: "percent", end: perCent };
}

function unitAt(text: string, at: number, isGlued: boolean): Unit | undefined {
  const end = endOf(unit, text, at);
  if (end === undefined) return undefined;
  const written = text.slice(at, end);
  const name = casedUnits.get(written) ?? unitOf(written.toLowerCase(), isGlued);
  if (name !== "degree") return name === undefined ? undefined : { name, end };
  const degreesEnd = endOf(/ ?(?:celsius|centigrade|fahrenheit|[cf])(?!\p{L})/iuy, text, end);
  const scaleName = degreesEnd === undefined ? "" : text.slice(end, degreesEnd).trim().toLowerCase();
  return { name: unitOf(scaleName, false) ?? name, end: degreesEnd ?? end };
}

/** The currency named before the number that begins at `at`: `$5`, `USD 5`. */
export function currencyBefore(text: string, at: number): string | undefined {
  const before = text.slice(Math.max(0, at - longestCurrency), at);
  const sign = /([$€£¥₹]) ?[-−]?$/.exec(before)?.[1];
  if (sign !== undefined) return currencies.get(sign);
  const code = /\b(usd|eur|gbp|jpy|inr|cny|chf|cad|aud)\s?$/i.exec(before)?.[1];
  return code === undefined ? undefined : unitOf(code.toLowerCase(), false);
}

const longestCurrency = 8;
