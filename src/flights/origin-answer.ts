import { OriginError } from "../core/errors.ts";
import type { RecordTicket } from "../core/layer.ts";
import { type HeaderMap, headerValue } from "../core/origin.ts";
import type { Stored } from "../core/outcome.ts";
import type { AnswerFacts, Recording } from "../core/recording.ts";

/** What an origin sent, and how it is read. */

/** A complete answer, of whatever status. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: Uint8Array;
  /** Present when the protocol understood the answer, so that it can be played in another form. */
  readonly recording: Recording | undefined;
  readonly stored: Stored;
}

/** An answer that has come to its end, as it is judged and stored. */
export interface CompleteAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly facts: AnswerFacts | undefined;
  readonly recording: Recording | undefined;
  readonly tooLarge: boolean;
  /** A newer answer was asked for meanwhile, and is the one to keep. */
  readonly replaced: boolean;
  /** `undefined`: nothing may be stored. */
  readonly ticket: RecordTicket | undefined;
}

/** An error is read whole up to this size also where entries are smaller, so that it is known for what it is. */
export const mostErrorBytes = 1024 * 1024;

export function mediaType(headers: HeaderMap): string {
  return (headerValue(headers, "content-type")?.split(";")[0] ?? "").trim().toLowerCase();
}

/** Reads up to `limit` bytes; what lies beyond stays in `overflow`, to be read on. `heard` is told of each chunk. */
export async function collect(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  heard: (bytes: number) => void = () => {},
): Promise<{ readonly body: Uint8Array; readonly overflow: AsyncIterable<Uint8Array> | undefined }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const iterator = body[Symbol.asyncIterator]();
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
    chunks.push(step.value);
    size += step.value.length;
    heard(step.value.length);
    if (size > limit)
      return { body: Buffer.concat(chunks, size), overflow: { [Symbol.asyncIterator]: () => iterator } };
  }
  return { body: chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, size), overflow: undefined };
}

/** What `collect` took apart, in one again. */
export async function* rejoined(collected: {
  readonly body: Uint8Array;
  readonly overflow: AsyncIterable<Uint8Array> | undefined;
}): AsyncGenerator<Uint8Array> {
  yield collected.body;
  if (collected.overflow !== undefined) yield* collected.overflow;
}

export function asOriginError(error: unknown): OriginError {
  if (error instanceof OriginError) return error;
  return new OriginError("unreachable", {
    message: `The origin call failed: ${error instanceof Error ? error.message : String(error)}`,
    cause: error,
  });
}
