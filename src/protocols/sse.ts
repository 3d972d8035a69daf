import { OriginError } from "../core/errors.ts";

/**
 * Reads an event stream as WHATWG HTML, section 9.2.6 "Interpreting an event stream", says. Lines end in LF, CR or
 * CRLF; a blank line dispatches the event; an unfinished last event is discarded. It works on bytes, since no
 * character of UTF-8 can hold a line end, and looks at each byte once: line ends are found by `indexOf`, and what
 * is left of a chunk waits in one growing buffer. No event takes more than `maxEventBytes`,
 * each line end counted as one.
 */

export interface SseEvent {
  readonly kind: "event";
  /** The `event` field; empty when there is none, which readers take for `message`. */
  readonly name: string;
  /** The `id` field of this block. */
  readonly id: string | undefined;
  /** The `data` fields joined by line feeds, invalid UTF-8 replaced. */
  readonly data: string;
  /** False when `data` held invalid UTF-8; `bytes` then still has it as it came. */
  readonly validUtf8: boolean;
  /** The event in its one normal form. */
  readonly bytes: Uint8Array;
}

/** A comment, a `retry` field or a block without data: keeps a connection alive, says nothing. */
export interface SseKeepAlive {
  readonly kind: "keep-alive";
  readonly bytes: Uint8Array;
}

/** An event grew beyond the limit. Always the last block of its stream. */
export interface SseOverflow {
  readonly kind: "overflow";
}

export type SseBlock = SseEvent | SseKeepAlive | SseOverflow;

/** The origin sent an event larger than the limit, so the stream cannot go on. */
export class EventTooLargeError extends OriginError {
  constructor(maxEventBytes: number) {
    super("truncated", {
      message: `The origin sent an event of more than ${maxEventBytes} bytes`,
      remedy: "Raise the bound on the size of one event, if such events are legitimate",
    });
  }
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const forgiving = new TextDecoder("utf-8", { ignoreBOM: true });
const dataPrefix = encoder.encode("data: ");

export class SseReader {
  readonly #maxEventBytes: number;
  /** The start of a line whose end has not come yet. */
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #afterCarriageReturn = false;
  #firstLine = true;
  #overflown = false;
  #data: Uint8Array[] = [];
  #name = "";
  #id: string | undefined;
  #blockBytes = 0;

  constructor(options: { readonly maxEventBytes: number }) {
    this.#maxEventBytes = options.maxEventBytes;
  }

  /** Whether an event has begun that is not complete. */
  get isWithinEvent(): boolean {
    return this.#heldBytes > 0 || this.#blockBytes > 0;
  }

  /** The blocks that `chunk` completed, in order. `chunk` is not kept. */
  push(chunk: Uint8Array): readonly SseBlock[] {
    const blocks: SseBlock[] = [];
    if (this.#overflown || chunk.length === 0) return blocks;
    let start = this.#afterCarriageReturn && chunk[0] === lineFeed ? 1 : 0;
    this.#afterCarriageReturn = false;
    let nextLineFeed = chunk.indexOf(lineFeed, start);
    let nextReturn = chunk.indexOf(carriageReturn, start);
    for (;;) {
      if (nextLineFeed >= 0 && nextLineFeed < start) nextLineFeed = chunk.indexOf(lineFeed, start);
      if (nextReturn >= 0 && nextReturn < start) nextReturn = chunk.indexOf(carriageReturn, start);
      const end = nextReturn < 0 || (nextLineFeed >= 0 && nextLineFeed < nextReturn) ? nextLineFeed : nextReturn;
      const rest = (end < 0 ? chunk.length : end) - start;
      if (this.#blockBytes + this.#heldBytes + rest > this.#maxEventBytes) return this.#overflow(blocks);
      if (end < 0) break;
      this.#line(this.#completed(chunk.subarray(start, end)), blocks);
      start = end + 1;
      if (end === nextReturn) {
        this.#afterCarriageReturn = start === chunk.length;
        if (chunk[start] === lineFeed) start++;
      }
    }
    this.#hold(chunk.subarray(start));
    return blocks;
  }

  #overflow(blocks: SseBlock[]): readonly SseBlock[] {
    this.#overflown = true;
    this.#held = new Uint8Array(0);
    this.#data = [];
    blocks.push({ kind: "overflow" });
    return blocks;
  }

  #hold(bytes: Uint8Array): void {
    const needed = this.#heldBytes + bytes.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, Math.min(this.#held.length * 2, this.#maxEventBytes), 256));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#heldBytes);
    this.#heldBytes = needed;
  }

