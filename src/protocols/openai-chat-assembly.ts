import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { type ChoiceAssembly, ChunkAssembly } from "./chunk-assembly.ts";
import { type MergeManner, type MutableObject, mergeMember } from "./merge-pieces.ts";
import { ToolCallAssembly } from "./openai-chat-tool-calls.ts";

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

class ChatChoice implements ChoiceAssembly {
  readonly #fields: MutableObject = new Map();
  readonly #message: MutableObject = new Map();
  #toolCalls: ToolCallAssembly | undefined;

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
        this.#toolCalls ??= new ToolCallAssembly();
        fits = this.#toolCalls.add(value) && fits;
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
    if (this.#toolCalls !== undefined) message.set("tool_calls", this.#toolCalls.inOrder());
    yield ["message", message];
    yield* this.#fields;
  }
}

const ownNames: ReadonlySet<string> = new Set(["index", "delta", "message", "finish_reason"]);
const textNames: ReadonlySet<string> = new Set(["role", "content", "refusal"]);
