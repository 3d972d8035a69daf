import type { StreamItem, StreamRecorder } from "../core/protocol.ts";
import type { AnswerFacts, Recording, Usage } from "../core/recording.ts";
import { EventTooLargeError, joined, type SseEvent, SseReader } from "./sse.ts";

const nothing = new Uint8Array(0);

/** What a protocol makes of the events of one stream. */
export interface EventReading {
  /**
   * Takes the next event and says what each reader gets of it. Whatever is wrong with the event is a fact, and the
   * event is passed on all the same.
   */
  read(event: SseEvent): StreamItem;
  /** Only where there are events that are no part of the answer; they are passed on as comments are, and not recorded. */
  isAside?(event: SseEvent): boolean;
  /** From now on the choices are not wanted, but still the model, the usage and whether an error or the end was seen. */
  forget(): void;
  /** Only where a stream has no terminal event: it has ended in order; whether everything has been said. Makes it so in the facts. */
  close?(): boolean;
  facts(): AnswerFacts;
  /** As in the facts, but without making them. */
  readonly model: string | undefined;
  readonly usage: Usage | undefined;
}

/** Frames and records one live stream of server-sent events. What follows the terminal event is neither recorded nor passed on. */
export class SseRecorder implements StreamRecorder {
  readonly #reader: SseReader;
  readonly #reading: EventReading;
  readonly #maxEventBytes: number;
  #events: Uint8Array[] | undefined = [];
  #size = 0;
  #terminal = false;
  #tooLarge = false;

  constructor(reading: EventReading, options: { readonly maxEventBytes: number }) {
    this.#reading = reading;
    this.#maxEventBytes = options.maxEventBytes;
    this.#reader = new SseReader(options);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * The blocks that `chunk` completed. Throws `EventTooLargeError` for an event beyond the limit; when `chunk`
   * completed others before it, they are returned and the next call throws.
   */
  push(chunk: Uint8Array): readonly StreamItem[] {
    const items: StreamItem[] = [];
    if (this.#terminal) return items;
    if (this.#tooLarge) throw new EventTooLargeError(this.#maxEventBytes);
    for (const block of this.#reader.push(chunk)) {
      if (block.kind === "keep-alive") items.push({ bytes: block.bytes, lean: block.bytes, terminal: false });
      else if (block.kind === "event") items.push(this.#read(block));
      else this.#tooLarge = true;
      if (this.#terminal) break;
    }
    if (this.#tooLarge && items.length === 0) throw new EventTooLargeError(this.#maxEventBytes);
    return items;
  }

  /** A stream that ends within an event was cut off, whatever has been said before. */
  close(): StreamItem | undefined {
    if (this.#terminal || this.#tooLarge || this.#reader.isWithinEvent || this.#reading.close?.() !== true)
      return undefined;
    this.#terminal = true;
    return { bytes: nothing, lean: nothing, terminal: true };
  }

  end(): void {
    // The reader discards an unfinished event by never giving it out.
  }

  stopRecording(): void {
    this.#events = undefined;
    this.#size = 0;
    this.#reading.forget();
  }

  #read(event: SseEvent): StreamItem {
    const { bytes } = event;
    if (this.#reading.isAside?.(event) === true) return { bytes, lean: bytes, terminal: false };
    if (this.#events !== undefined) {
      this.#events.push(bytes);
      this.#size += bytes.length;
    }
    const item = this.#reading.read(event);
    this.#terminal = item.terminal;
    return item;
  }

  facts(): AnswerFacts {
    const facts = this.#reading.facts();
    return { ...facts, wellFormed: facts.wellFormed && !this.#tooLarge };
  }

  recording(): Recording {
    if (this.#events === undefined) throw new Error("recording() after stopRecording()");
    const { model, usage } = this.#reading;
    return { form: "events", body: joined(this.#events), model, usage };
  }
}
