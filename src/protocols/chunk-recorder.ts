import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { StreamItem } from "../core/protocol.ts";
import type { AnswerFacts, Usage } from "../core/recording.ts";
import { modelOf } from "./choice-facts.ts";
import { type ChunkAssembly, isDone } from "./chunk-assembly.ts";
import { withoutUsage } from "./chunk-usage.ts";
import { isObject, parsedOrNothing } from "./json-fields.ts";
import { reportsError } from "./openai-errors.ts";
import type { SseEvent } from "./sse.ts";
import { type EventReading, SseRecorder } from "./sse-recorder.ts";
import { openAiUsage } from "./usage.ts";

/** What the chunks of one of OpenAI's APIs of completions come to. */
export interface ChunkDialect {
  readonly newAssembly: () => ChunkAssembly;
  readonly factsOf: (completion: JsonValue) => Omit<AnswerFacts, "terminal">;
}

/** Records one live stream of chunks that ends with `[DONE]`. */
export class ChunkRecorder extends SseRecorder {
  constructor(dialect: ChunkDialect, options: { readonly maxEventBytes: number }) {
    super(new ChunkReading(dialect), options);
  }
}

class ChunkReading implements EventReading {
  readonly #dialect: ChunkDialect;
  #assembly: ChunkAssembly | undefined;
  model: string | undefined;
  usage: Usage | undefined;
  #terminal = false;
  #error = false;
  #fits = true;

  constructor(dialect: ChunkDialect) {
    this.#dialect = dialect;
    this.#assembly = dialect.newAssembly();
  }

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
    const assembled = this.#assembly && this.#dialect.factsOf(this.#assembly.completion());
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
