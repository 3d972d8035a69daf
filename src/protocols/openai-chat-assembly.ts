import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { type ChoiceAssembly, ChunkAssembly } from "./chunk-assembly.ts";
import { isIndex } from "./json-fields.ts";
import { type MergeManner, type MutableObject, mergeMember, mergeObject } from "./merge-pieces.ts";

/**
 * What the chunks of a stream come to, choice by choice; `chunk-assembly.ts` sees to the rest. Known fields come out as
 * the official SDK's own accumulation has them; what the SDK does not know follows the rules of `merge-pieces.ts`:
 * within a delta strings and arrays are joined, beside the delta (`content_filter_results`, `token_ids`) only arrays are.
 */

const inDelta: MergeManner = { strings: "join", arrays: "join" };
const inChoice: MergeManner = { strings: "last", arrays: "join" };

export class CompletionAssembly extends ChunkAssembly {
  constructor() {
    super("chat.completion", () => new ChatChoice());
  }
}

interface ToolCall {
  readonly index: number;
  readonly fields: MutableObject;
}

class ChatChoice implements ChoiceAssembly {
  readonly #fields: MutableObject = new Map();
  readonly #message: MutableObject = new Map();
  #toolCalls: ToolCall[] | undefined;

  add(piece: JsonObject): boolean {
    const delta: JsonValue = piece.get("delta") ?? new Map();
    if (!(delta instanceof Map)) return false;
    for (const [name, value] of piece) {
      if (!ownNames.has(name)) mergeMember(this.#fields, name, value, inChoice);
    }
    return this.#addDelta(delta);
  }

  #addDelta(delta: JsonObject): boolean {
    let fits = true;
    for (const [name, value] of delta) {
      if (name === "tool_calls" && value !== null) {
        this.#toolCalls ??= [];
        fits = addToolCalls(this.#toolCalls, value) && fits;
      } else {
        if (textNames.has(name) && value !== null && typeof value !== "string") fits = false;
        mergeMember(this.#message, name, value, inDelta);
      }
    }
    return fits;
  }

  *members(): Iterable<readonly [name: string, value: JsonValue]> {
    const message = new Map<string, JsonValue>([
      ["role", "assistant"],
      ["content", null],
      ["refusal", null],
      ...this.#message,
    ]);
    if (message.get("role") === null || message.get("role") === "") message.set("role", "assistant");
    if (this.#toolCalls !== undefined) {
      const calls = this.#toolCalls.toSorted((a, b) => a.index - b.index);
      message.set(
        "tool_calls",
        calls.map((call) => call.fields),
      );
    }
    yield ["message", message];
    yield* this.#fields;
  }
}

const ownNames: ReadonlySet<string> = new Set(["index", "delta", "message", "finish_reason"]);
const textNames: ReadonlySet<string> = new Set(["role", "content", "refusal"]);

function addToolCalls(calls: ToolCall[], pieces: JsonValue): boolean {
  if (!Array.isArray(pieces)) return false;
  for (const piece of pieces as readonly JsonValue[]) {
    if (!(piece instanceof Map)) return false;
    const index = toolCallIndex(calls, piece);
    if (index === undefined) return false;
    let call = calls.findLast((known) => known.index === index);
    if (call === undefined) {
      call = { index, fields: new Map() };
      calls.push(call);
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
