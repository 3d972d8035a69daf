/**
 * Reads the `Cache-Control` field (RFC 9111 section 5.2): a list of `name` or `name=argument`, the argument a token
 * or a quoted string (RFC 9110 sections 5.6.1 to 5.6.4). Names are case-insensitive and given in lower case, empty list
 * elements are skipped, names that are not known are the caller's to ignore.
 */

export interface CacheControlDirective {
  readonly name: string;
  /** Unquoted; `undefined` when there is no `=`. */
  readonly argument: string | undefined;
}

const element = /[ \t]*([!#$%&'*+.^`|~\w-]+)(?:=(?:([!#$%&'*+.^`|~\w-]+)|"((?:[^"\\]|\\.)*)"))?[ \t]*(?:,|$)/y;
const empty = /[ \t]*(?:,|$)/y;

/** The directives in their order; `undefined` when the field does not follow the grammar. */
export function parseCacheControl(field: string): readonly CacheControlDirective[] | undefined {
  const directives: CacheControlDirective[] = [];
  let at = 0;
  while (at < field.length) {
    empty.lastIndex = at;
    if (empty.test(field)) {
      at = empty.lastIndex;
      continue;
    }
    element.lastIndex = at;
    const match = element.exec(field);
    if (match === null) return undefined;
    at = element.lastIndex;
    const quoted = match[3]?.replace(/\\(.)/g, "$1");
    directives.push({ name: (match[1] as string).toLowerCase(), argument: match[2] ?? quoted });
  }
  return directives;
}

/** RFC 9111 section 1.2.2: what is too large to count means this. */
const greatestSeconds = 2 ** 31;

/** A number of seconds as milliseconds; `undefined` unless it consists of digits alone. */
export function secondsToMs(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]+$/.test(text)) return undefined;
  return Math.min(Number(text), greatestSeconds) * 1000;
}
