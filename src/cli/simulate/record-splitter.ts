/**
 * Bytes to records: lines, or the items of one JSON array. Which of the two it is says the first character. Items of an
 * array are found by counting brackets outside of strings, so that a file of any size is cut without being parsed.
 */

export interface LogRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  /** `undefined` for one that is too long to be read. */
  readonly text: string | undefined;
}

/** Longer ones are no calls. */
export const longestRecord = 64 * 1024 * 1024;

const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const opening: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closing: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const space: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

export class RecordSplitter {
  readonly #decoder = new TextDecoder();
  #form: "unknown" | "lines" | "items" = "unknown";
  /** Of the record that is not complete yet. */
  #parts: Uint8Array[] = [];
  #length = 0;
  #line = 1;
  /** Where the record began. */
  #begunAt = 1;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** The records that `chunk` completes. */
  push(chunk: Uint8Array): readonly LogRecord[] {
    let start = 0;
    if (this.#form === "unknown") {
      if (this.#line === 1 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) start = 3;
      while (start < chunk.length && space.has(chunk[start] as number)) {
        if (chunk[start] === newline) this.#line++;
        start++;
      }
      if (start === chunk.length) return [];
      this.#form = chunk[start] === 0x5b ? "items" : "lines";
      if (this.#form === "items") start++;
      this.#begunAt = this.#line;
    }
    return this.#form === "lines" ? this.#lines(chunk, start) : this.#items(chunk, start);
  }

  /** What is left at the end. */
  end(): readonly LogRecord[] {
    const record = this.#take();
    return record === undefined ? [] : [record];
  }

  #lines(chunk: Uint8Array, from: number): readonly LogRecord[] {
    const records: LogRecord[] = [];
    let start = from;
    for (let end = chunk.indexOf(newline, start); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#keep(chunk, start, end);
      const record = this.#take();
      if (record !== undefined) records.push(record);
      this.#line++;
      this.#begunAt = this.#line;
      start = end + 1;
    }
    this.#keep(chunk, start, chunk.length);
    return records;
  }

  #items(chunk: Uint8Array, from: number): readonly LogRecord[] {
    const records: LogRecord[] = [];
    let start = from;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (byte === newline) this.#line++;
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) this.#isInString = false;
        continue;
      }
      if (byte === quote) this.#isInString = true;
      else if (opening.has(byte)) this.#depth++;
      else if (closing.has(byte) && this.#depth > 0) this.#depth--;
      else if (this.#depth === 0 && (byte === comma || closing.has(byte))) {
        this.#keep(chunk, start, at);
        const record = this.#take();
        if (record !== undefined) records.push(record);
        start = at + 1;
      }
      // Space before an item is not a part of it.
      if (this.#length === 0 && start === at && space.has(byte)) {
        start = at + 1;
        this.#begunAt = this.#line;
      }
    }
    this.#keep(chunk, start, chunk.length);
    return records;
  }

  #keep(chunk: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    this.#length += end - start;
    if (this.#length > longestRecord) this.#parts = [];
    // A copy: the stream may use its chunk again.
    else this.#parts.push(chunk.slice(start, end));
  }

  #take(): LogRecord | undefined {
    const [parts, length, line] = [this.#parts, this.#length, this.#begunAt];
    this.#parts = [];
    this.#length = 0;
    if (length > longestRecord) return { line, text: undefined };
    if (length === 0) return undefined;
    const [first] = parts;
    const text = this.#decoder.decode(parts.length === 1 ? first : Buffer.concat(parts)).trim();
    return text === "" ? undefined : { line, text };
  }
}
