import type { JsonObject } from "../core/canonical-json.ts";
import type { StreamItem } from "../core/protocol.ts";
import type { AnswerFacts, Usage } from "../core/recording.ts";
import { ResponseAssembly } from "./gemini-assembly.ts";
import { finishOf, indexOf, isBlocked, modelOf, reportsError, responseFacts } from "./gemini-facts.ts";
import { geminiUsage } from "./gemini-usage.ts";
import { isObject, objectsIn, parsedOrNothing } from "./json-fields.ts";
import { type MutableObject, mergeObject } from "./merge-pieces.ts";
import type { SseEvent } from "./sse.ts";
import { type EventReading, SseRecorder } from "./sse-recorder.ts";

/**
 * Records one live stream of responses. There is no terminal event, and a finish reason is none: older models have
 * `STOP` on every chunk, and usage or sources may follow the last text. The stream is complete when it ends in order and
 * every candidate has finished, or the prompt was blocked.
 */
export class GeminiRecorder extends SseRecorder {
  constructor(options: { readonly maxEventBytes: number }) {
    super(new ResponseReading(), options);
  }
}

class ResponseReading implements EventReading {
  #assembly: ResponseAssembly | undefined = new ResponseAssembly();
  readonly #usage: MutableObject = new Map();
  /** The candidates seen, and whether each has finished. */
  readonly #finished = new Map<number, boolean>();
  #blocked = false;
  #terminal = false;
  #error = false;
  #fits = true;
  model: string | undefined;

  get usage(): Usage | undefined {
    return geminiUsage(this.#usage);
  }

  forget(): void {
    this.#assembly = undefined;
  }

  read(event: SseEvent): StreamItem {
    const { bytes } = event;
    const chunk = parsedOrNothing(event.data);
    if (event.name === "error" || (chunk !== undefined && reportsError(chunk))) this.#error = true;
    if (isObject(chunk)) this.#note(chunk);
    if (!isObject(chunk) || !event.validUtf8 || this.#assembly?.add(chunk) === false) this.#fits = false;
    return { bytes, lean: bytes, terminal: false };
  }

  #note(chunk: JsonObject): void {
    this.model = modelOf(chunk) ?? this.model;
    this.#blocked ||= isBlocked(chunk);
    const usage = chunk.get("usageMetadata");
    if (isObject(usage)) mergeObject(this.#usage, usage, { strings: "last", arrays: "last" });
    for (const candidate of objectsIn(chunk.get("candidates"))) {
      const index = indexOf(candidate);
      if (index === undefined) continue;
      const finish = finishOf(candidate);
      const isFinished = finish !== undefined && finish !== "unfinished";
      this.#finished.set(index, isFinished || this.#finished.get(index) === true);
    }
  }

  close(): boolean {
    const allFinished = this.#finished.size > 0 && [...this.#finished.values()].every(Boolean);
    this.#terminal = !this.#error && (this.#blocked || allFinished);
    return this.#terminal;
  }

  facts(): AnswerFacts {
    const assembled = this.#assembly && responseFacts(this.#assembly.response());
    return {
      wellFormed: assembled?.wellFormed === true && this.#fits,
      error: this.#error,
      terminal: this.#terminal,
      model: this.model,
      usage: this.usage,
      choices: assembled?.choices ?? [],
    };
  }
}
