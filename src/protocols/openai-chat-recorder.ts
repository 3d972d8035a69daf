import { type JsonObject, type JsonValue, parseJson } from "../core/canonical-json.ts";
import type { StreamItem, StreamRecorder } from "../core/protocol.ts";
import type { AnswerFacts, Recording, Usage } from "../core/recording.ts";
import { CompletionAssembly, isDone } from "./openai-chat-assembly.ts";
import { completionFacts, isObject, modelOf, reportsError } from "./openai-chat-facts.ts";
import { withoutUsage } from "./openai-chat-usage.ts";
import { EventTooLargeError, joined, type SseEvent, SseReader } from "./sse.ts";
import { openAiUsage } from "./usage.ts";

/**
 * Records one live stream of chat completion chunks. Whatever is wrong with a chunk is a fact, and the chunk is passed
 * on all the same. What follows `[DONE]` is neither recorded nor passed on.
 */
export class OpenAiChatRecorder implements StreamRecorder {
  readonly #reader: SseReader;
  readonly #maxEventBytes: number;
  #kept: { readonly assembly: CompletionAssembly; readonly events: Uint8Array[] } | undefined;
  #size = 0;
  #model: string | undefined;
  #usage: Usage | undefined;
  #terminal = false;
  #error = false;
  #fits = true;
  #tooLarge = false;

  constructor(options: { readonly maxEventBytes: number }) {
    this.#maxEventBytes = options.maxEventBytes;
    this.#reader = new SseReader(options);
    this.#kept = { assembly: new CompletionAssembly(), events: [] };
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

  end(): void {
    // The reader discards an unfinished event by never giving it out.
  }

  /** From now on `facts` has no choices, but still the model, the usage and whether an error or the end was seen. */
  stopRecording(): void {
    this.#kept = undefined;
    this.#size = 0;
  }

  #read(event: SseEvent): StreamItem {
    if (this.#kept !== undefined) {
      this.#kept.events.push(event.bytes);
      this.#size += event.bytes.length;
    }
    const { bytes } = event;
    if (isDone(event)) {
      this.#terminal = true;
      return { bytes, lean: bytes, terminal: true };
    }
    const chunk = parsed(event);
    if (event.name === "error") this.#error = true;
    if (isObject(chunk)) this.#note(chunk);
    if (!isObject(chunk) || !event.validUtf8 || this.#kept?.assembly.add(chunk) === false) this.#fits = false;
    return isObject(chunk) && chunk.has("usage") ? new UsageItem(event) : { bytes, lean: bytes, terminal: false };
  }

  #note(chunk: JsonObject): void {
    if (reportsError(chunk)) this.#error = true;
    this.#model = modelOf(chunk) ?? this.#model;
    this.#usage = openAiUsage(chunk.get("usage")) ?? this.#usage;
  }

  facts(): AnswerFacts {
    const assembled = this.#kept && completionFacts(this.#kept.assembly.completion());
    return {
      wellFormed: assembled?.wellFormed === true && this.#fits && !this.#tooLarge,
      error: this.#error || assembled?.error === true,
      terminal: this.#terminal,
      model: this.#model,
      usage: this.#usage,
      choices: assembled?.choices ?? [],
    };
  }

  recording(): Recording {
    if (this.#kept === undefined) throw new Error("recording() after stopRecording()");
    return { form: "events", body: joined(this.#kept.events), model: this.#model, usage: this.#usage };
  }
}

/** A chunk with usage; what is left of it without is worked out only when some reader does not want usage. */
class UsageItem implements StreamItem {
  readonly bytes: Uint8Array;
  readonly terminal = false;
  readonly #event: SseEvent;
  #lean: { readonly bytes: Uint8Array | undefined } | undefined;

  constructor(event: SseEvent) {
    this.#event = event;
    this.bytes = event.bytes;
  }

  get lean(): Uint8Array | undefined {
    this.#lean ??= { bytes: withoutUsage(this.#event) };
    return this.#lean.bytes;
  }
}

function parsed(event: SseEvent): JsonValue | undefined {
  try {
    return parseJson(event.data);
  } catch {
    return undefined;
  }
}
