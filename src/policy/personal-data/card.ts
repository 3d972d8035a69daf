import { passesLuhn } from "./checksums.ts";
import type { Report } from "./finding.ts";
import type { NumberWindow } from "./number-runs.ts";

/**
 * Numbers of payment cards: a range that was given to an issuer (ISO/IEC 7812-1; the published ranges of the schemes), a
 * length that this scheme has, the grouping in which such numbers are printed, and the check digit.
 */

interface Scheme {
  readonly name: string;
  readonly lengths: readonly number[];
  /** First and last of a range of beginnings of equal length. */
  readonly ranges: readonly (readonly [number, number])[];
}

const schemes: readonly Scheme[] = [
  { name: "visa", lengths: [13, 16, 19], ranges: [[4, 4]] },
  {
    name: "mastercard",
    lengths: [16],
    ranges: [
      [51, 55],
      [2221, 2720],
    ],
  },
  {
    name: "amex",
    lengths: [15],
    ranges: [
      [34, 34],
      [37, 37],
    ],
  },
  {
    name: "discover",
    lengths: [16, 19],
    ranges: [
      [6011, 6011],
      [644, 649],
      [65, 65],
    ],
  },
  {
    name: "diners",
    lengths: [14],
    ranges: [
      [300, 305],
      [36, 36],
      [38, 39],
    ],
  },
  { name: "jcb", lengths: [16, 17, 18, 19], ranges: [[3528, 3589]] },
  {
    name: "unionpay",
    lengths: [16, 17, 18, 19],
    ranges: [
      [62, 62],
      [81, 81],
    ],
  },
  {
    name: "maestro",
    lengths: [16, 18, 19],
    ranges: [
      [5018, 5018],
      [5020, 5020],
      [5038, 5038],
      [5893, 5893],
      [6304, 6304],
      [6759, 6763],
    ],
  },
  { name: "mir", lengths: [16], ranges: [[2200, 2204]] },
  {
    name: "rupay",
    lengths: [16],
    ranges: [
      [508, 508],
      [606, 608],
      [817, 819],
    ],
  },
  {
    name: "elo",
    lengths: [16],
    ranges: [
      [4011, 4011],
      [5067, 5067],
      [6363, 6363],
    ],
  },
];

/** In one, or as printed: fours, and the groups of American Express and Diners Club. */
const shapes = /^(?:\d\d|4([ .-])4\1(?:4\1[1-4](?:\1[1-3])?|[56])|4([ .-])6\2[45])$/;

export function findCard({ digits, shape, start, end, run, first, last }: NumberWindow, report: Report): void {
  if (digits.length < 13 || !shapes.test(shape) || isAmongFours(shape, run.separators, first, last)) return;
  const rule = schemeOf(digits);
  if (rule !== undefined) report({ kind: "card", rule, start, end, value: digits });
}

/** Whose card has this number, if it is one. */
export function schemeOf(digits: string): string | undefined {
  const scheme = schemes.find(({ lengths, ranges }) => lengths.includes(digits.length) && isIn(digits, ranges));
  return scheme !== undefined && passesLuhn(digits) ? scheme.name : undefined;
}

function isIn(digits: string, ranges: Scheme["ranges"]): boolean {
  return ranges.some(([low, high]) => {
    const beginning = Number(digits.slice(0, String(low).length));
    return beginning >= low && beginning <= high;
  });
}

/** A piece of a longer row of such groups, as in a table, is no card. */
function isAmongFours(shape: string, separators: readonly string[], first: number, last: number): boolean {
  if (!shape.startsWith("4 4")) return false;
  return separators.slice(Math.max(0, first - 4), first).length >= 4 || separators.slice(last, last + 4).length >= 4;
}
