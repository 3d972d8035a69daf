import type { AnswerStream } from "../../core/answer.ts";
import type { CancelTimer, Clock } from "../../core/clock.ts";

/**
 * A replayed stream at a steady pace: the first event at once, each further one `paceMs` after the one before. The plan
 * counts from the first read, so a reader that was slow gets everything that is due at once and the end does not move.
 * A replay has LF alone, so an empty line ends an event (HTML standard, section 9.2.5).
 */

/** What is due is handed out in pieces of about this much. */
const maxTakeBytes = 64 * 1024;
const ended: IteratorResult<Uint8Array> = { done: true, value: undefined };

export class PacedReplay implements AnswerStream {
  readonly #bytes: Buffer;
  readonly #paceMs: number;
  readonly #clock: Clock;
  #startedAt: number | undefined;
  /** How many events were handed out, and where the next one begins. */
  #events = 0;
  #at = 0;
  #waiting:
    | { readonly resolve: (result: IteratorResult<Uint8Array>) => void; readonly cancel: CancelTimer }
    | undefined;

  constructor(bytes: Uint8Array, paceMs: number, clock: Clock) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#paceMs = paceMs;
    this.#clock = clock;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#at >= this.#bytes.length) return Promise.resolve(ended);
    const now = this.#clock.monotonic();
    this.#startedAt ??= now;
    const waitMs = this.#startedAt + this.#events * this.#paceMs - now;
    if (waitMs <= 0) return Promise.resolve({ done: false, value: this.#take(now - this.#startedAt) });
    return new Promise((resolve) => {
      const cancel = this.#clock.after(waitMs, () => {
        this.#waiting = undefined;
        resolve(this.next());
      });
      this.#waiting = { resolve, cancel };
    });
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#at = this.#bytes.length;
    this.#waiting?.cancel();
    this.#waiting?.resolve(ended);
    this.#waiting = undefined;
    return Promise.resolve(ended);
  }

  /** The events that are due after `elapsedMs`. */
  #take(elapsedMs: number): Uint8Array {
    const from = this.#at;
    while (
      this.#at < this.#bytes.length &&
      this.#events * this.#paceMs <= elapsedMs &&
      this.#at - from < maxTakeBytes
    ) {
      const end = this.#bytes.indexOf("\n\n", this.#at);
      this.#at = end < 0 ? this.#bytes.length : end + 2;
      this.#events++;
    }
    return this.#bytes.subarray(from, this.#at);
  }
}