  /** The whole line that ends with `tail`; a view, good until the next line. */
  #completed(tail: Uint8Array): Uint8Array {
    let line = tail;
    if (this.#heldBytes > 0) {
      this.#hold(tail);
      line = this.#held.subarray(0, this.#heldBytes);
      this.#heldBytes = 0;
    }
    if (!this.#firstLine) return line;
    this.#firstLine = false;
    return line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line;
  }

  #line(line: Uint8Array, blocks: SseBlock[]): void {
    if (line.length === 0) {
      this.#dispatch(blocks);
      return;
    }
    const colonAt = line.indexOf(colon);
    const nameBytes = colonAt < 0 ? line : line.subarray(0, colonAt);
    const valueAt = colonAt < 0 ? line.length : colonAt + (line[colonAt + 1] === space ? 2 : 1);
    const value = line.subarray(valueAt);
    const name = isData(nameBytes) ? "data" : forgiving.decode(nameBytes);
    if (name === "") {
      blocks.push({ kind: "keep-alive", bytes: joined([encoder.encode(value.length > 0 ? ": " : ":"), value, blank]) });
    } else if (name === "data") {
      this.#data.push(dataBlock(value));
      this.#blockBytes += line.length + 1;
    } else if (name === "event") {
      this.#name = forgiving.decode(value);
      this.#blockBytes += line.length + 1;
    } else if (name === "id" && !value.includes(0)) {
      this.#id = forgiving.decode(value);
      this.#blockBytes += line.length + 1;
    } else if (name === "retry" && /^\d+$/.test(forgiving.decode(value))) {
      blocks.push({ kind: "keep-alive", bytes: joined([encoder.encode("retry: "), value, blank]) });
    }
  }

  #dispatch(blocks: SseBlock[]): void {
    const name = this.#name;
    const id = this.#id;
    const lines = this.#data;
    const head = name === "" && id === undefined ? nothing : encoder.encode(header(name, id));
    if (lines.length > 0) {
      const [data, validUtf8] = decoded(lines);
      const isPlain = lines.length === 1 && head.length === 0;
      const bytes = isPlain
        ? (lines[0] as Uint8Array)
        : joined([head, ...lines.map((line) => line.subarray(0, -1)), newline]);
      blocks.push({ kind: "event", name, id, data, validUtf8, bytes });
    } else if (head.length > 0) {
      blocks.push({ kind: "keep-alive", bytes: joined([head, newline]) });
    }
    this.#data = [];
    this.#name = "";
    this.#id = undefined;
    this.#blockBytes = 0;
  }
}

/** Nearly every line is one of data, so its name is not worth decoding. */
function isData(name: Uint8Array): boolean {
  return name.length === 4 && name[0] === 0x64 && name[1] === 0x61 && name[2] === 0x74 && name[3] === 0x61;
}

const nothing = new Uint8Array(0);
const newline = Uint8Array.of(lineFeed);
const blank = Uint8Array.of(lineFeed, lineFeed);

/** A line of data as the event that it nearly always is, so that it is copied once. */
function dataBlock(value: Uint8Array): Uint8Array {
  const end = dataPrefix.length + value.length;
  const block = new Uint8Array(end + 2);
  block.set(dataPrefix);
  block.set(value, dataPrefix.length);
  block[end] = lineFeed;
  block[end + 1] = lineFeed;
  return block;
}

function decoded(blocks: readonly Uint8Array[]): readonly [string, boolean] {
  const lines = blocks.map((block) => block.subarray(dataPrefix.length, -2));
  try {
    return [lines.map((line) => strict.decode(line)).join("\n"), true];
  } catch {
    return [lines.map((line) => forgiving.decode(line)).join("\n"), false];
  }
}

function header(name: string, id: string | undefined): string {
  return (name === "" ? "" : `event: ${name}\n`) + (id === undefined ? "" : `id: ${id}\n`);
}

/** The text of one event in normal form. `data` may have several lines. */
export function renderEvent(data: string, name = "", id?: string): string {
  return `${header(name, id)}data: ${data.replaceAll("\n", "\ndata: ")}\n\n`;
}

const readAtOnce = 64 * 1024;

/** The events of a whole stream that is already in memory. Read as they are asked for, since all of them together are large. */
export function* readEvents(body: Uint8Array): Iterable<SseEvent> {
  const reader = new SseReader({ maxEventBytes: Number.POSITIVE_INFINITY });
  for (let at = 0; at < body.length; at += readAtOnce) {
    for (const block of reader.push(body.subarray(at, at + readAtOnce))) if (block.kind === "event") yield block;
  }
}

/** One array with the bytes of all parts. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
