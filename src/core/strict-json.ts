import { exactNumber, type JsonNumber, type JsonObject, type JsonValue } from "./json-value.ts";

/**
 * A strict parser for RFC 8259, a recursive descent over UTF-16 code units.
 *
 * Two readers of one text must never disagree on what it says, because the cache reads it first and the origin later.
 * So everything on which parsers are known to differ is refused: duplicate keys (section 4), lone surrogates
 * (section 8.2), a byte order mark (section 8.1), invalid UTF-8, NaN, control characters, trailing commas, text after
 * the value. Depth is bounded before the stack is. A string without escapes is a slice of the text.
 */

export type JsonFault = "syntax" | "duplicate_key" | "lone_surrogate" | "invalid_utf8" | "too_deep" | "too_many_values";

/** The text is not strict JSON. The message quotes keys and single characters of the text, never its strings. */
export class JsonError extends Error {
  readonly reason: JsonFault;
  /** Where: counted in bytes for bytes, in UTF-16 code units for a string. */
  readonly offset: number;
  /** The value being read, such as `messages[0].content`; empty for the whole text. */
  readonly path: string;

  constructor(reason: JsonFault, what: string, offset: number, path: string) {
    super(`${what} at offset ${offset}${path === "" ? "" : ` in ${path}`}`);
    this.name = "JsonError";
    this.reason = reason;
    this.offset = offset;
    this.path = path;
  }
}

export interface ParseOptions {
  /** Containers that may lie within each other. Default 200, at most 1,000. */
  readonly maxDepth?: number;
  /**
   * Values and keys that the text may have, all levels together. Each costs memory and time far beyond its bytes, so a
   * text from a stranger needs a bound. Default none.
   */
  readonly maxValues?: number;
}

/** Deeper than this, recursion itself would be at risk. */
export const greatestDepth = 1000;
const defaultDepth = 200;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads one JSON text. Throws `JsonError`, and nothing else, for a text that is not strict JSON. */
export function parseJson(input: Uint8Array | string, options?: ParseOptions): JsonValue {
  if (typeof input === "string") return new Parser(input, false, options).parse();
  let text: string;
  try {
    text = decoder.decode(input);
  } catch {
    throw new JsonError("invalid_utf8", "Invalid UTF-8", invalidUtf8At(input), "");
  }
  return new Parser(text, true, options).parse();
}

/** The first byte that no valid text could have there: a replacement character whose own bytes differ from the input's. */
function invalidUtf8At(bytes: Uint8Array): number {
  const repaired = new TextEncoder().encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  let at = 0;
  while (at < bytes.length && bytes[at] === repaired[at]) at++;
  // A bad sequence that begins like U+FFFD itself (EF BF BD) agrees with the replacement for a byte or two.
  while (at > 0 && (repaired[at] as number) >= 0x80 && (repaired[at] as number) < 0xc0) at--;
  return at;
}

