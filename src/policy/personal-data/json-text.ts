import { isBase64 } from "./base64.ts";

/**
 * What a JSON document says, as lines of text: each string with the name of the field it stands in, which often says what it
 * is. What nobody reads is left out: long runs of base64, such as images and signatures, and lists of numbers.
 */

const name = (key: string) => (key === "" ? "" : `${key}: `);
/** Shorter ones may be keys. */
const longestReadable = 512;
const dataUrl = /^data:[\w.+-]{1,60}\/[\w.+-]{1,80}(?:;[\w=.-]{1,60}){0,4};base64,/;
const fewNumbers = 8;

interface Wanted {
  /** Those that stand by themselves as well, which in answers are the provider's counts. */
  readonly withNumbers: boolean;
  /** Names of fields that are left out. */
  readonly without?: readonly string[] | undefined;
}

export function textOfJson(json: string, wanted: Wanted): string {
  const lines: string[] = [];
  collect(JSON.parse(json), "", wanted, lines);
  return lines.join("\n");
}

function collect(value: unknown, key: string, wanted: Wanted, lines: string[]): void {
  if (typeof value === "string") {
    if (!isUnread(value)) lines.push(name(key) + value);
  } else if (typeof value === "number") {
    if (wanted.withNumbers) lines.push(name(key) + String(value));
  } else if (Array.isArray(value)) {
    if (value.length > fewNumbers && value.every((one) => typeof one === "number")) return;
    for (const one of value) collect(one, key, wanted, lines);
  } else if (typeof value === "object" && value !== null) {
    for (const [member, one] of Object.entries(value))
      if (wanted.without?.includes(member) !== true) collect(one, member, wanted, lines);
  }
}

function isUnread(text: string): boolean {
  if (text.length <= longestReadable) return false;
  const head = dataUrl.exec(text.slice(0, longestReadable))?.[0] ?? "";
  return isBase64(text.slice(head.length));
}
