import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import type { AnswerFacts, ChoiceFacts, FinishReason, ToolCallFacts } from "../core/recording.ts";
import { isObject, objectAt, objectsIn, optionalText, textOf } from "./json-fields.ts";
import { reportsError } from "./openai-errors.ts";
import { isActionCall } from "./openai-responses-tools.ts";
import { responsesUsage } from "./usage.ts";

/** What admission needs to know of a response: it is one choice, whose text, refusals and calls lie in its items. */

export function responseFacts(response: JsonValue): Omit<AnswerFacts, "terminal"> {
  if (!isObject(response)) {
    return { wellFormed: false, error: false, model: undefined, usage: undefined, choices: [] };
  }
  const output = response.get("output");
  const choice = Array.isArray(output) ? choiceFacts(response, output) : undefined;
  return {
    wellFormed: choice !== undefined && optionalText(response.get("id")) !== undefined,
    error: reportsError(response) || response.get("status") === "failed",
    model: textOf(response.get("model")),
    usage: responsesUsage(response.get("usage")),
    choices: choice === undefined ? [] : [choice],
  };
}

/** `undefined` when an item does not fit the schema. */
function choiceFacts(response: JsonObject, output: readonly JsonValue[]): ChoiceFacts | undefined {
  const items = output.filter(isObject);
  if (items.length < output.length || !items.every(fitsSchema)) return undefined;
  const messages = items.filter((item) => item.get("type") === "message");
  // What is said in passing is not the answer, which may have to be JSON.
  const finals = messages.filter((message) => message.get("phase") !== "commentary");
  const text = textsIn(finals.length > 0 ? finals : messages, "output_text", "text");
  const refused = textsIn(messages, "refusal", "refusal") !== "";
  const toolCalls = callsFor(items);
  const hasImage = items.some((item) => textOf(item.get("result")) !== undefined);
  return {
    finish: finishOf(response, items, toolCalls.length > 0),
    text,
    refused,
    toolCalls,
    hasContent: text !== "" || refused || toolCalls.length > 0 || hasImage,
  };
}

function fitsSchema(item: JsonObject): boolean {
  const type = textOf(item.get("type"));
  if (type === "message") {
    const content = item.get("content");
    return Array.isArray(content) && content.every((part: JsonValue) => isObject(part) && fitsPart(part));
  }
  if (type === "function_call") return isCall(item, "arguments");
  if (type === "custom_tool_call") return isCall(item, "input");
  return type !== undefined;
}

function fitsPart(part: JsonObject): boolean {
  const type = textOf(part.get("type"));
  if (type === "output_text") return typeof part.get("text") === "string";
  if (type === "refusal") return typeof part.get("refusal") === "string";
  return type !== undefined;
}

function isCall(item: JsonObject, input: string): boolean {
  return textOf(item.get("name")) !== undefined && typeof item.get(input) === "string";
}

function textsIn(messages: readonly JsonObject[], type: string, name: string): string {
  const parts = messages.flatMap((message) => objectsIn(message.get("content")));
  return parts.map((part) => (part.get("type") === type ? (textOf(part.get(name)) ?? "") : "")).join("");
}

/** The calls that wait for the caller; one that has its output in the same answer was run by the provider. */
function callsFor(items: readonly JsonObject[]): readonly ToolCallFacts[] {
  const answered = new Set(
    items.filter((item) => (item.get("type") as string).endsWith("_output")).map((item) => item.get("call_id")),
  );
  const facts: ToolCallFacts[] = [];
  for (const item of items) {
    const type = item.get("type") as string;
    const callId = item.get("call_id") ?? null;
    if (callId !== null && answered.has(callId)) continue;
    const name = item.get("name") as string;
    if (type === "function_call") facts.push({ name, arguments: item.get("arguments") as string });
    // The input of a custom tool is free text by definition; as a member it is the JSON that it need not be.
    else if (type === "custom_tool_call") facts.push({ name, arguments: JSON.stringify({ input: item.get("input") }) });
    else if (isActionCall(type)) facts.push({ name: type, arguments: serializeJson(item, true) });
  }
  return facts;
}

const incompleteReasons: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: "length",
  content_filter: "content_filter",
};

function finishOf(response: JsonObject, items: readonly JsonObject[], callsTools: boolean): FinishReason {
  const status = response.get("status");
  if (status === "incomplete") {
    const reason = textOf(objectAt(response, "incomplete_details")?.get("reason")) ?? "";
    return Object.hasOwn(incompleteReasons, reason) ? (incompleteReasons[reason] as FinishReason) : "unfinished";
  }
  if (status !== "completed" || items.some(isUnfinished)) return "unfinished";
  return callsTools ? "tool_calls" : "stop";
}

const answering: ReadonlySet<string> = new Set(["message", "function_call", "custom_tool_call"]);

function isUnfinished(item: JsonObject): boolean {
  const status = item.get("status");
  return answering.has(item.get("type") as string) && (status === "in_progress" || status === "incomplete");
}
