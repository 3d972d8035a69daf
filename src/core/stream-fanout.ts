import type { AnswerStream } from "./answer.ts";

/**
 * One stream, many readers. Items are kept once, in a log that all readers share; a reader is a position in it, so
 * a late joiner gets everything from the first item and a slow one costs no copy. While the log is `retained` it
 * holds the whole stream (the recorder bounds its size). When it is let go, only a window of what some reader has
 * not yet seen is kept: a lone reader then slows the origin down, and among several the one that lags by more than
 * the window is cut off, so that it slows nobody.
 */

export interface FanoutItem {
  readonly bytes: Uint8Array;
  /** For readers who did not ask for everything; `undefined` when there is nothing for them in this item. */
  readonly lean: Uint8Array | undefined;
}

interface Ending {
  readonly error: Error | undefined;
  /** What the reader is told before the error. */
  readonly farewell: Uint8Array | undefined;
}

/** A reader takes at most this much at a time, so that a long backlog does not become one huge write. */
const maxTakeBytes = 64 * 1024;

export class StreamFanout {
  readonly #windowBytes: number;
  readonly #readers = new Set<FanoutReader>();
  #items: FanoutItem[] = [];
  /** Index of the first item still held. */
  #base = 0;
  #heldBytes = 0;
  #retained = true;
  /** How many will read from the start and have not begun. */
  #reserved = 0;
  #ending: Ending | undefined;
  #pressure: { readonly promise: Promise<void>; readonly release: () => void } | undefined;

