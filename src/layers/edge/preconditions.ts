/**
 * What a request for something that has validators may depend on (RFC 9110 section 13). The fields are looked at in the
 * order of section 13.2.2. One that cannot be read holds for nothing: the whole answer is never wrong.
 */

/** Values of the request's fields; repeated ones joined by commas. */
export interface Preconditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
}

export interface Validators {
  /** Strong, with its quotes. */
  readonly etag: string;
  /** None where no date tells one version from the next. */
  readonly lastModifiedMs: number | undefined;
}

export type Condition = "send" | "not_modified" | "failed";

export function judge(asked: Preconditions, current: Validators): Condition {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = asked;
  if (ifMatch !== undefined) {
    if (!names(ifMatch, current.etag, "strong")) return "failed";
  } else if (isBefore(ifUnmodifiedSince, current)) return "failed";
  if (ifNoneMatch !== undefined) return names(ifNoneMatch, current.etag, "weak") ? "not_modified" : "send";
  return isWithin(ifModifiedSince, current) ? "not_modified" : "send";
}

/**
 * Whether what the client has a part of is still this (section 13.1.5). Only the tag tells: the date is the same for all
 * codings of an answer, and a part of one behind a part of another is nothing.
 */
export function isSame(ifRange: string, { etag }: Pick<Validators, "etag">): boolean {
  return ifRange === etag;
}

/** IMF-fixdate, the only form that senders may write (section 5.6.7). */
export function dateText(ms: number): string {
  return new Date(wholeSecond(ms)).toUTCString();
}

/** Whether the tag is in the list, or the list is `*`. */
function names(list: string, etag: string, comparison: "strong" | "weak"): boolean {
  if (list.trim() === "*") return true;
  element.lastIndex = 0;
  while (element.lastIndex < list.length) {
    const match = element.exec(list);
    if (match === null) return false;
    const [, weak, tag] = match;
    if (tag === etag && (weak === undefined || comparison === "weak")) return true;
  }
  return false;
}

/**
 * Empty elements of a list are overlooked (section 5.6.1.2). Whatever a character is, one part alone of this can take it, so
 * that a list is read once: blanks behind a tag belong to the tag.
 */
const element = /[ \t]*(?:(W\/)?("[!\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/y;

/** Where there is no date of it, one that is asked for means nothing (sections 13.1.3 and 13.1.4). */
function isBefore(date: string | undefined, { lastModifiedMs }: Validators): boolean {
  const at = readDate(date);
  return at !== undefined && lastModifiedMs !== undefined && at < wholeSecond(lastModifiedMs);
}

function isWithin(date: string | undefined, { lastModifiedMs }: Validators): boolean {
  const at = readDate(date);
  return at !== undefined && lastModifiedMs !== undefined && at >= wholeSecond(lastModifiedMs);
}

const fixedDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function readDate(text: string | undefined): number | undefined {
  if (text === undefined || !fixedDate.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
