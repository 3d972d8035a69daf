import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Secrets that are known again wherever they turn up. All of one family share a word that nothing else holds, so one search
 * finds any of them; it is searched for in the forms in which programs write text.
 */

export interface CanaryFamily {
  /** What every secret of the family holds. */
  readonly word: string;
  /** The secret of a tenant with this number. */
  of(tenant: number, number: number): string;
}

export function canaryFamily(word: string): CanaryFamily {
  return {
    word,
    of: (tenant, number) => `${word}-${tenant}-${number}-${(tenant * 7_919 + number * 104_729).toString(36)}`,
  };
}

/** In how many places the bytes hold the word, in any form; by form. */
export function traces(
  bytes: Uint8Array | string,
  { word }: Pick<CanaryFamily, "word">,
): Readonly<Record<string, number>> {
  const whole =
    typeof bytes === "string"
      ? Buffer.from(bytes, "utf8")
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Record<string, number> = {};
  for (const [form, needle] of formsOf(word)) {
    let count = 0;
    for (let at = whole.indexOf(needle); at >= 0; at = whole.indexOf(needle, at + 1)) count++;
    if (count > 0) found[form] = count;
  }
  return found;
}

function formsOf(word: string): readonly (readonly [string, Buffer])[] {
  const text = Buffer.from(word, "utf8");
  const encoded = [0, 1, 2].flatMap((before) => {
    // What stands before moves the groups of three bytes; the characters at both ends depend on the neighbours.
    const padded = Buffer.concat([Buffer.alloc(before), text]);
    const inner = (["base64", "base64url"] as const).map((form) => padded.toString(form).replace(/=+$/, ""));
    return inner.map((form) => ["base64", Buffer.from(form.slice(before === 0 ? 0 : before + 1, -1))] as const);
  });
  return [
    ["plain", text],
    ["hexadecimal", Buffer.from(text.toString("hex"))],
    ["hexadecimal capitals", Buffer.from(text.toString("hex").toUpperCase())],
    ["UTF-16", Buffer.from(word, "utf16le")],
    ["backwards", Buffer.from([...word].reverse().join(""))],
    ...encoded,
  ];
}

/** All bytes of the files in a folder, and in those below it. */
export function bytesIn(folder: string): Uint8Array {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return Buffer.concat(files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file)));
}
