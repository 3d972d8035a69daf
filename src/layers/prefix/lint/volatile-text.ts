import { calendarWords } from "./calendar-words.ts";

/**
 * What changes by itself from call to call: dates and times in any notation, ids and hashes, counters. A date is not matched
 * against a list of notations: it is a run of numbers and of words that dates are made of, which holds at least a month,
 * a weekday, a time of day, or numbers in the form of a date.
 */

export type Volatile = "date" | "id" | "number";

/** What stands at `offset` in both texts, which are equal up to there; `undefined` where it is nothing of the kind. */
export function volatileAt(before: string, after: string, offset: number): Volatile | undefined {
  if (datesAt(before, after, offset) !== undefined) return "date";
  const [left, right] = [tokenAt(before, offset), tokenAt(after, offset)];
  // A date that lacks one of them stands in no other place.
  if (left === "" || right === "" || left === right) return undefined;
  if (isNumber(left) && isNumber(right)) return "number";
  if (isCounter(left, right)) return "number";
  return isId(left) && isId(right) ? "id" : undefined;
}

/** Two dates that differ and stand in the same place of both texts, which are equal up to `offset`. */
export function datesAt(before: string, after: string, offset: number): readonly [string, string] | undefined {
  const [one, other] = [dateAt(before, offset), dateAt(after, offset)];
  if (one === undefined || one.start !== other?.start || one.text === other.text) return undefined;
  return [one.text, other.text];
}

/** Whether a date says more than the day. */
export function holdsTime(text: string): boolean {
  return timeForms.test(text);
}

/** Whether there is a date in it. */
export function holdsDate(text: string): boolean {
  return dateForms.test(text);
}

const months = [...calendarWords].sort((one, other) => other.length - one.length).join("|");
const between =
  "am|pm|utc|gmt|[ecmp][sd]t|cest|cet|bst|ist|jst|st|nd|rd|th|at|of|the|de|den|der|do|le|el|il|t|z|uhr|h|morning|noon|afternoon|evening|night";
const part = `(?:\\d+|(?<!\\p{L})(?:${months}|${between})(?!\\p{L})|[年月日時分秒])`;
const run = new RegExp(`${part}(?:[\\s,./:+-]{0,3}${part})*`, "giu");
const dateForms = new RegExp(
  [
    `(?<!\\p{L})(?:${months}|morning|noon|afternoon|evening|night)(?!\\p{L})`,
    "\\d{1,2}:\\d{2}(?!\\d)",
    "(?<!\\d)\\d{4}([-/.])\\d{1,2}\\1\\d{1,2}(?!\\d)",
    "(?<!\\d)\\d{1,2}([-/.])\\d{1,2}\\2(?:\\d{4}|\\d{2})(?![\\d.])",
    "\\d年|\\d月|\\d日",
    // Seconds, milliseconds, microseconds or nanoseconds since 1970, of this century.
    "(?<!\\d)(?:1[4-9]|2[01])\\d{8}(?:\\d{3}){0,3}(?!\\d)",
    "(?<!\\d)(?:19|20)\\d{2}(?:0[1-9]|1[0-2])[0-3]\\d(?:T?\\d{4,6}Z?)?(?!\\d)",
    "(?<!\\d)(?:19|20)\\d{2}[-/](?:0[1-9]|1[0-2])(?!\\d)",
  ].join("|"),
  "iu",
);
const timeForms =
  /\d:\d{2}|\d{10}|\d{8}T\d|\d ?h(?!\p{L})|\d ?[ap]m(?!\p{L})|(?<!\p{L})(?:morning|noon|afternoon|evening|night|uhr)(?!\p{L})|[時分秒]/iu;
/** Longer than a date in words. */
const reach = 80;

/** The date that covers `offset` or ends there. */
function dateAt(text: string, offset: number): { readonly start: number; readonly text: string } | undefined {
  const start = Math.max(0, offset - reach);
  for (const { 0: found, index } of text.slice(start, offset + reach).matchAll(run)) {
    const begin = start + index;
    if (begin > offset) return undefined;
    if (begin + found.length < offset) continue;
    if (dateForms.test(found)) return { start: begin, text: found };
  }
  return undefined;
}

const tokenCode = /[\p{L}\p{N}_.-]/u;
const longestToken = 200;

/** What stands there without a space in it. */
function tokenAt(text: string, offset: number): string {
  let start = offset;
  while (start > 0 && offset - start < longestToken && isTokenAt(text, start - 1)) start--;
  let end = offset;
  while (end < text.length && end - offset < longestToken && isTokenAt(text, end)) end++;
  return text.slice(start, end).replace(/^[.-]+|[.-]+$/g, "");
}

function isTokenAt(text: string, place: number): boolean {
  // The letter of an escape is none of the word behind it.
  const isEscape = text[place - 1] === "\\" && text[place - 2] !== "\\";
  return !isEscape && tokenCode.test(text[place] as string);
}

const uuid = /[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}/i;
const hash = /(?<![a-z\d])(?=[\da-f]*[a-f])[\da-f]{8,}(?![a-z\d])/i;
const shortestId = 4;

function isNumber(token: string): boolean {
  return /^\d+(?:[.,_-]\d+)*$/.test(token);
}

/** Equal but for numbers in them. */
function isCounter(one: string, other: string): boolean {
  const isOther = /\d/.test(one) && !uuid.test(one) && !hash.test(one);
  return isOther && one.replace(/\d+/g, "") === other.replace(/\d+/g, "");
}

/** Letters among digits, or capitals among small letters, as no word has them. */
function isId(token: string): boolean {
  if (uuid.test(token) || hash.test(token)) return true;
  if (token.length < shortestId) return false;
  const isMixed = /\d/.test(token) && (/[a-z]/i.test(token) || token.length > 3 * shortestId);
  return isMixed || /[a-z][A-Z].*[a-z][A-Z]|[A-Z]{2,}[a-z]+[A-Z]/.test(token);
}
