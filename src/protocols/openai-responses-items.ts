import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { isObject, textOf } from "./json-fields.ts";
import { textPieces } from "./text-pieces.ts";

/**
 * The events that bring one item of a response, in the order in which OpenAI sends them. An item of an unknown type, or
 * one without an id by which events could name it, is only added and done. The item that is done is the whole item.
 */

export interface ItemEvent {
  readonly type: string;
  readonly fields: JsonObject;
}

type Fields = readonly (readonly [string, JsonValue])[];

export function* itemEvents(item: JsonObject, index: number): Iterable<ItemEvent> {
  const type = textOf(item.get("type")) ?? "";
  const id = textOf(item.get("id"));
  const filling = Object.hasOwn(fillings, type) ? fillings[type] : undefined;
  const place: Fields = [["output_index", index]];
  yield { type: "response.output_item.added", fields: new Map([...place, ["item", addedItem(item, filling)]]) };
  if (filling !== undefined && id !== undefined) {
    for (const [name, fields] of filling.events(item)) {
      yield { type: `response.${name}`, fields: new Map([["item_id", id], ...place, ...fields]) };
    }
  }
  yield { type: "response.output_item.done", fields: new Map([...place, ["item", item]]) };
}

/** The item before anything is in it. */
function addedItem(item: JsonObject, filling: Filling | undefined): JsonObject {
  const added = new Map(item);
  if (typeof item.get("status") === "string") added.set("status", "in_progress");
  for (const [name, empty] of Object.entries(filling?.empty ?? {})) if (item.has(name)) added.set(name, empty);
  return added;
}

type NamedEvent = readonly [name: string, fields: Fields];

interface Filling {
  /** What its fields are before they are filled. */
  readonly empty: Readonly<Record<string, JsonValue>>;
  readonly events: (item: JsonObject) => Iterable<NamedEvent>;
}

const fillings: Readonly<Record<string, Filling>> = {
  message: { empty: { content: [] }, events: contentEvents },
  reasoning: { empty: { content: [], summary: [] }, events: reasoningEvents },
  function_call: called("function_call_arguments", "arguments"),
  custom_tool_call: called("custom_tool_call_input", "input"),
  mcp_call: { empty: { arguments: "", output: null, error: null }, events: mcpCallEvents },
  mcp_list_tools: { empty: { tools: [], error: null }, events: mcpListEvents },
  web_search_call: stages("web_search_call", ["in_progress", "searching", "completed"], {}),
  file_search_call: stages("file_search_call", ["in_progress", "searching", "completed"], { results: null }),
  image_generation_call: stages("image_generation_call", ["in_progress", "generating", "completed"], { result: null }),
  code_interpreter_call: { empty: { code: "", outputs: null }, events: codeEvents },
};

function stages(name: string, all: readonly string[], empty: Filling["empty"]): Filling {
  return {
    empty,
    // Something that failed has no event that says it is completed.
    events: (item) =>
      all.filter((stage) => stage !== "completed" || !hasFailed(item)).map((stage) => [`${name}.${stage}`, []]),
  };
}

function called(name: string, field: string): Filling {
  return { empty: { [field]: "" }, events: (item) => textEvents(name, [], field, item.get(field)) };
}

/** A text in pieces, then as a whole. */
function* textEvents(
  name: string,
  place: Fields,
  field: string,
  text: JsonValue | undefined,
  more: (isFirst: boolean) => Fields = () => [],
): Iterable<NamedEvent> {
  if (typeof text !== "string") return;
  let isFirst = true;
  for (const piece of textPieces(text)) {
    yield [`${name}.delta`, [...place, ["delta", piece], ...more(isFirst)]];
    isFirst = false;
  }
  yield [`${name}.done`, [...place, [field, text], ...more(true)]];
}

function* contentEvents(item: JsonObject): Iterable<NamedEvent> {
  for (const [index, part] of parts(item, "content")) yield* partEvents(part, [["content_index", index]]);
}

function* partEvents(part: JsonObject, place: Fields): Iterable<NamedEvent> {
  const type = textOf(part.get("type")) ?? "";
  const emptied = new Map(part);
  for (const [name, empty] of Object.entries(emptyPart)) if (part.has(name)) emptied.set(name, empty);
  const known = type === "output_text" || type === "refusal" || type === "reasoning_text";
  yield ["content_part.added", [...place, ["part", known ? emptied : part]]];
  if (type === "refusal") yield* textEvents("refusal", place, "refusal", part.get("refusal"));
  if (type === "reasoning_text") yield* textEvents("reasoning_text", place, "text", part.get("text"));
  if (type === "output_text") yield* outputTextEvents(part, place);
  yield ["content_part.done", [...place, ["part", part]]];
}

const emptyPart: Readonly<Record<string, JsonValue>> = { text: "", refusal: "", annotations: [], logprobs: [] };

/** Log probabilities come with the first piece, since pieces are not tokens, and with the whole; annotations before the whole. */
function* outputTextEvents(part: JsonObject, place: Fields): Iterable<NamedEvent> {
  const logprobs = part.get("logprobs") ?? [];
  const annotations = part.get("annotations");
  const events = [
    ...textEvents("output_text", place, "text", part.get("text"), (whole) => [["logprobs", whole ? logprobs : []]]),
  ];
  yield* events.slice(0, -1);
  for (const [index, annotation] of (Array.isArray(annotations) ? annotations : []).entries()) {
    yield ["output_text.annotation.added", [...place, ["annotation_index", index], ["annotation", annotation]]];
  }
  yield* events.slice(-1);
}

function* reasoningEvents(item: JsonObject): Iterable<NamedEvent> {
  for (const [index, part] of parts(item, "summary")) {
    const place: Fields = [["summary_index", index]];
    yield ["reasoning_summary_part.added", [...place, ["part", new Map([...part, ["text", ""]])]]];
    yield* textEvents("reasoning_summary_text", place, "text", part.get("text"));
    yield ["reasoning_summary_part.done", [...place, ["part", part]]];
  }
  yield* contentEvents(item);
}

function* mcpCallEvents(item: JsonObject): Iterable<NamedEvent> {
  yield ["mcp_call.in_progress", []];
  yield* textEvents("mcp_call_arguments", [], "arguments", item.get("arguments"));
  yield [`mcp_call.${hasFailed(item) ? "failed" : "completed"}`, []];
}

function* mcpListEvents(item: JsonObject): Iterable<NamedEvent> {
  yield ["mcp_list_tools.in_progress", []];
  yield [`mcp_list_tools.${hasFailed(item) ? "failed" : "completed"}`, []];
}

function* codeEvents(item: JsonObject): Iterable<NamedEvent> {
  yield ["code_interpreter_call.in_progress", []];
  yield* textEvents("code_interpreter_call_code", [], "code", item.get("code"));
  yield ["code_interpreter_call.interpreting", []];
  if (!hasFailed(item)) yield ["code_interpreter_call.completed", []];
}

function hasFailed(item: JsonObject): boolean {
  const status = item.get("status");
  return status === "failed" || status === "incomplete" || (item.get("error") ?? null) !== null;
}

/** The parts of a list by index; what is no object has no events of its own. */
function parts(item: JsonObject, name: string): readonly (readonly [number, JsonObject])[] {
  const list = item.get(name);
  if (!Array.isArray(list)) return [];
  return (list as readonly JsonValue[]).flatMap((part, index) => (isObject(part) ? [[index, part] as const] : []));
}
