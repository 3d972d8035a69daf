import type { AnswerStream } from "../../core/answer.ts";
import type { CancelTimer, Clock } from "../../core/clock.ts";

/**
 * A replayed stream at a pace: steady, where the first event comes at once and each further one `paceMs` after the one
 * before, or by a plan. Time counts from the first read, or from when the plan began, so a reader that was slow gets
 * everything that is due at once and the end does not move. A replay has LF alone, so an empty line ends an event (HTML
 * standard, section 9.2.5).
 */

export interface ReplayPlan {
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** When an event is due, in milliseconds from then; `share`: of all bytes, up to the end of the event. */
  dueMs(share: number): number;
}

/** What is due is handed out in pieces of about this much. */
const maxTakeBytes = 64 * 1024;
const ended: IteratorResult<Uint8Array> = { done: true, value: undefined };

export class PacedReplay implements AnswerStream {
  readonly #bytes: Buffer;
  readonly #paceMs: number;
  readonly #plan: ReplayPlan | undefined;
  readonly #clock: Clock;
  #startedAt: number | undefined;
  /** How many events were handed out, and where the next one begins. */
  #events = 0;
  #at = 0;
  #waiting:
    | { readonly resolve: (result: IteratorResult<Uint8Array>) => void; readonly cancel: CancelTimer }
    | undefined;

  constructor(bytes: Uint8Array, pace: number | ReplayPlan, clock: Clock) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#plan = typeof pace === "number" ? undefined : pace;
    this.#paceMs = typeof pace === "number" ? pace : 0;
    this.#startedAt = this.#plan?.startedAt;
    this.#clock = clock;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#at >= this.#bytes.length) return Promise.resolve(ended);
    const now = this.#clock.monotonic();
    this.#startedAt ??= now;
    const waitMs = this.#startedAt + this.#dueMs() - now;
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

  /** Of the next event. */
  #dueMs(): number {
    return this.#plan?.dueMs(this.#endOfNext() / this.#bytes.length) ?? this.#events * this.#paceMs;
  }

  #endOfNext(): number {
    const end = this.#bytes.indexOf("\n\n", this.#at);
    return end < 0 ? this.#bytes.length : end + 2;
  }

  /** The events that are due after `elapsedMs`. */
  #take(elapsedMs: number): Uint8Array {
    const from = this.#at;
    while (this.#at < this.#bytes.length && this.#dueMs() <= elapsedMs && this.#at - from < maxTakeBytes) {
      this.#at = this.#endOfNext();
      this.#events++;
    }
    return this.#bytes.subarray(from, this.#at);
  }
}
