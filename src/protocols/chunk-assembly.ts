import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { isIndex } from "./json-fields.ts";
import { copied, type MergeManner, type Mutable, type MutableObject, mergeMember } from "./merge-pieces.ts";
import type { SseEvent } from "./sse.ts";

/**
 * Makes the chunks of a stream into the completion that the same request would have got without `stream`. This is what
 * OpenAI's two APIs of completions have in common: choices are told apart by their index and may come in any order, the
 * last finish reason stands, and of what chunks repeat at the top the last value stands (Perplexity repeats `citations`
 * on each chunk). What the pieces of one choice are is the API's own.
 *
 * `obfuscation` pads chunks against eavesdroppers and says nothing, so it is dropped, as the official SDK does.
 */

const atTop: MergeManner = { strings: "last", arrays: "last" };

/** What has come of one choice. */
export interface ChoiceAssembly {
  /** Takes one piece; false when it does not fit the schema. Index and finish reason are seen to. */
  add(piece: JsonObject): boolean;
  /** What stands between the choice's index and its finish reason. */
  members(): Iterable<readonly [name: string, value: JsonValue]>;
}

interface Choice {
  readonly index: number;
  readonly assembly: ChoiceAssembly;
  finishReason: string | null;
}

export class ChunkAssembly {
  readonly #object: string;
  readonly #begin: () => ChoiceAssembly;
  readonly #fields: MutableObject = new Map();
  readonly #choices = new Map<number, Choice>();
  #usage: Mutable | undefined;

  /** `object`: what a whole completion calls itself. `begin`: makes a choice of which nothing has come yet. */
  constructor(object: string, begin: () => ChoiceAssembly) {
    this.#object = object;
    this.#begin = begin;
  }

  /** Takes one chunk; false when it does not fit the schema of a chunk. */
  add(chunk: JsonObject): boolean {
    for (const [name, value] of chunk) {
      if (name === "choices" || name === "obfuscation") continue;
      if (name === "object") this.#fields.set(name, this.#object);
      else if (name === "usage") this.#usage = value === null ? (this.#usage ?? null) : copied(value);
      // Azure's chunks about filters have 0 for the time (and empty texts, which never replace others).
      else if (value !== 0 || !this.#fields.has(name)) mergeMember(this.#fields, name, value, atTop);
    }
    const choices = chunk.get("choices");
    return Array.isArray(choices) && choices.map((choice: JsonValue) => this.#addChoice(choice)).every(Boolean);
  }

  #addChoice(piece: JsonValue): boolean {
    if (!(piece instanceof Map)) return false;
    // Servers that write protocol buffers as JSON leave a zero out.
    const index: JsonValue = piece.get("index") ?? 0;
    const finishReason: JsonValue = piece.get("finish_reason") ?? null;
    if (!isIndex(index) || (finishReason !== null && typeof finishReason !== "string")) return false;
    const choice = this.#choice(index);
    if (finishReason !== null && finishReason !== "") choice.finishReason = finishReason;
    return choice.assembly.add(piece);
  }

  #choice(index: number): Choice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const choice: Choice = { index, assembly: this.#begin(), finishReason: null };
    this.#choices.set(index, choice);
    return choice;
  }

  /** What has come so far, choices in the order of their indexes. */
  completion(): JsonObject {
    const completion = new Map<string, JsonValue>(this.#fields);
    completion.set("object", this.#object);
    const choices = [...this.#choices.values()].sort((a, b) => a.index - b.index);
    completion.set("choices", choices.map(completed));
    if (this.#usage !== undefined) completion.set("usage", this.#usage);
    return completion;
  }
}

function completed({ index, assembly, finishReason }: Choice): JsonObject {
  return new Map<string, JsonValue>([["index", index], ...assembly.members(), ["finish_reason", finishReason]]);
}

/** The event that ends every stream of both APIs. */
export function isDone(event: SseEvent): boolean {
  return event.data.trim() === "[DONE]";
}
