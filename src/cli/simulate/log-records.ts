import { createReadStream, statSync } from "node:fs";
import process from "node:process";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { RepriseError } from "../../core/errors.ts";
import { type LogRecord, RecordSplitter } from "./record-splitter.ts";

/**
 * The records of a log, a chunk of the file at a time: what was read is forgotten before more is read, so that a log of
 * any size takes the memory of its longest records. gzip is recognised by its first bytes, `-` is standard input.
 */

export interface LogSource {
  readonly name: string;
  /** `undefined` where it is not known beforehand. */
  readonly bytes: number | undefined;
  /** Bytes of the file that were read so far. */
  readonly readBytes: () => number;
  /** Throws `RepriseError` when the file cannot be read on. */
  records(): AsyncGenerator<readonly LogRecord[]>;
}

const chunkBytes = 256 * 1024;

/** Throws `RepriseError` when there is no such file. */
export function openLog(name: string): LogSource {
  if (name === "-") return sourceOf("standard input", undefined, () => process.stdin);
  let bytes: number;
  try {
    const found = statSync(name);
    if (found.isDirectory()) throw Object.assign(new Error("is a folder"), { code: "EISDIR" });
    // Of a pipe or a device nothing is known.
    bytes = found.isFile() ? found.size : 0;
  } catch (error) {
    throw unreadable(name, error);
  }
  const open = () => createReadStream(name, { highWaterMark: chunkBytes });
  return sourceOf(name, bytes === 0 ? undefined : bytes, open);
}

/** A source that reads what `open` gives. */
export function sourceOf(name: string, bytes: number | undefined, open: () => Readable): LogSource {
  let read = 0;
  return {
    name,
    bytes,
    readBytes: () => read,
    async *records() {
      const splitter = new RecordSplitter();
      try {
        for await (const chunk of unpacked(open(), (length) => {
          read += length;
        })) {
          const records = splitter.push(chunk as Uint8Array);
          if (records.length > 0) yield records;
        }
      } catch (error) {
        const rest = splitter.end();
        if (rest.length > 0) yield rest;
        throw unreadable(name, error);
      }
      const rest = splitter.end();
      if (rest.length > 0) yield rest;
    },
  };
}

async function* unpacked(input: Readable, heard: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const chunks = counted(input, heard);
  const first = await chunks.next();
  if (first.done === true) return;
  const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
  const all = rejoined(first.value, chunks);
  if (!isGzip) return yield* all;
  const { Readable: Stream, pipeline } = await import("node:stream");
  const gunzip = createGunzip({ chunkSize: chunkBytes });
  // Errors of either end reach whoever reads.
  pipeline(Stream.from(all, { objectMode: false }), gunzip, () => {});
  yield* gunzip as AsyncIterable<Uint8Array>;
}

async function* counted(input: Readable, heard: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    heard(chunk.length);
    yield chunk;
  }
}

async function* rejoined(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

function unreadable(name: string, error: unknown): RepriseError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT")
    return new RepriseError("log_unreadable", {
      message: `${name} does not exist.`,
      remedy: "Correct the name of the file.",
    });
  const isPacked = code?.startsWith("Z_") === true;
  return new RepriseError("log_unreadable", {
    message: isPacked ? `${name} is damaged: ${message}.` : `${name} cannot be read: ${code ?? message}.`,
    remedy: isPacked ? "Pack it again, or give what can be unpacked." : "Check what it is and its permissions.",
    cause: error,
  });
}
