import { remainder } from "./checksums.ts";
import type { Report } from "./finding.ts";
import { isWordCode } from "./number-runs.ts";

/**
 * International bank account numbers (ISO 13616): a country, as many characters as numbers of this country have (SWIFT's
 * registry of formats), and 97 as the divisor of the check. Blanks and dashes may stand between the characters.
 */

const lengths: ReadonlyMap<string, number> = new Map(
  Object.entries({
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD FK",
    19: "MK SI",
    20: "AT BA EE KZ LT LU XK MN",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ TL OM SO",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
  }).flatMap(([length, countries]) => countries.split(" ").map((country) => [country, Number(length)] as const)),
);

const beginnings = /[A-Za-z]{2}[ .-]?\d[ .-]?\d/g;
/** With a separator behind every character. */
const mostCharacters = 70;

export function findIbans(text: string, report: Report): void {
  beginnings.lastIndex = 0;
  for (let match = beginnings.exec(text); match !== null; match = beginnings.exec(text)) {
    const start = match.index;
    beginnings.lastIndex = start + 1;
    if (isWordCode(text.charCodeAt(start - 1))) continue;
    const length = lengths.get(match[0].slice(0, 2).toUpperCase());
    if (length === undefined) continue;
    const taken = take(text, start, length);
    if (taken === undefined) continue;
    const { value, end } = taken;
    if (remainder(value.slice(4) + value.slice(0, 4), 97) !== 1) continue;
    report({ kind: "iban", rule: value.slice(0, 2).toLowerCase(), start, end, value });
    beginnings.lastIndex = end;
  }
}

/** As many letters and digits from here, with at most one separator between two of them, and a word's end behind. */
function take(
  text: string,
  start: number,
  length: number,
): { readonly value: string; readonly end: number } | undefined {
  let value = "";
  let at = start;
  for (const stop = Math.min(text.length, start + mostCharacters); at < stop && value.length < length; at++) {
    const character = text[at] as string;
    if (/[A-Za-z0-9]/.test(character)) value += character;
    else if (!" -.".includes(character) || text[at - 1] === character) return undefined;
  }
  if (value.length < length || isWordCode(text.charCodeAt(at))) return undefined;
  return { value: value.toUpperCase(), end: at };
}
