import type { AnswerStream } from "../core/answer.ts";
import type { StreamReissue } from "../core/reissue.ts";
import type { ArrivalMark } from "./answer-times.ts";

/** A stream that is computed, as members of a shared scope may see it; what had come by when is told at its end. */
export class ConcealedStream implements AnswerStream {
  readonly #source: AnswerStream;
  readonly #reissue: () => StreamReissue;
  readonly #elapsedMs: () => number;
  readonly #onEnd: (arrivals: readonly ArrivalMark[], bytes: number) => void;
  /** Made with the first bytes, since it has the time in it. */
  #events: StreamReissue | undefined;
  readonly #arrivals: { readonly to: number; readonly ms: number }[] = [];
  #bytes = 0;

  constructor(
    source: AnswerStream,
    reissue: () => StreamReissue,
    elapsedMs: () => number,
    onEnd: (arrivals: readonly ArrivalMark[], bytes: number) => void,
  ) {
    this.#source = source;
    this.#reissue = reissue;
    this.#elapsedMs = elapsedMs;
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const step = await this.#source.next();
      if (step.done === true) {
        const arrivals = this.#arrivals.map(({ to, ms }) => ({ share: to / this.#bytes, ms }));
        if (arrivals.length > 0) this.#onEnd(arrivals, this.#bytes);
        return step;
      }
      this.#events ??= this.#reissue();
      const value = this.#events.push(step.value);
      // A comment alone: whether one comes tells who sends the stream.
      if (value.length === 0) continue;
      this.#bytes += value.length;
      this.#arrivals.push({ to: this.#bytes, ms: this.#elapsedMs() });
      return { done: false, value };
    }
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    return this.#source.return();
  }
}