/** Names a place as one would write it in code: `messages[0]["odd key"]`; cut short after 200 characters. */
export function formatPath(segments: readonly (string | number)[]): string {
  let path = "";
  for (const segment of segments) {
    if (path.length > 200) return `${path}…`;
    if (typeof segment === "number") path += `[${segment}]`;
    else if (!/^[A-Za-z_$][\w$]{0,63}$/.test(segment)) path += `[${quoted(segment)}]`;
    else path += path === "" ? segment : `.${segment}`;
  }
  return path;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 63)}…` : text);
}

const quote = 0x22;
const backslash = 0x5c;
/** What may stand after a backslash, except `u`. */
const escapable = '"\\/bfnrt';

class Parser {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #maxValues: number;
  readonly #bytes: boolean;
  /** Text made from valid UTF-8 is well formed; for a string this says whether each string within needs a look. */
  readonly #suspect: boolean;
  /** Where the parser is; only the first `#named` segments hold. */
  readonly #path: (string | number)[] = [];
  #named = 0;
  #at = 0;
  #depth = 0;
  #values = 0;

  constructor(text: string, bytes: boolean, options: ParseOptions | undefined) {
    this.#text = text;
    this.#maxDepth = Math.min(options?.maxDepth ?? defaultDepth, greatestDepth);
    this.#maxValues = options?.maxValues ?? Number.POSITIVE_INFINITY;
    this.#bytes = bytes;
    this.#suspect = !bytes && !text.isWellFormed();
  }

  parse(): JsonValue {
    this.#space();
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#unexpected("the end of the text");
    return value;
  }

  #value(): JsonValue {
    this.#count();
    const code = this.#text.charCodeAt(this.#at);
    if (code === quote) return this.#string();
    if (code === 0x7b) return this.#object();
    if (code === 0x5b) return this.#array();
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.#number();
    if (code === 0x74) return this.#word("true", true);
    if (code === 0x66) return this.#word("false", false);
    if (code === 0x6e) return this.#word("null", null);
    return this.#unexpected("a value");
  }

  #count(): void {
    if (++this.#values > this.#maxValues)
      this.#fail("too_many_values", `More than ${this.#maxValues} values and keys`, this.#at);
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#unexpected("a value");
    this.#at += word.length;
    return value;
  }

  #object(): JsonObject {
    const members = new Map<string, JsonValue>();
    this.#enter();
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== 0x7d) {
      for (;;) {
        const keyAt = this.#at;
        if (this.#text.charCodeAt(keyAt) !== quote) this.#unexpected("a key in double quotes");
        this.#count();
        const key = this.#string();
        this.#name(key);
        if (members.has(key)) this.#fail("duplicate_key", `Duplicate key ${quoted(key)}`, keyAt);
        this.#space();
        if (this.#text.charCodeAt(this.#at) !== 0x3a) this.#unexpected('":"');
        this.#at++;
        this.#space();
        members.set(key, this.#value());
        this.#named = this.#depth - 1;
        this.#space();
        if (this.#text.charCodeAt(this.#at) !== 0x2c) break;
        this.#at++;
        this.#space();
      }
      if (this.#text.charCodeAt(this.#at) !== 0x7d) this.#unexpected('"," or "}"');
    }
    this.#leave();
    return members;
  }

  #array(): readonly JsonValue[] {
    const elements: JsonValue[] = [];
    this.#enter();
    this.#space();
    if (this.#text.charCodeAt(this.#at) !== 0x5d) {
      for (;;) {
        this.#name(elements.length);
        elements.push(this.#value());
        this.#named = this.#depth - 1;
        this.#space();
        if (this.#text.charCodeAt(this.#at) !== 0x2c) break;
        this.#at++;
        this.#space();
      }
      if (this.#text.charCodeAt(this.#at) !== 0x5d) this.#unexpected('"," or "]"');
    }
    this.#leave();
    return elements;
  }

  #enter(): void {
    if (this.#depth >= this.#maxDepth)
      this.#fail("too_deep", `More than ${this.#maxDepth} levels of nesting`, this.#at);
    this.#depth++;
    this.#at++;
  }

  #name(segment: string | number): void {
    this.#path[this.#depth - 1] = segment;
    this.#named = this.#depth;
  }

  #leave(): void {
    this.#depth--;
    this.#at++;
  }

  #string(): string {
    const text = this.#text;
    const openedAt = this.#at;
    let at = openedAt + 1;
    let code = text.charCodeAt(at);
    while (code !== quote && code !== backslash && code >= 0x20) code = text.charCodeAt(++at);
    const value = code === quote ? text.slice(openedAt + 1, at) : this.#escaped(openedAt, at);
    if (code === quote) this.#at = at + 1;
    if ((this.#suspect || code === backslash) && !value.isWellFormed()) {
      this.#fail("lone_surrogate", "Lone surrogate in the string", openedAt);
    }
    return value;
  }

  /** The string that begins at `openedAt` and whose first place that is not an ordinary character is `at`. */
  #escaped(openedAt: number, at: number): string {
    const text = this.#text;
    let end = at;
    let code = text.charCodeAt(end);
    while (code !== quote && code >= 0x20) {
      end += code === backslash ? 2 : 1;
      code = text.charCodeAt(end);
    }
    try {
      // A single string leaves JSON.parse no choice, and it reads millions of escapes at once.
      const value: string = JSON.parse(text.slice(openedAt, end + 1));
      this.#at = end + 1;
      return value;
    } catch {
      return this.#stringFault(at);
    }
  }

  /** Names the first fault at `at` or after it in a string that has one. */
  #stringFault(at: number): never {
    const text = this.#text;
    for (this.#at = at; text.charCodeAt(this.#at) !== quote; this.#at++) {
      const code = text.charCodeAt(this.#at);
      if (Number.isNaN(code)) break;
      if (code < 0x20) this.#fail("syntax", `Control character ${this.#found()} in a string`, this.#at);
      if (code !== backslash) continue;
      const letter = text[this.#at + 1] ?? "";
      if (letter === "u") {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(this.#at + 2, this.#at + 6))) {
          this.#fail("syntax", "Escape \\u without four hexadecimal digits", this.#at);
        }
      } else if (!escapable.includes(letter) || letter === "") this.#fail("syntax", "Unknown escape", this.#at);
      this.#at++;
    }
    return this.#fail("syntax", "Unterminated string", this.#at);
  }

  #number(): number | JsonNumber {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    let code = text.charCodeAt(at);
    const negative = code === 0x2d;
    if (negative) code = text.charCodeAt(++at);
    const wholeAt = at;
    let whole = 0;
    while (code >= 0x30 && code <= 0x39) {
      whole = whole * 10 + (code - 0x30);
      code = text.charCodeAt(++at);
    }
    this.#at = at;
    const length = at - wholeAt;
    if (length === 0) this.#unexpected("a digit");
    if (length > 1 && text.charCodeAt(wholeAt) === 0x30) this.#fail("syntax", "Number with a leading zero", start);
    const fraction = code === 0x2e;
    if (fraction) code = this.#digits(1);
    const exponent = code === 0x65 || code === 0x45;
    if (exponent) {
      const sign = text.charCodeAt(this.#at + 1);
      this.#digits(sign === 0x2b || sign === 0x2d ? 2 : 1);
    }
    // Fifteen digits always fit a double; "-0" is 0, as in RFC 8785.
    if (!fraction && !exponent && length <= 15) return negative && whole !== 0 ? -whole : whole;
    const value = exactNumber(text.slice(start, this.#at));
    if (value === undefined) this.#fail("syntax", "Number with an exponent of more than 20 digits", start);
    return value;
  }

  /** Skips `lead` characters and the digits after them, of which there must be one; returns the code that follows. */
  #digits(lead: number): number {
    this.#at += lead;
    const start = this.#at;
    let code = this.#text.charCodeAt(this.#at);
    while (code >= 0x30 && code <= 0x39) code = this.#text.charCodeAt(++this.#at);
    if (this.#at === start) this.#unexpected("a digit");
    return code;
  }

  #space(): void {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = this.#text.charCodeAt(++this.#at);
  }

  #found(): string {
    const code = this.#text.codePointAt(this.#at) as number;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    return code > 0x20 && code < 0x7f ? `"${String.fromCharCode(code)}"` : name;
  }

  #unexpected(wanted: string): never {
    if (this.#at >= this.#text.length) this.#fail("syntax", `Expected ${wanted}, found the end of the text`, this.#at);
    this.#fail("syntax", `Expected ${wanted}, found ${this.#found()}`, this.#at);
  }

  #fail(reason: JsonFault, what: string, at: number): never {
    const offset = this.#bytes ? new TextEncoder().encode(this.#text.slice(0, at)).length : at;
    throw new JsonError(reason, what, offset, formatPath(this.#path.slice(0, this.#named)));
  }
}