  constructor(windowBytes: number) {
    this.#windowBytes = windowBytes;
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  push(item: FanoutItem): void {
    if (this.#ending !== undefined) return;
    this.#items.push(item);
    this.#heldBytes += item.bytes.length;
    for (const reader of this.#readers) reader.wake();
    if (!this.#retained) this.#trim();
  }

  /** From now on keep only what some reader still has to read. */
  letGo(): void {
    this.#retained = false;
    this.#trim();
  }

  /** Keeps the start for one who will read it. Call the result when the reader is there, or will never be. */
  reserve(): () => void {
    this.#reserved++;
    let reserved = true;
    return () => {
      if (!reserved) return;
      reserved = false;
      this.#reserved--;
      this.#trim();
    };
  }

  /** Resolves when the origin may go on; `undefined` when it may at once. */
  pressure(): Promise<void> | undefined {
    if (this.#retained || !this.#isFull || this.#isUnread) return undefined;
    if (this.#pressure === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#pressure = { promise, release: resolve };
    }
    return this.#pressure.promise;
  }

  end(): void {
    this.#finish({ error: undefined, farewell: undefined });
  }

  /** Every reader gets `farewell` after what it still has to read, and then the error. */
  fail(error: Error, farewell: Uint8Array | undefined): void {
    this.#finish({ error, farewell });
  }

  /** `farewell`: what this reader is told if it is cut off for reading too slowly. */
  reader(lean: boolean, onGone: () => void, farewell: () => Uint8Array | undefined): AnswerStream {
    const reader: FanoutReader = new FanoutReader(this, lean, farewell, () => {
      if (!this.#readers.delete(reader)) return;
      this.#trim();
      onGone();
    });
    this.#readers.add(reader);
    return reader;
  }

  /** What `position` and the following items hold, and where the reader stands afterwards. */
  take(position: number, lean: boolean): { readonly chunk: Uint8Array | undefined; readonly position: number } {
    const parts: Uint8Array[] = [];
    let size = 0;
    let at = Math.max(position, this.#base);
    for (; at < this.#base + this.#items.length && size < maxTakeBytes; at++) {
      const item = this.#items[at - this.#base] as FanoutItem;
      const part = lean ? item.lean : item.bytes;
      if (part === undefined) continue;
      parts.push(part);
      size += part.length;
    }
    return { chunk: parts.length > 1 ? Buffer.concat(parts, size) : parts[0], position: at };
  }

  /** The newest item does not count, however large: a reader cannot have taken what has only just come. */
  get #isFull(): boolean {
    return this.#heldBytes - (this.#items.at(-1)?.bytes.length ?? 0) > this.#windowBytes;
  }

  /** Whether nobody reads, nor will. */
  get #isUnread(): boolean {
    return this.#readers.size === 0 && this.#reserved === 0;
  }

  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Called by a reader that has moved on. */
  advanced(): void {
    if (!this.#retained) this.#trim();
  }

  #finish(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    for (const reader of this.#readers) reader.wake();
    this.#relieve();
  }

  #trim(): void {
    if (this.#retained || this.#reserved > 0) return;
    this.#dropRead();
    if (this.#isFull && this.#readers.size > 1) this.#cutLaggards();
    if (!this.#isFull || this.#isUnread) this.#relieve();
  }

  /** Forgets the items that every reader has taken. */
  #dropRead(): void {
    let oldest = this.#base + this.#items.length;
    for (const reader of this.#readers) oldest = Math.min(oldest, reader.position);
    let dropped = 0;
    for (; this.#base + dropped < oldest; dropped++)
      this.#heldBytes -= (this.#items[dropped] as FanoutItem).bytes.length;
    if (dropped === 0) return;
    this.#items.splice(0, dropped);
    this.#base += dropped;
  }

  #cutLaggards(): void {
    let unread = 0;
    let keepFrom = this.#base + this.#items.length - 1;
    while (keepFrom > this.#base) {
      unread += (this.#items[keepFrom - 1 - this.#base] as FanoutItem).bytes.length;
      if (unread > this.#windowBytes) break;
      keepFrom--;
    }
    const laggards = [...this.#readers].filter((reader) => reader.position < keepFrom);
    // The origin is as fast as its fastest reader; if all lag alike, they slow it down together instead.
    if (laggards.length === this.#readers.size) return;
    for (const laggard of laggards) laggard.cut();
    this.#dropRead();
  }

  #relieve(): void {
    this.#pressure?.release();
    this.#pressure = undefined;
  }
}

class FanoutReader implements AnswerStream {
  position = 0;
  readonly #fanout: StreamFanout;
  readonly #lean: boolean;
  readonly #farewell: () => Uint8Array | undefined;
  readonly #leave: () => void;
  #waiting: ((result: IteratorResult<Uint8Array> | Promise<never>) => void) | undefined;
  #ending: Ending | undefined;
  #toldFarewell = false;

  constructor(fanout: StreamFanout, lean: boolean, farewell: () => Uint8Array | undefined, leave: () => void) {
    this.#fanout = fanout;
    this.#lean = lean;
    this.#farewell = farewell;
    this.#leave = leave;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const ready = this.#step();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    const done: IteratorResult<Uint8Array> = { done: true, value: undefined };
    this.#ending = { error: undefined, farewell: undefined };
    this.#toldFarewell = true;
    this.position = Number.POSITIVE_INFINITY;
    this.#leave();
    this.#answer(done);
    return Promise.resolve(done);
  }

  wake(): void {
    if (this.#waiting === undefined) return;
    const ready = this.#step();
    if (ready !== undefined) this.#answer(ready);
  }

  cut(): void {
    this.#ending = {
      error: new Error("The reader was too slow for the stream and was cut off."),
      farewell: this.#farewell(),
    };
    this.position = Number.POSITIVE_INFINITY;
    this.#leave();
    this.wake();
  }

  #answer(result: IteratorResult<Uint8Array> | Promise<never>): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(result);
  }

  /** The next result, or `undefined` when there is nothing yet. */
  #step(): IteratorResult<Uint8Array> | Promise<never> | undefined {
    if (this.#ending === undefined) {
      const { chunk, position } = this.#fanout.take(this.position, this.#lean);
      this.position = position;
      this.#fanout.advanced();
      if (chunk !== undefined) return { done: false, value: chunk };
      this.#ending = this.#fanout.ending;
    }
    const ending = this.#ending;
    if (ending === undefined) return undefined;
    if (ending.farewell !== undefined && !this.#toldFarewell) {
      this.#toldFarewell = true;
      return { done: false, value: ending.farewell };
    }
    this.#leave();
    return ending.error === undefined ? { done: true, value: undefined } : Promise.reject(ending.error);
  }
}
