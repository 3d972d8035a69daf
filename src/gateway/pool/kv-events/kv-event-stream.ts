import type { CancelTimer, Clock } from "../../../core/clock.ts";
import { type KvEvent, readKvEvents } from "./kv-event.ts";
import { openZmtp } from "./zmtp-socket.ts";

/**
 * The events of one engine, whole and in order as far as that can be: each batch has a number. What is missing between two
 * is asked for at the second address, where the engine keeps the last ones; what cannot be had is told as lost. A number that
 * is not higher than the last one is that of an engine that began anew.
 */

export interface KvEventStreamOptions {
  /** Where the engine publishes, such as `tcp://10.0.0.1:5557`. */
  readonly endpoint: string;
  /** Where it repeats what was missed. */
  readonly replay: string | undefined;
  readonly clock: Clock;
  readonly onEvents: (events: readonly KvEvent[]) => void;
  /** The engine begins anew (`isAgain`), or this is the first that is heard of it. `isWhole`: nothing of it is missing. */
  readonly onBegun: (begun: { readonly isAgain: boolean; readonly isWhole: boolean }) => void;
  /** Something was missed for good. */
  readonly onLost: () => void;
  /** The engine is there, or is not any more. */
  readonly onConnected: (isConnected: boolean) => void;
}

interface Batch {
  readonly number: number;
  readonly payload: Uint8Array;
}

const replayMs = 3_000;
/** What comes meanwhile; more than the engine can say in that time. */
const mostWaiting = 10_000;
const endOfReplay = 0xffff_ffff_ffff_ffffn;

/** Returns what ends it. */
export function followKvEvents(options: KvEventStreamOptions): () => void {
  const stream = new KvEventStream(options);
  return () => stream.end();
}

class KvEventStream {
  readonly #options: KvEventStreamOptions;
  readonly #close: () => void;
  #last: number | undefined;
  /** What came while what is missing before it is asked for. */
  #waiting: Batch[] | undefined;
  #endReplay: () => void = () => {};

  constructor(options: KvEventStreamOptions) {
    this.#options = options;
    const { endpoint, clock } = options;
    this.#close = openZmtp({
      ...{ endpoint, type: "SUB", clock },
      // All topics: engines are told theirs by whoever runs them.
      onReady: (say) => {
        say([Buffer.from([1])]);
        options.onConnected(true);
      },
      onMessage: (frames) => {
        const [, number, payload] = frames;
        if (frames.length === 3 && number?.length === 8)
          this.#heard({ number: Number(number.readBigUInt64BE()), payload: payload as Buffer });
      },
      // The number of the next batch tells whether anything was missed.
      onLost: () => options.onConnected(false),
    });
  }

  end(): void {
    this.#close();
    this.#endReplay();
  }

  #heard(batch: Batch): void {
    if (this.#waiting !== undefined) {
      if (this.#waiting.length < mostWaiting) this.#waiting.push(batch);
      return;
    }
    const last = this.#last;
    const from = last === undefined || batch.number <= last ? 0 : last + 1;
    if (from === batch.number) {
      if (from === 0) this.#begin(true);
      this.#take(batch);
      return;
    }
    this.#waiting = [batch];
    if (this.#options.replay === undefined) this.#caughtUp(from, []);
    else this.#replay(this.#options.replay, from);
  }

  #replay(endpoint: string, from: number): void {
    const { clock } = this.#options;
    const missed: Batch[] = [];
    let cancel: CancelTimer | undefined;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      this.#endReplay();
      this.#caughtUp(from, missed);
    };
    const close = openZmtp({
      ...{ endpoint, type: "DEALER", clock },
      onReady: (say) => {
        const number = Buffer.alloc(8);
        number.writeBigUInt64BE(BigInt(from));
        say([Buffer.alloc(0), number]);
      },
      onMessage: ([, number, payload]) => {
        if (number?.length !== 8 || number.readBigUInt64BE() === endOfReplay) return over();
        missed.push({ number: Number(number.readBigUInt64BE()), payload: payload as Buffer });
      },
      onLost: over,
    });
    cancel = clock.after(replayMs, over);
    this.#endReplay = () => {
      isOver = true;
      cancel?.();
      close();
    };
  }

  /** `missed`: from number `from` on, as far as the engine still had it. */
  #caughtUp(from: number, missed: readonly Batch[]): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    const [first] = waiting;
    if (first === undefined) return;
    const before = missed.filter(({ number }) => number >= from && number < first.number);
    const isWhole =
      before.length === first.number - from && before.every(({ number }, index) => number === from + index);
    if (from === 0) this.#begin(isWhole);
    else if (!isWhole) this.#options.onLost();
    if (isWhole) for (const batch of before) this.#take(batch);
    this.#take(first);
    for (const batch of waiting.slice(1)) this.#heard(batch);
  }

  #begin(isWhole: boolean): void {
    this.#options.onBegun({ isAgain: this.#last !== undefined, isWhole });
  }

  #take({ number, payload }: Batch): void {
    this.#last = number;
    let events: readonly KvEvent[];
    try {
      events = readKvEvents(payload);
    } catch {
      this.#options.onLost();
      return;
    }
    this.#options.onEvents(events);
  }
}
