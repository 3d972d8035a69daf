/**
 * Whether a text is base64 (RFC 4648) and nothing else: one row in one of its two alphabets, or lines as long as those of
 * e-mail and certificates (RFC 2045 section 6.8, RFC 7468). A column of numbers or of keys has the same characters, so the
 * first stretch must also have few digits, as bytes written this way do: a sixth of them, and a third is far off.
 */

const stretch = 512;
const mostDigits = stretch / 3;
const notStandard = /[^A-Za-z0-9+/]/;
const notForUrls = /[^A-Za-z0-9_-]/;
const [shortestLine, longestLine] = [60, 76];
/** The least that anybody looks for in numbers. */
const number = /\d{7}/;

export function isBase64(text: string): boolean {
  const body = text.slice(Math.max(0, text.length - 4)).replace(/={0,2}\s{0,2}$/, "");
  const content = text.slice(0, Math.max(0, text.length - 4)) + body;
  return hasFewDigits(content) && (isRow(content) || isLines(content));
}

function hasFewDigits(content: string): boolean {
  return content.slice(0, stretch).replace(/\D/g, "").length <= mostDigits;
}

function isRow(content: string): boolean {
  return !notStandard.test(content) || !notForUrls.test(content);
}

function isLines(content: string): boolean {
  const end = content.search(notStandard);
  if (end < shortestLine || end > longestLine) return false;
  const lines = content.split(/\r?\n/);
  const last = lines.pop() as string;
  // The last one is the shorter one, and as short as a number that stands behind.
  if (last.length > end || notStandard.test(last) || number.test(last)) return false;
  return lines.every((one) => one.length === end && !notStandard.test(one));
}
