import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import { isObject } from "./json-fields.ts";
import { renderEvent } from "./sse.ts";
import { textPieces } from "./text-pieces.ts";

/**
 * Plays a message as the stream that the same request would have got with `stream`: `message_start` with the message as
 * it stands before anything is said, then each block, begun empty, grown in several deltas and ended, then
 * `message_delta` with the reason of the end and the final usage, and `message_stop`. Text, thinking, the input of a
 * tool, signatures and citations travel in deltas; blocks of all other types, and fields that the API's description
 * does not know, stand whole where their block or the message begins. `anthropic-messages-assembly.ts` makes the same
 * message of it, save for the order of its fields.
 */
export function eventsOf(message: JsonObject): string {
  let text = event("message_start", [["message", opening(message)]]);
  const content = message.get("content");
  const blocks: readonly JsonValue[] = Array.isArray(content) ? content : [];
  for (const [index, block] of blocks.entries()) if (isObject(block)) text += blockEvents(block, index);
  return text + closing(message) + event("message_stop", []);
}

type Members = readonly (readonly [string, JsonValue])[];

function event(type: string, members: Members): string {
  return renderEvent(serializeJson(new Map<string, JsonValue>([["type", type], ...members]), true), type);
}

/** What is not known before the end: null at first, then part of the `delta` in `message_delta`, or beside it. */
const inLastDelta = ["stop_reason", "stop_sequence", "stop_details", "container"];
const besideLastDelta = ["context_management", "input_transformations"];
/** The members of `usage` that `message_delta` repeats. */
const finalUsage = [
  "input_tokens",
  "cache_creation_input_tokens",
  "cache_read_input_tokens",
  "output_tokens",
  "output_tokens_details",
  "server_tool_use",
  "iterations",
  "fallback_credit",
];

function opening(message: JsonObject): JsonObject {
  const opened = new Map<string, JsonValue>(message).set("content", []);
  for (const name of [...inLastDelta, ...besideLastDelta]) if (message.has(name)) opened.set(name, null);
  const usage = message.get("usage");
  if (isObject(usage)) {
    const output = usage.get("output_tokens");
    // The first token is there when the message begins.
    opened.set("usage", typeof output === "number" ? new Map(usage).set("output_tokens", Math.min(output, 1)) : usage);
  }
  return opened;
}

function closing(message: JsonObject): string {
  const usage = message.get("usage");
  return event("message_delta", [
    ["delta", new Map(present(message, inLastDelta))],
    ["usage", new Map(isObject(usage) ? present(usage, finalUsage).filter(([, value]) => value !== null) : [])],
    ...present(message, besideLastDelta),
  ]);
}

function present(object: JsonObject, names: readonly string[]): Members {
  return names.filter((name) => object.has(name)).map((name) => [name, object.get(name) as JsonValue]);
}

function blockEvents(block: JsonObject, index: number): string {
  const { begun, deltas } = taken(block);
  let text = event("content_block_start", [
    ["index", index],
    ["content_block", begun],
  ]);
  for (const [type, name, value] of deltas) {
    const delta = new Map<string, JsonValue>([
      ["type", type],
      [name, value],
    ]);
    text += event("content_block_delta", [
      ["index", index],
      ["delta", delta],
    ]);
  }
  return text + event("content_block_stop", [["index", index]]);
}

interface Taken {
  /** The block as it begins. */
  readonly begun: JsonObject;
  readonly deltas: Iterable<readonly [type: string, name: string, value: JsonValue]>;
}

function taken(block: JsonObject): Taken {
  const type = block.get("type");
  const known = typeof type === "string" && Object.hasOwn(takers, type) ? takers[type] : undefined;
  return known?.(block) ?? { begun: block, deltas: [] };
}

/** How blocks of each type are taken apart. */
const takers: Readonly<Record<string, (block: JsonObject) => Taken>> = {
  text(block) {
    const citations = block.get("citations");
    const cited: readonly JsonValue[] = Array.isArray(citations) ? citations : [];
    const begun = new Map(block).set("text", "");
    if (cited.length > 0) begun.set("citations", []);
    return { begun, deltas: textDeltas(block, cited) };
  },
  thinking(block) {
    const begun = new Map(block).set("thinking", "");
    const signature = block.get("signature");
    if (typeof signature === "string") begun.set("signature", "");
    return { begun, deltas: thinkingDeltas(block, signature) };
  },
  tool_use: takeCall,
  server_tool_use: takeCall,
  mcp_tool_use: takeCall,
};

function takeCall(block: JsonObject): Taken {
  return { begun: new Map(block).set("input", new Map()), deltas: inputDeltas(block.get("input") ?? new Map()) };
}

function* textDeltas(block: JsonObject, citations: readonly JsonValue[]): Taken["deltas"] {
  for (const piece of textPieces(String(block.get("text")))) yield ["text_delta", "text", piece];
  for (const citation of citations) yield ["citations_delta", "citation", citation];
}

function* thinkingDeltas(block: JsonObject, signature: JsonValue | undefined): Taken["deltas"] {
  for (const piece of textPieces(String(block.get("thinking")))) yield ["thinking_delta", "thinking", piece];
  if (typeof signature === "string" && signature !== "") yield ["signature_delta", "signature", signature];
}

/** The API begins with an empty piece, and leaves it at that where the input is empty. */
function* inputDeltas(input: JsonValue): Taken["deltas"] {
  yield ["input_json_delta", "partial_json", ""];
  if (isObject(input) && input.size === 0) return;
  // What did not parse when it came is text still.
  const text = typeof input === "string" ? input : serializeJson(input, true);
  for (const piece of textPieces(text)) yield ["input_json_delta", "partial_json", piece];
}
