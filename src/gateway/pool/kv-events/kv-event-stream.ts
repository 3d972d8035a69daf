import type { CancelTimer, Clock } from "../../../core/clock.ts";
import { type KvEvent, readKvEvents } from "./kv-event.ts";
import { openZmtp, type ZmtpConnection } from "./zmtp-socket.ts";

/**
 * The events of one engine, whole and in order as far as that can be: each batch has a number. What is missing between two
 * is asked for at the second address, where the engine keeps the last ones, and what it tells meanwhile waits with it; what
 * cannot be had is told as lost. A number that is not higher than the last one is that of an engine that began anew.
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
  /** `undefined`: it cannot be read. */
  readonly events: readonly KvEvent[] | undefined;
}

const replayMs = 3_000;
/** Batches and events that are kept until all that is missing is there; engines keep 10,000 batches. */
const mostMissed = 100_000;

/** Returns what ends it. */
export function followKvEvents(options: KvEventStreamOptions): () => void {
  const stream = new KvEventStream(options);
  return () => stream.end();
}

class KvEventStream {
  readonly #options: KvEventStreamOptions;
  readonly #connection: ZmtpConnection;
  #last: number | undefined;
  /** What had come already when it was asked for what is missing before it. */
  #waiting: Batch[] | undefined;
  #endReplay: () => void = () => {};

  constructor(options: KvEventStreamOptions) {
    this.#options = options;
    const { endpoint, clock } = options;
    this.#connection = openZmtp({
      ...{ endpoint, type: "SUB", clock },
      // All topics: engines are told theirs by whoever runs them.
      onReady: (say) => {
        say([Buffer.from([1])]);
        options.onConnected(true);
      },
      onMessage: (frames) => {
        const number = numberOf(frames);
        if (number !== undefined) this.#heard(batchOf(number, frames));
      },
      // The number of the next batch tells whether anything was missed.
      onLost: () => options.onConnected(false),
    });
  }

  end(): void {
    this.#connection.close();
    this.#endReplay();
  }

  #heard(batch: Batch): void {
    if (this.#waiting !== undefined) {
      this.#waiting.push(batch);
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
    else this.#replay(this.#options.replay, from, batch.number);
  }

  /** From number `from` on, and up to `end`. */
  #replay(endpoint: string, from: number, end: number): void {
    const { clock } = this.#options;
    this.#connection.pause();
    const missed: Batch[] = [];
    let size = 0;
    let cancel: CancelTimer | undefined;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      this.#endReplay();
      this.#caughtUp(from, missed);
    };
    const { close } = openZmtp({
      ...{ endpoint, type: "DEALER", clock },
      onReady: (say) => {
        const number = Buffer.alloc(8);
        number.writeBigUInt64BE(BigInt(from));
        say([Buffer.alloc(0), number]);
      },
      onMessage: (frames) => {
        const number = numberOf(frames);
        if (number === undefined) return over();
        if (number < from || number >= end) return;
        const batch = batchOf(number, frames);
        missed.push(batch);
        size += 1 + (batch.events?.length ?? 0);
        if (size > mostMissed) over();
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
    const isWhole =
      missed.length === first.number - from && missed.every(({ number }, index) => number === from + index);
    if (from === 0) this.#begin(isWhole);
    else if (!isWhole) this.#options.onLost();
    if (isWhole) for (const batch of missed) this.#take(batch);
    this.#take(first);
    for (const batch of waiting.slice(1)) this.#heard(batch);
    if (this.#waiting === undefined) this.#connection.goOn();
  }

  #begin(isWhole: boolean): void {
    this.#options.onBegun({ isAgain: this.#last !== undefined, isWhole });
  }

  #take({ number, events }: Batch): void {
    this.#last = number;
    if (events === undefined) this.#options.onLost();
    else this.#options.onEvents(events);
  }
}

/** `undefined` where a message has none that can be counted on from, as the one that ends what is repeated. */
function numberOf(frames: readonly Buffer[]): number | undefined {
  const bytes = frames[1];
  if (frames.length !== 3 || bytes?.length !== 8) return undefined;
  const number = Number(bytes.readBigUInt64BE());
  return Number.isSafeInteger(number) ? number : undefined;
}

/** Read at once: what is kept of it then is small. */
function batchOf(number: number, frames: readonly Buffer[]): Batch {
  try {
    return { number, events: readKvEvents(frames[2] as Buffer) };
  } catch {
    return { number, events: undefined };
  }
}
