import type { JsonObject } from "../core/canonical-json.ts";
import type { StreamItem } from "../core/protocol.ts";
import type { AnswerFacts, Usage } from "../core/recording.ts";
import { MessageAssembly } from "./anthropic-messages-assembly.ts";
import { messageFacts, reportsError } from "./anthropic-messages-facts.ts";
import { anthropicUsage } from "./anthropic-messages-usage.ts";
import { isObject, parsedOrNothing, textOf } from "./json-fields.ts";
import type { SseEvent } from "./sse.ts";
import { type EventReading, SseRecorder } from "./sse-recorder.ts";

/** Records one live stream of a message. Pings are passed on but are no part of it. */
export class AnthropicMessagesRecorder extends SseRecorder {
  constructor(options: { readonly maxEventBytes: number }) {
    super(new MessageReading(), options);
  }
}

class MessageReading implements EventReading {
  readonly #assembly = new MessageAssembly();
  #forgotten = false;
  #terminal = false;
  #error = false;
  #fits = true;

  get model(): string | undefined {
    return textOf(this.#assembly.message()?.get("model"));
  }

  get usage(): Usage | undefined {
    return anthropicUsage(this.#assembly.message()?.get("usage"));
  }

  forget(): void {
    this.#forgotten = true;
    this.#assembly.dropContent();
  }

  isAside({ name, data }: SseEvent): boolean {
    return name === "ping" || (name === "" && /^\s*\{\s*"type"\s*:\s*"ping"\s*\}\s*$/.test(data));
  }

  read(event: SseEvent): StreamItem {
    const { bytes, name } = event;
    const data = parsedObject(event.data);
    const type = typeOf(data) ?? name;
    if (name === "error" || type === "error") this.#error = true;
    else if (data === undefined || !event.validUtf8 || (name !== "" && name !== type)) this.#fits = false;
    else if (reportsError(data)) this.#error = true;
    else if (!this.#assembly.add(type, data)) this.#fits = false;
    this.#terminal = type === "message_stop";
    return { bytes, lean: bytes, terminal: this.#terminal };
  }

  facts(): AnswerFacts {
    const facts = messageFacts(this.#assembly.message());
    return {
      ...facts,
      wellFormed: facts.wellFormed && this.#fits && !this.#forgotten,
      error: this.#error || facts.error,
      terminal: this.#terminal,
      choices: this.#forgotten ? [] : facts.choices,
    };
  }
}

function parsedObject(text: string): JsonObject | undefined {
  const value = parsedOrNothing(text);
  return isObject(value) ? value : undefined;
}

function typeOf(data: JsonObject | undefined): string | undefined {
  return textOf(data?.get("type"));
}
