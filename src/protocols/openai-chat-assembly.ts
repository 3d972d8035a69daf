import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { isIndex } from "./json-fields.ts";
import {
  copied,
  type MergeManner,
  type Mutable,
  type MutableObject,
  mergeMember,
  mergeObject,
} from "./merge-pieces.ts";
import type { SseEvent } from "./sse.ts";

/**
 * Makes the chunks of a stream into the completion that the same request would have got without `stream`. Known
 * fields come out as the official SDK's own accumulation has them; what the SDK does not know follows the rules of
 * `merge-pieces.ts`: within a delta strings and arrays are joined, beside the delta (`content_filter_results`,
 * `token_ids`) only arrays are, and at the top the last value stands (Perplexity repeats `citations` on each chunk).
 *
 * `obfuscation` pads chunks against eavesdroppers and says nothing, so it is dropped, as the SDK does.
 */

const inDelta: MergeManner = { strings: "join", arrays: "join" };
const inChoice: MergeManner = { strings: "last", arrays: "join" };
const atTop: MergeManner = { strings: "last", arrays: "last" };

interface ToolCall {
  readonly index: number;
  readonly fields: MutableObject;
}

interface Choice {
  readonly index: number;
  readonly fields: MutableObject;
  readonly message: MutableObject;
  finishReason: string | null;
  toolCalls: ToolCall[] | undefined;
}

export class CompletionAssembly {
  readonly #fields: MutableObject = new Map();
  readonly #choices = new Map<number, Choice>();
  #usage: Mutable | undefined;

  /** Takes one chunk; false when it does not fit the schema of a chunk. */
  add(chunk: JsonObject): boolean {
    for (const [name, value] of chunk) {
      if (name === "choices" || name === "obfuscation") continue;
      if (name === "object") this.#fields.set(name, "chat.completion");
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
    const delta: JsonValue = piece.get("delta") ?? new Map();
    if (!isIndex(index) || !(delta instanceof Map)) return false;
    if (finishReason !== null && typeof finishReason !== "string") return false;
    const choice = this.#choice(index);
    if (finishReason !== null && finishReason !== "") choice.finishReason = finishReason;
    for (const [name, value] of piece as JsonObject) {
      if (!ownNames.has(name)) mergeMember(choice.fields, name, value, inChoice);
    }
    return addDelta(choice, delta);
  }

  #choice(index: number): Choice {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const choice: Choice = { index, fields: new Map(), message: new Map(), finishReason: null, toolCalls: undefined };
    this.#choices.set(index, choice);
    return choice;
  }

  /** What has come so far, choices and tool calls in the order of their indexes. */
  completion(): JsonObject {
    const completion = new Map<string, JsonValue>(this.#fields);
    completion.set("object", "chat.completion");
    const choices = [...this.#choices.values()].sort((a, b) => a.index - b.index);
    completion.set("choices", choices.map(completed));
    if (this.#usage !== undefined) completion.set("usage", this.#usage);
    return completion;
  }
}

/** The event that ends every stream of the API. */
export function isDone(event: SseEvent): boolean {
  return event.data.trim() === "[DONE]";
}

const ownNames: ReadonlySet<string> = new Set(["index", "delta", "message", "finish_reason"]);

function completed(choice: Choice): JsonObject {
  const message = new Map<string, JsonValue>([
    ["role", "assistant"],
    ["content", null],
    ["refusal", null],
    ...choice.message,
  ]);
  if (message.get("role") === null || message.get("role") === "") message.set("role", "assistant");
  if (choice.toolCalls !== undefined) {
    const calls = choice.toolCalls.toSorted((a, b) => a.index - b.index);
    message.set(
      "tool_calls",
      calls.map((call) => call.fields),
    );
  }
  return new Map<string, JsonValue>([
    ["index", choice.index],
    ["message", message],
    ...choice.fields,
    ["finish_reason", choice.finishReason],
  ]);
}

function addDelta(choice: Choice, delta: JsonObject): boolean {
  let fits = true;
  for (const [name, value] of delta) {
    if (name === "tool_calls" && value !== null) {
      fits = addToolCalls(choice, value) && fits;
    } else {
      if (textNames.has(name) && value !== null && typeof value !== "string") fits = false;
      mergeMember(choice.message, name, value, inDelta);
    }
  }
  return fits;
}

const textNames: ReadonlySet<string> = new Set(["role", "content", "refusal"]);

function addToolCalls(choice: Choice, pieces: JsonValue): boolean {
  if (!Array.isArray(pieces)) return false;
  choice.toolCalls ??= [];
  for (const piece of pieces as readonly JsonValue[]) {
    if (!(piece instanceof Map)) return false;
    const index = toolCallIndex(choice.toolCalls, piece);
    if (index === undefined) return false;
    let call = choice.toolCalls.findLast((known) => known.index === index);
    if (call === undefined) {
      call = { index, fields: new Map() };
      choice.toolCalls.push(call);
    }
    const { fields } = call;
    mergeObject(fields, piece, inDelta);
    fields.delete("index");
  }
  return true;
}

/** Gemini's compatible endpoint sends whole calls without an index: an id not seen yet begins a call, anything else goes on with the last. */
function toolCallIndex(calls: readonly ToolCall[], piece: JsonObject): number | undefined {
  const index = piece.get("index") ?? null;
  if (index !== null) return isIndex(index) ? index : undefined;
  const id = piece.get("id") ?? null;
  const known = calls.find((call) => call.fields.get("id") === id);
  if (known !== undefined && id !== null) return known.index;
  const last = calls.at(-1);
  if (last === undefined) return 0;
  return id === null || id === "" ? last.index : Math.max(...calls.map((call) => call.index)) + 1;
}
