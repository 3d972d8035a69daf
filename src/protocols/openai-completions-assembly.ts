import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { type ChoiceAssembly, ChunkAssembly } from "./chunk-assembly.ts";
import { type MergeManner, type MutableObject, mergeMember } from "./merge-pieces.ts";

/**
 * What the chunks of a completion of text come to, choice by choice; `chunk-assembly.ts` sees to the rest. A piece is
 * shaped like a choice. Its text is joined. Its log probabilities are four arrays with an element a token (`tokens`,
 * `token_logprobs`, `top_logprobs`, `text_offset`), which are joined each; an element of `top_logprobs` has tokens for
 * its keys, `index` perhaps among them, so elements are never merged. The same holds for the arrays of vLLM
 * (`token_ids`) and of llama.cpp (`logprobs.content`). Reasoning, as OpenRouter sends it, is merged as within a delta of
 * a chat. Of all else the last value stands.
 */

const usual: MergeManner = { strings: "last", arrays: "append" };
const ofReasoning: MergeManner = { strings: "join", arrays: "join" };

export class TextCompletionAssembly extends ChunkAssembly {
  constructor() {
    super("text_completion", () => new TextChoice());
  }
}

/** Whether a field of a choice is of what the model thought before it wrote. */
export function isReasoning(name: string): boolean {
  return name.startsWith("reasoning");
}

class TextChoice implements ChoiceAssembly {
  readonly #fields: MutableObject = new Map();
  #text = "";

  add(piece: JsonObject): boolean {
    const text = piece.get("text") ?? "";
    if (typeof text !== "string") return false;
    this.#text += text;
    for (const [name, value] of piece) {
      if (!ownNames.has(name)) mergeMember(this.#fields, name, value, isReasoning(name) ? ofReasoning : usual);
    }
    return true;
  }

  *members(): Iterable<readonly [name: string, value: JsonValue]> {
    yield ["text", this.#text];
    yield* this.#fields;
  }
}

const ownNames: ReadonlySet<string> = new Set(["index", "text", "finish_reason"]);
