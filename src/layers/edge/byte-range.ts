/**
 * One part of an answer (RFC 9110 section 14). A single range is given; several at a time, one that cannot be read and one
 * that lies behind the end are refused, which section 15.5.17 leaves to the server: no client needs them for answers of
 * this size, and those that ask for many tiny ones mean no good. Units that are not bytes are overlooked.
 */

export type RangeReading =
  | { readonly kind: "whole" }
  /** Both inclusive. */
  | { readonly kind: "part"; readonly first: number; readonly last: number }
  | { readonly kind: "refused" };

const whole: RangeReading = { kind: "whole" };
const refused: RangeReading = { kind: "refused" };

export function readRange(field: string | undefined, length: number): RangeReading {
  if (field === undefined || !/^[ \t]*bytes[ \t]*=/i.test(field)) return whole;
  const [, from = "", to = ""] = /^[ \t]*bytes=(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(field) ?? [];
  if (from === "" && to === "") return refused;
  if (from === "") {
    const most = Math.min(Number(to), length);
    return most === 0 ? refused : { kind: "part", first: length - most, last: length - 1 };
  }
  const first = Number(from);
  const last = to === "" ? length - 1 : Math.min(Number(to), length - 1);
  return first >= length || (to !== "" && Number(to) < first) ? refused : { kind: "part", first, last };
}
