import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { ReplayView } from "../core/protocol.ts";
import { streamOf } from "./chunk-stream.ts";
import { isObject } from "./json-fields.ts";
import { textPieces } from "./text-pieces.ts";

/**
 * Plays a chat completion as the stream that the same request would have got with `stream`: for each choice a chunk
 * with the role, its reasoning, its content in several pieces, whatever else the message has, its tool calls (name
 * first, then arguments) and a chunk with the finish reason; then usage, for those who asked, and `[DONE]`. Fields
 * that the API's description does not know travel too: those of a message in a delta, those of a choice beside its
 * finish reason, those at the top on the first chunk.
 *
 * What the stream cannot say, and therefore comes back in one normal form from `openai-chat-assembly.ts`: `object` is
 * the API's own name; a missing `role`, `content`, `refusal`, `finish_reason` or choice `index` is written out;
 * choices are in the order of their index; an `index` within a tool call, a `delta` within a choice, a top-level
 * `obfuscation` and a `usage` that is neither object nor null are dropped.
 */
export function chunksOf(completion: JsonObject, view: ReplayView): string {
  return streamOf(completion, view, "chat.completion.chunk", chunksOfChoice);
}

function* chunksOfChoice(choice: JsonObject, index: JsonValue): Iterable<JsonObject> {
  const message = choice.get("message");
  let logprobs = choice.get("logprobs");
  const chunk = (delta: JsonObject, takesLogprobs = false): JsonObject => {
    const fields = new Map<string, JsonValue>([
      ["index", index],
      ["delta", delta],
    ]);
    if (logprobs !== undefined) fields.set("logprobs", takesLogprobs ? logprobs : null);
    if (takesLogprobs && logprobs !== undefined) logprobs = null;
    return fields.set("finish_reason", null);
  };
  if (isObject(message)) for (const delta of deltasOf(message)) yield chunk(delta, isAnswer(delta));
  const finish = new Map(chunk(new Map(), true));
  for (const [name, value] of choice) if (!choiceNames.has(name)) finish.set(name, value);
  yield finish.set("finish_reason", choice.get("finish_reason") ?? null);
}

const choiceNames: ReadonlySet<string> = new Set(["index", "message", "delta", "logprobs", "finish_reason"]);

/** Whether log probabilities belong here: with the first piece of what was answered, after the chunk with the role. */
function isAnswer(delta: JsonObject): boolean {
  return !delta.has("role") && (delta.has("content") || delta.has("refusal"));
}

function* deltasOf(message: JsonObject): Iterable<JsonObject> {
  const content = message.get("content");
  const refusal = message.get("refusal");
  const calls = message.get("tool_calls");
  const role = new Map<string, JsonValue>([["role", message.get("role") ?? "assistant"]]);
  if (content !== undefined) role.set("content", typeof content === "string" ? "" : content);
  if (refusal !== undefined) role.set("refusal", typeof refusal === "string" ? "" : refusal);
  yield role;
  const others = [...message].filter(
    ([name]) => !messageNames.has(name) && !(name === "tool_calls" && Array.isArray(calls) && calls.length > 0),
  );
  // Reasoning comes before the answer, all else (annotations, audio) after it.
  for (const [name, value] of others) if (name.startsWith("reasoning")) yield new Map([[name, value]]);
  if (typeof content === "string") for (const piece of textPieces(content)) yield new Map([["content", piece]]);
  if (typeof refusal === "string") for (const piece of textPieces(refusal)) yield new Map([["refusal", piece]]);
  const later = others.filter(([name]) => !name.startsWith("reasoning"));
  if (later.length > 0) yield new Map(later);
  if (Array.isArray(calls)) {
    for (const [index, call] of (calls as readonly JsonValue[]).entries()) {
      for (const piece of callPieces(call, index)) yield new Map([["tool_calls", [piece]]]);
    }
  }
}

const messageNames: ReadonlySet<string> = new Set(["role", "content", "refusal"]);

/** A tool call as two deltas, as the API sends it: who is called, then with what. */
function callPieces(call: JsonValue, index: number): readonly JsonValue[] {
  if (!isObject(call)) return [];
  const first = new Map<string, JsonValue>([["index", index], ...[...call].filter(([name]) => name !== "index")]);
  const [kind, input] = isObject(call.get("custom")) ? ["custom", "input"] : ["function", "arguments"];
  const called = call.get(kind as string);
  const given = isObject(called) ? called.get(input as string) : undefined;
  if (!isObject(called) || typeof given !== "string" || given === "") return [first];
  first.set(kind as string, new Map([...called, [input as string, ""]]));
  const second = new Map<string, JsonValue>([
    ["index", index],
    [kind as string, new Map([[input as string, given]])],
  ]);
  return [first, second];
}
