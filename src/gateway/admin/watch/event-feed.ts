import { Readable } from "node:stream";
import type { CancelTimer, Clock } from "../../../core/clock.ts";
import { usdText } from "../../../core/money.ts";
import type { Outcome } from "../../../core/outcome.ts";
import type { TraceEvent } from "../../../core/trace.ts";
import { TooManyError } from "../problem.ts";

/**
 * What happens, as it happens, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html):
 * `call` for each call that ends, `totals` every second, which also keeps connections from falling silent. While nobody
 * reads, calls are only counted. A reader who is slow loses the oldest events that wait for it and is told how many;
 * the totals tell the truth all the same.
 */

type CallEnd = Extract<TraceEvent, { type: "call-end" }>;
type Saving = Extract<TraceEvent, { type: "saving" }>;

const everyMs = 1_000;
const mostReaders = 20;
/** Events that wait for one reader. */
const mostWaiting = 256;

export class EventFeed {
  readonly #clock: Clock;
  readonly #readers = new Set<FeedReader>();
  readonly #calls: Record<Outcome["kind"], number> = {
    ...{ hit: 0, stale: 0, miss: 0, coalesced: 0, refresh: 0, bypass: 0, error: 0 },
  };
  #saved = 0n;
  /** What was not added to it yet: hits come often, and numbers are added faster. */
  #savedLately = 0;
  /** Told just before the end of the call that it belongs to. */
  #saving: Saving | undefined;
  #cancel: CancelTimer | undefined;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  hear(event: TraceEvent): void {
    if (event.type === "saving") {
      this.#book(event.cost.price?.picodollars ?? 0);
      this.#saving = event;
    } else if (event.type === "saving-undone") {
      this.#book(-(event.cost.price?.picodollars ?? 0));
    } else if (event.type === "call-end") {
      this.#calls[event.outcome.kind] += 1;
      if (this.#readers.size > 0) {
        const text = eventText("call", this.#callOf(event));
        for (const reader of this.#readers) reader.tell(text);
      }
      this.#saving = undefined;
    }
  }

  /** @throws TooManyError when there are as many readers as may be. */
  read(): Readable {
    if (this.#readers.size >= mostReaders)
      throw new TooManyError({
        code: "too_many_readers",
        message: `${mostReaders} readers follow the events already.`,
        retryAfterS: 10,
      });
    const reader = new FeedReader(() => {
      this.#readers.delete(reader);
      if (this.#readers.size === 0) this.#cancel?.();
    });
    this.#readers.add(reader);
    if (this.#readers.size === 1 && !this.#isClosed) this.#tick();
    else reader.tell(this.#totals(0));
    if (this.#isClosed) reader.finish();
    return reader;
  }

  /** Every reader is told the end. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    for (const reader of this.#readers) reader.finish();
  }

  #tick(): void {
    for (const reader of this.#readers) reader.tell(this.#totals(reader.takeLost()));
    this.#cancel = this.#clock.after(everyMs, () => this.#tick());
  }

  #book(picodollars: number): void {
    const sum = this.#savedLately + picodollars;
    if (Number.isSafeInteger(sum)) {
      this.#savedLately = sum;
      return;
    }
    this.#saved += BigInt(this.#savedLately) + BigInt(picodollars);
    this.#savedLately = 0;
  }

  #totals(lost: number): string {
    const savedUsd = usdText(this.#saved + BigInt(this.#savedLately));
    const at = new Date(this.#clock.now()).toISOString();
    return eventText("totals", { at, calls: this.#calls, savedUsd, lost });
  }

  #callOf({ outcome, protocol, model, durationMs }: CallEnd): object {
    const { kind } = outcome;
    const saving = "entry" in outcome && this.#saving?.entry === outcome.entry ? this.#saving : undefined;
    const price = saving?.cost.price;
    return {
      at: new Date(this.#clock.now()).toISOString(),
      outcome: kind,
      ...("layer" in outcome && { layer: outcome.layer }),
      ...("reason" in outcome && { reason: outcome.reason }),
      ...("entry" in outcome && { entry: outcome.entry }),
      model,
      protocol,
      durationMs: Math.round(durationMs * 1_000) / 1_000,
      ...(price !== undefined && { savedUsd: usdText(price.picodollars) }),
    };
  }
}

function eventText(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The events that wait for one reader, as text. */
class FeedReader extends Readable {
  readonly #waiting: string[] = [];
  readonly #onGone: () => void;
  #isWanted = false;
  #isEnding = false;
  #isEnded = false;
  #lost = 0;

  constructor(onGone: () => void) {
    super({ highWaterMark: 16 * 1024 });
    this.#onGone = onGone;
  }

  tell(text: string): void {
    // The end was told already.
    if (this.#isEnding) return;
    if (this.#waiting.length >= mostWaiting) {
      this.#waiting.shift();
      this.#lost += 1;
    }
    this.#waiting.push(text);
    this.#flow();
  }

  /** How many were lost since it was asked last. */
  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }

  finish(): void {
    this.#isEnding = true;
    this.#flow();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#flow();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#onGone();
    done(error);
  }

  #flow(): void {
    while (this.#isWanted) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#isWanted = this.push(next);
    }
    if (this.#isEnding && !this.#isEnded && this.#waiting.length === 0) {
      this.#isEnded = true;
      this.push(null);
    }
  }
}
