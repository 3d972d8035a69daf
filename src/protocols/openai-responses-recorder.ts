import type { JsonObject } from "../core/canonical-json.ts";
import type { StreamItem } from "../core/protocol.ts";
import type { AnswerFacts, Usage } from "../core/recording.ts";
import { isObject, objectAt, parsedOrNothing, textOf } from "./json-fields.ts";
import { reportsError } from "./openai-errors.ts";
import { ResponseAssembly, terminalTypes, typeOf } from "./openai-responses-assembly.ts";
import { responseFacts } from "./openai-responses-facts.ts";
import type { SseEvent } from "./sse.ts";
import { type EventReading, SseRecorder } from "./sse-recorder.ts";
import { responsesUsage } from "./usage.ts";

/** Records one live stream of the Responses API. Its usage comes unasked, so every reader gets every event. */
export class OpenAiResponsesRecorder extends SseRecorder {
  constructor(options: { readonly maxEventBytes: number }) {
    super(new ResponseReading(), options);
  }
}

class ResponseReading implements EventReading {
  #assembly: ResponseAssembly | undefined = new ResponseAssembly();
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
    const data = parsedOrNothing(event.data);
    if (event.name === "error") this.#error = true;
    if (!isObject(data) || !event.validUtf8) this.#fits = false;
    if (isObject(data)) this.#note(data, typeOf(data, event.name));
    return { bytes, lean: bytes, terminal: this.#terminal };
  }

  #note(data: JsonObject, type: string): void {
    if (type === "error" || type === "response.failed" || reportsError(data)) this.#error = true;
    if (type === "" || this.#assembly?.add(type, data) === false) this.#fits = false;
    if (terminalTypes.has(type)) this.#terminal = true;
    const response = objectAt(data, "response");
    this.model = textOf(response?.get("model")) ?? this.model;
    this.usage = responsesUsage(response?.get("usage")) ?? this.usage;
  }

  facts(): AnswerFacts {
    const response = this.#assembly?.response();
    const facts = response && responseFacts(response);
    return {
      wellFormed: facts?.wellFormed === true && this.#fits && this.#assembly?.agrees() === true,
      error: this.#error || facts?.error === true,
      terminal: this.#terminal,
      model: this.model,
      usage: this.usage,
      choices: facts?.choices ?? [],
    };
  }
}
