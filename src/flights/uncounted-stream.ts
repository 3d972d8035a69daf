import type { AnswerStream } from "../core/answer.ts";
import type { Protocol } from "../core/protocol.ts";

/**
 * A live stream for a caller who joined it and is to be told no counts: each step holds whole events, so each can be
 * played by itself with its counts 0. What does not speak of usage goes on as it came.
 */
export class UncountedStream implements AnswerStream {
  readonly #source: AnswerStream;
  readonly #protocol: Protocol;

  constructor(source: AnswerStream, protocol: Protocol) {
    this.#source = source;
    this.#protocol = protocol;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const step = await this.#source.next();
    return step.done === true ? step : { done: false, value: this.#uncounted(step.value) };
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    return this.#source.return();
  }

  #uncounted(events: Uint8Array): Uint8Array {
    const bytes = Buffer.from(events.buffer, events.byteOffset, events.byteLength);
    // Which field counts is the protocol's to know; all of them have this in their names.
    if (!bytes.includes("usage")) return events;
    const recording = { form: "events", body: events, model: undefined, usage: undefined } as const;
    return this.#protocol.replayEvents(recording, { includeUsage: true, zeroUsage: true });
  }
}
