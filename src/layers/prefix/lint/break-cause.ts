import { align, commonStart, type Hunk } from "./text-alignment.ts";
import { datesAt, holdsDate, volatileAt } from "./volatile-text.ts";
import { bagOf, isWordCode } from "./word-signature.ts";

/** Why two sections that stand in the same place are not equal, told by the first thing in which they differ. */

export type TextCause =
  /** What changes by itself. */
  | "date"
  | "id"
  | "number"
  | "whitespace"
  /** Equal but for the order of the keys of an object. */
  | "key-order"
  /** Equal but for the order of other parts, such as the lines of a list. */
  | "order"
  /** Something that names a person. */
  | "user-data"
  /** Other words: another template, or another user. */
  | "words"
  /** The log does not hold the texts. */
  | "redacted";

export interface TextBreak {
  readonly cause: TextCause;
  /** UTF-16 units that are equal from the start. */
  readonly offset: number;
  /** UTF-16 units that are equal behind what differs. */
  readonly rejoined: number;
  /** What differs first, in each of the two. */
  readonly before: string;
  readonly after: string;
  /** Where the cause is one: the dates, as they stand there from beginning to end. */
  readonly dates?: readonly [string, string];
}

/** `before` and `after` differ. */
export function textBreak(before: string, after: string, isRedacted: boolean): TextBreak {
  if (isRedacted) return redactedBreak(before, after);
  const { offset, rejoined, hunks } = align(before, after);
  const [first] = hunks as readonly [Hunk, ...Hunk[]];
  const one = wordsOf(before, first.before);
  const other = wordsOf(after, first.after);
  const whole = { offset, before: one, after: other };
  const same = sameButForOrder(before, after, offset, hunks);
  if (isSpaceOnly(before, after, first))
    return { ...whole, cause: "whitespace", rejoined: equalWords(before, after, rejoined) };
  if (same !== undefined && lettersIn(same.text) > 2)
    return { ...whole, cause: same.cause, rejoined: Math.max(rejoined, same.text.length) };
  const changing = volatileAt(before, after, offset);
  const dates = changing === "date" ? datesAt(before, after, offset) : undefined;
  if (changing !== undefined) return { ...whole, cause: changing, rejoined, ...(dates !== undefined && { dates }) };
  if (same !== undefined) return { ...whole, cause: same.cause, rejoined: Math.max(rejoined, same.text.length) };
  // It stands only in one of them, such as in the last message alone.
  const only = one === "" || other === "" ? one + other : "";
  if (only.length < longestNote && holdsDate(only)) return { ...whole, cause: "date", rejoined, dates: [one, other] };
  return {
    ...whole,
    cause: namesPerson(before, offset) || namesPerson(after, offset) ? "user-data" : "words",
    rejoined,
  };
}

const longestNote = 200;
const longestAddress = 64;

/** Whether an address of electronic mail stands there. */
function namesPerson(text: string, offset: number): boolean {
  const [, ahead = ""] = /([^\s"\\,;<>()]*)$/.exec(text.slice(Math.max(0, offset - longestAddress), offset)) ?? [];
  const [behind = ""] = /^[^\s"\\,;<>()]*/.exec(text.slice(offset, offset + longestAddress)) ?? [];
  return address.test(ahead + behind);
}

const address = /[\w.+-]+@[\w-]+\.\w/;
const token = /~[\w-]{16}:\d+/g;

/** Tokens stand for texts: what differs within one is not known, but their order is. */
function redactedBreak(before: string, after: string): TextBreak {
  const offset = commonStart(before, after);
  const rest = { offset, rejoined: 0, before: "", after: "" };
  if (before.length === after.length && bagOf(before) === bagOf(after))
    return { ...rest, cause: "key-order", rejoined: before.length - offset };
  return { ...rest, cause: "redacted", offset: startOfToken(before, offset) };
}

function startOfToken(text: string, offset: number): number {
  const found = [...text.matchAll(token)].find(({ 0: one, index }) => index <= offset && offset <= index + one.length);
  return found?.index ?? offset;
}

/** Space, and what JSON writes for it in a text. */
const space = /\\[nrt]|\\u00a0|[\s\u00a0]/g;
/** So many letters further, texts without their space are equal. */
const further = 48;

function isSpaceOnly(before: string, after: string, { before: one, after: other }: Hunk): boolean {
  // An escape that begins before they part belongs to what differs.
  const back = before[one.start - 1] === "\\" ? 1 : 0;
  const [left, right] = [before.slice(one.start - back, one.end), after.slice(other.start - back, other.end)];
  const [bare, others] = [left.replace(space, ""), right.replace(space, "")];
  // A digit that is missing is no space, and equal spaces are none either.
  if (bare === others) return left !== right;
  const equal = commonStart(bare, others);
  return equal >= further && equal > commonStart(left, right) + 1 && differsInSpace(left, right);
}

function differsInSpace(left: string, right: string): boolean {
  const place = commonStart(left, right);
  // The letter of an escape may be where they part.
  const start = left[place - 1] === "\\" ? place - 1 : place;
  const begins = /^(?:\\[nrt]|\s)/;
  return begins.test(left.slice(start, start + 2)) || begins.test(right.slice(start, start + 2));
}

/** Where space differs everywhere there is nothing long that is equal, and yet all of it is. */
function equalWords(before: string, after: string, rejoined: number): number {
  if (bagOf(before) !== bagOf(after)) return rejoined;
  return Math.max(rejoined, Math.min(before.length, after.length));
}

const mostHunks = 64;

/** The shortest region from where they part in which both have the same words. */
function sameButForOrder(
  before: string,
  after: string,
  offset: number,
  hunks: readonly Hunk[],
): { readonly cause: "key-order" | "order"; readonly text: string } | undefined {
  const start = startOfWord(before, offset);
  for (const { before: one, after: other } of hunks.slice(0, mostHunks)) {
    const text = before.slice(start, endOfWord(before, one.end));
    const turned = after.slice(start, endOfWord(after, other.end));
    // Parts of a list may have other separators at its end.
    if (Math.abs(text.length - turned.length) > 2 || text === "" || bagOf(text) !== bagOf(turned)) continue;
    return { cause: /"\s*:/.test(text) ? "key-order" : "order", text };
  }
  return undefined;
}

function lettersIn(text: string): number {
  return text.match(/\p{L}{2,}/gu)?.length ?? 0;
}

function wordsOf(text: string, { start, end }: { readonly start: number; readonly end: number }): string {
  return text.slice(startOfWord(text, start), endOfWord(text, end));
}

function startOfWord(text: string, place: number): number {
  let start = place;
  while (start > 0 && isWordCode(text.charCodeAt(start - 1))) start--;
  // An escape belongs to no word.
  return start < place && text[start - 1] === "\\" ? start + 1 : start;
}

function endOfWord(text: string, place: number): number {
  let end = place;
  // Another word begins there.
  if (place > 0 && !isWordCode(text.charCodeAt(place - 1))) return place;
  while (end < text.length && isWordCode(text.charCodeAt(end))) end++;
  return end;
}
