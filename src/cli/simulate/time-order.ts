import type { LoggedCall } from "../../access-log/logged-call.ts";

/**
 * Calls by the time at which they came. Logs are written when calls end, so calls that overlap stand in them in another
 * order than they came in; the order of time holds within twice the time that the longest call took so far, one to ten
 * minutes. A call that seems to come earlier than that tells
 * of a clock that was set back: from there the order of the file holds, and time goes on from where it was, with the same
 * spaces between calls. What waits is bounded in number and in size, and calls without a time keep their place.
 */

const leastMs = 60_000;
const mostMs = 10 * 60_000;
const mostWaiting = 20_000;
const mostWaitingLength = 64 * 1024 * 1024;

interface Waiting {
  readonly call: LoggedCall;
  readonly at: number;
  readonly order: number;
  readonly length: number;
}

export class TimeOrder {
  jumps = 0;
  #waiting: Waiting[] = [];
  #length = 0;
  #order = 0;
  /** What is added to the times of the log. */
  #shift = 0;
  #windowMs = leastMs;
  #isSorted = true;
  #newest = Number.NEGATIVE_INFINITY;
  #lastOut = Number.NEGATIVE_INFINITY;

  /** `length`: what it takes while it waits. */
  push(call: LoggedCall, length: number): void {
    let at = call.at === undefined ? this.#newest : call.at + this.#shift;
    if (call.durationMs !== undefined) this.#windowMs = Math.min(mostMs, Math.max(this.#windowMs, 2 * call.durationMs));
    if (at < this.#newest - mostMs) {
      this.jumps++;
      this.#shift += this.#newest - at;
      at = this.#newest;
    }
    if (at < this.#newest) this.#isSorted = false;
    this.#newest = Math.max(this.#newest, at);
    this.#waiting.push({ call, at, order: this.#order++, length });
    this.#length += length;
  }

  /** Those before which no other can come any more. */
  due(): readonly LoggedCall[] {
    if (this.#waiting.length === 0) return [];
    const isFull = this.#waiting.length > mostWaiting || this.#length > mostWaitingLength;
    this.#sort();
    const until = this.#newest - this.#windowMs;
    let count = this.#waiting.findIndex(({ at }) => at > until);
    if (count < 0) count = this.#waiting.length;
    if (isFull) count = Math.max(count, this.#waiting.length >> 1);
    return this.#out(count);
  }

  /** All that wait. */
  rest(): readonly LoggedCall[] {
    this.#sort();
    return this.#out(this.#waiting.length);
  }

  #sort(): void {
    if (this.#isSorted) return;
    this.#isSorted = true;
    this.#waiting.sort((one, other) => (one.at === other.at ? one.order - other.order : one.at - other.at));
  }

  #out(count: number): readonly LoggedCall[] {
    const out = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    return out.map(({ call, at, length }) => {
      this.#length -= length;
      if (call.at === undefined) return call;
      this.#lastOut = Math.max(this.#lastOut, at);
      return this.#lastOut === call.at ? call : { ...call, at: this.#lastOut };
    });
  }
}
