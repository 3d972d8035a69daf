import type { CacheMarks, MarkablePart, MarkablePrompt } from "../core/cache-marks.ts";
import { type JsonObject, type JsonValue, type KeepOrder, orderOf, serializeJson } from "../core/canonical-json.ts";
import { isObject, textOf } from "./json-fields.ts";

/**
 * Where a request for a message may carry `cache_control`, and how it is put there. A text that stands for itself is
 * written as the one block that it is short for (platform.claude.com/docs, "Messages": a string is "shorthand for an array
 * of one content block of type text"). Thoughts, empty texts and kinds of blocks that are not known here take no mark.
 */

/** What a part is in the body: an element of `tools`, a block of `system`, a block of a message. */
type Place = readonly [member: "tools" | "system"] | readonly [member: "messages", message: number];

interface PlacedPart extends MarkablePart {
  readonly place: Place;
  /** In the array of blocks there. */
  readonly block: number;
}

const mark: JsonObject = new Map([["type", "ephemeral"]]);
const longMark: JsonObject = new Map([
  ["ttl", "1h"],
  ["type", "ephemeral"],
]);
/** Fields that make what is kept of the messages another, besides tools and system. */
const settings = ["tool_choice", "thinking", "output_config", "speed"];
const markable: ReadonlySet<JsonValue> = new Set<JsonValue>([
  "text",
  "image",
  "document",
  "search_result",
  "tool_use",
  "tool_result",
]);

/** `undefined` where there is nothing to mark: not in a thread, which the provider keeps itself. */
export function markablePrompt(
  body: JsonObject,
  texts: ReadonlyMap<string, string>,
  orders: Readonly<Record<string, KeepOrder>>,
): MarkablePrompt | undefined {
  if ((body.get("thread") ?? null) !== null) return undefined;
  const hasMark = (name: string) => texts.get(name)?.includes('"cache_control"') === true;
  const hasOwnMarks = body.has("cache_control") || ["tools", "system", "messages"].some(hasMark);
  const parts = partsOf(body, orders);
  const [last] = parts.slice(-1);
  // The one mark of the whole request stands for one on its last part.
  const whole = ownMarkOf(body);
  if (last !== undefined && whole.isMarked) parts.splice(-1, 1, { ...last, ...whole });
  return { parts, hasOwnMarks, hasOwnKey: true };
}

/** The members of the body that carry marks, by name, with them. */
export function markedMembers(
  body: JsonObject,
  { ends, long = 0 }: CacheMarks,
  orders: Readonly<Record<string, KeepOrder>>,
): ReadonlyMap<string, JsonValue> {
  const parts = partsOf(body, orders);
  const marked = new Map<string, JsonValue>();
  for (const [index, end] of ends.entries()) {
    const part = parts[end];
    if (part?.takesMark !== true) continue;
    const [name, message] = part.place;
    const value = marked.get(name) ?? (body.get(name) as JsonValue);
    const marks = (blocks: JsonValue) => marking(blocks, part.block, index < long ? longMark : mark);
    marked.set(name, message === undefined ? marks(value) : markingMessage(value, message, marks));
  }
  return marked;
}

function partsOf(body: JsonObject, orders: Readonly<Record<string, KeepOrder>>): PlacedPart[] {
  const parts: PlacedPart[] = [];
  const add = (place: Place, by: MarkablePart["by"], blocks: readonly JsonValue[], order: KeepOrder, before = "") => {
    const takesMark = place[0] === "tools" ? toolTakesMark : blockTakesMark;
    for (const [block, value] of blocks.entries()) {
      const text = (block === 0 ? before : "") + serializeJson(value, order);
      const isLast = block === blocks.length - 1;
      parts.push({ place, block, by, text, takesMark: takesMark(value), isLast, ...ownMarkOf(value) });
    }
  };
  const tools = body.get("tools");
  if (Array.isArray(tools)) add(["tools"], "head", tools as readonly JsonValue[], true);
  add(["system"], "head", blocksIn(body.get("system")), blockOrder(orderOf("system", orders)));
  const messages = body.get("messages");
  let before = settings.map((name) => serializeJson(body.get(name) ?? null)).join();
  for (const [index, message] of (Array.isArray(messages) ? (messages as readonly JsonValue[]) : []).entries()) {
    if (!isObject(message)) continue;
    const blocks = blocksIn(message.get("content"));
    const role = serializeJson(message.get("role") ?? null);
    add(["messages", index], speakerOf(message, blocks), blocks, contentOrder(orders), before + role);
    if (blocks.length > 0) before = "";
  }
  return parts;
}

function speakerOf(message: JsonObject, blocks: readonly JsonValue[]): MarkablePart["by"] {
  if (message.get("role") === "assistant") return "model";
  return blocks.some((block) => isObject(block) && block.get("type") === "tool_result") ? "tool" : "user";
}

function blocksIn(value: JsonValue | undefined): readonly JsonValue[] {
  if (typeof value === "string") return [textBlock(value)];
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function textBlock(text: string): JsonObject {
  return new Map([
    ["text", text],
    ["type", "text"],
  ]);
}

/** A tool that is loaded when it is searched for stands elsewhere in the prompt. */
function toolTakesMark(tool: JsonValue): boolean {
  return isObject(tool) && tool.get("defer_loading") !== true;
}

function blockTakesMark(block: JsonValue): boolean {
  if (!isObject(block) || !markable.has(block.get("type") ?? null)) return false;
  return block.get("type") !== "text" || textOf(block.get("text")) !== undefined;
}

function ownMarkOf(value: JsonValue): { readonly isMarked: boolean; readonly isMarkedLong: boolean } {
  const mark = isObject(value) ? (value.get("cache_control") ?? null) : null;
  return { isMarked: mark !== null, isMarkedLong: isObject(mark) && mark.get("ttl") === "1h" };
}

function marking(value: JsonValue, block: number, kind: JsonObject): readonly JsonValue[] {
  return blocksIn(value).map((one, index) =>
    index === block && isObject(one) ? new Map(one).set("cache_control", kind) : one,
  );
}

function markingMessage(
  messages: JsonValue,
  message: number,
  marks: (blocks: JsonValue) => JsonValue,
): readonly JsonValue[] {
  return (messages as readonly JsonValue[]).map((one, index) =>
    index === message && isObject(one) ? new Map(one).set("content", marks(one.get("content") ?? null)) : one,
  );
}

/** The order of keys in a block of `list`. */
function blockOrder(list: KeepOrder): KeepOrder {
  return list !== true && "each" in list ? list.each : true;
}

function contentOrder(orders: Readonly<Record<string, KeepOrder>>): KeepOrder {
  const message = blockOrder(orderOf("messages", orders));
  return message !== true && "sorted" in message ? blockOrder(orderOf("content", message.sorted)) : true;
}
