import type { JsonObject } from "../core/canonical-json.ts";
import type { StreamItem } from "../core/protocol.ts";
import type { AnswerFacts, Usage } from "../core/recording.ts";
import { withoutUsage } from "./chunk-usage.ts";
import { isObject, parsedOrNothing } from "./json-fields.ts";
import { CompletionAssembly, isDone } from "./openai-chat-assembly.ts";
import { completionFacts, modelOf } from "./openai-chat-facts.ts";
import { reportsError } from "./openai-errors.ts";
import type { SseEvent } from "./sse.ts";
import { type EventReading, SseRecorder } from "./sse-recorder.ts";
import { openAiUsage } from "./usage.ts";

/** Records one live stream of chat completion chunks. */
export class OpenAiChatRecorder extends SseRecorder {
  constructor(options: { readonly maxEventBytes: number }) {
    super(new ChunkReading(), options);
  }
}

class ChunkReading implements EventReading {
  #assembly: CompletionAssembly | undefined = new CompletionAssembly();
  model: string | undefined;
  usage: Usage | undefined;
  #terminal = false;
  #error = false;
  #fits = true;

  forget(): void {
    this.#assembly = undefined;
  }

  read(event: SseEvent): StreamItem {
    const { bytes } = event;
    if (isDone(event)) {
      this.#terminal = true;
      return { bytes, lean: bytes, terminal: true };
    }
    const chunk = parsedOrNothing(event.data);
    if (event.name === "error") this.#error = true;
    if (isObject(chunk)) this.#note(chunk);
    if (!isObject(chunk) || !event.validUtf8 || this.#assembly?.add(chunk) === false) this.#fits = false;
    return isObject(chunk) && chunk.has("usage") ? new UsageItem(event) : { bytes, lean: bytes, terminal: false };
  }

  #note(chunk: JsonObject): void {
    if (reportsError(chunk)) this.#error = true;
    this.model = modelOf(chunk) ?? this.model;
    this.usage = openAiUsage(chunk.get("usage")) ?? this.usage;
  }

  facts(): AnswerFacts {
    const assembled = this.#assembly && completionFacts(this.#assembly.completion());
    return {
      wellFormed: assembled?.wellFormed === true && this.#fits,
      error: this.#error || assembled?.error === true,
      terminal: this.#terminal,
      model: this.model,
      usage: this.usage,
      choices: assembled?.choices ?? [],
    };
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
