import { schemeOf } from "./card.ts";
import type { Report } from "./finding.ts";

/**
 * Numbers of cards whose groups are set apart by what stands between no other numbers: tabs, as in a table, slashes,
 * underscores, and the stars of emphasised text. All groups must be set apart alike, and none more may follow: four cells of
 * a longer row are no card.
 */

const between = String.raw`\t|[/_]|\*{1,2}[ .\-\t]?\*{1,2}`;
const apart = new RegExp(
  String.raw`(?<![\p{L}\p{N}_]|[\p{L}\p{N}_][\t./-])\d{4}(?:(${between})\d{4}\1\d{4}\1\d{4}|(${between})\d{6}\2\d{4,5})(?![\p{L}\p{N}_]|[\t./-][\p{L}\p{N}_])`,
  "gu",
);

export function findSetApartCards(text: string, report: Report): void {
  for (const match of text.matchAll(apart)) {
    const digits = match[0].replace(/\D/g, "");
    const rule = schemeOf(digits);
    if (rule === undefined) continue;
    report({ kind: "card", rule, start: match.index, end: match.index + match[0].length, value: digits });
  }
}
