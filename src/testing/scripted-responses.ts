import { type ChatContext, isRecord, type JsonRecord, lastUserText, piecesOf } from "./scripted-chat.ts";
import type { PlannedAnswer, PlannedReply, PlannedToolCall } from "./scripted-plan.ts";
import { requestDigest, scriptedText } from "./scripted-text.ts";

/**
 * The answers of a scripted origin in the shapes of OpenAI's Responses API: one JSON document, or the events of a stream
 * that say the same. Source: the API reference of responses and of their streaming events.
 */

/** The answer as one document. */
export function scriptedResponse(context: ChatContext): JsonRecord {
  const { response, items } = scripted(context);
  return { ...response, output: items.map(({ whole }) => whole) };
}

/** The blocks of the stream. */
export function scriptedResponseEvents(context: ChatContext & { readonly plan: PlannedReply }): readonly string[] {
  const { plan } = context;
  const list = events(context);
  if (plan.errorEvent !== undefined) {
    const { atChunk, error = scriptedStreamError } = plan.errorEvent;
    list.splice(atChunk, list.length, { type: "error", ...error });
  } else if (plan.terminal === false) {
    list.pop();
  }
  return list.map(({ type, ...fields }, index) => {
    const event = { type, sequence_number: index, ...fields };
    return `event: ${String(type)}\ndata: ${JSON.stringify(event)}\n\n`;
  });
}

const scriptedFailure = { code: "server_error", message: "The scripted origin breaks off" };
const scriptedStreamError = { ...scriptedFailure, param: null };

/** An item of the output: whole, as it is added, and the events between. */
interface Item {
  readonly whole: JsonRecord;
  readonly added: JsonRecord;
  readonly filling: readonly JsonRecord[];
}

interface Scripted {
  /** Without its output. */
  readonly response: JsonRecord;
  readonly items: readonly Item[];
}

function scripted({ request, plan, canary, generation }: ChatContext): Scripted {
  const model = plan.model ?? String(request["model"]);
  const digest = requestDigest(request, plan.salt ?? "");
  const derived = () => {
    const question = typeof request["input"] === "string" ? request["input"] : lastUserText(request["input"]);
    const text = scriptedText({ question, model, digest, canary, generation, words: plan.words ?? 12, choice: 0 });
    return wantsJson(request) ? JSON.stringify({ answer: text }) : text;
  };
  const { toolCalls = [], refusal, reasoning } = plan;
  const isSilent = toolCalls.length > 0 || refusal !== undefined;
  const text = plan.content ?? (isSilent ? "" : derived());
  const id = digest.slice(0, 24);
  const items = [
    ...(reasoning === undefined ? [] : [thought(reasoning, `rs_${id}`, sealedOf(request, digest))]),
    ...(text === "" ? [] : [said("output_text", text, `msg_${id}`)]),
    ...(refusal === undefined ? [] : [said("refusal", refusal, `msg_r${id}`)]),
    ...toolCalls.map((call, index) => called(call, digest.slice(index, index + 24))),
  ];
  const { status, reason } = endingOf(plan);
  const response = {
    id: `resp_${id}`,
    object: "response",
    created_at: 1_767_225_600 + (Number.parseInt(digest.slice(0, 6), 16) % 86_400),
    status,
    error: status === "failed" ? scriptedFailure : null,
    incomplete_details: reason === undefined ? null : { reason },
    ...echoed(request),
    model,
    usage: usageOf(request, plan, items),
  };
  return { response, items };
}

function wantsJson(request: JsonRecord): boolean {
  const format = isRecord(request["text"]) ? request["text"]["format"] : undefined;
  return isRecord(format) && format["type"] !== "text";
}

/** What a response repeats of its request. */
function echoed(request: JsonRecord): JsonRecord {
  return {
    instructions: request["instructions"] ?? null,
    metadata: request["metadata"] ?? {},
    parallel_tool_calls: request["parallel_tool_calls"] ?? true,
    previous_response_id: request["previous_response_id"] ?? null,
    temperature: request["temperature"] ?? 1,
    text: request["text"] ?? { format: { type: "text" } },
    tool_choice: request["tool_choice"] ?? "auto",
    tools: request["tools"] ?? [],
    top_p: request["top_p"] ?? 1,
  };
}

/** Plans may speak of the end in the words of chat completions. */
const incompleteReasons: ReadonlyMap<string, string> = new Map([
  ["length", "max_output_tokens"],
  ["max_output_tokens", "max_output_tokens"],
  ["content_filter", "content_filter"],
]);

function endingOf({ finishReason }: PlannedAnswer): { readonly status: string; readonly reason?: string } {
  if (finishReason === null) return { status: "in_progress" };
  if (finishReason === "failed") return { status: "failed" };
  const reason = incompleteReasons.get(finishReason ?? "");
  return reason === undefined ? { status: "completed" } : { status: "incomplete", reason };
}

/** Reasoning that the caller keeps in place of the provider, unreadable to it, where it asked for that. */
function sealedOf(request: JsonRecord, digest: string): JsonRecord {
  const include = Array.isArray(request["include"]) ? request["include"] : [];
  return include.includes("reasoning.encrypted_content") ? { encrypted_content: btoa(digest) } : {};
}

function thought(text: string, id: string, sealed: JsonRecord): Item {
  const part = { type: "summary_text", text };
  const place = { item_id: id, summary_index: 0 };
  return {
    whole: { id, type: "reasoning", summary: [part], ...sealed },
    added: { id, type: "reasoning", summary: [], ...sealed },
    filling: [
      { type: "response.reasoning_summary_part.added", ...place, part: { ...part, text: "" } },
      ...piecesOf(text).map((delta) => ({ type: "response.reasoning_summary_text.delta", ...place, delta })),
      { type: "response.reasoning_summary_text.done", ...place, text },
      { type: "response.reasoning_summary_part.done", ...place, part },
    ],
  };
}

function said(type: "output_text" | "refusal", text: string, id: string): Item {
  const isText = type === "output_text";
  const partOf = (value: string) =>
    isText ? { type, text: value, annotations: [], logprobs: [] } : { type, refusal: value };
  const place = { item_id: id, content_index: 0 };
  const more = isText ? { logprobs: [] } : {};
  const message = { id, type: "message", status: "completed", role: "assistant", content: [partOf(text)] };
  return {
    whole: message,
    added: { ...message, status: "in_progress", content: [] },
    filling: [
      { type: "response.content_part.added", ...place, part: partOf("") },
      ...piecesOf(text).map((delta) => ({ type: `response.${type}.delta`, ...place, delta, ...more })),
      { type: `response.${type}.done`, ...place, [isText ? "text" : "refusal"]: text, ...more },
      { type: "response.content_part.done", ...place, part: partOf(text) },
    ],
  };
}

function called({ name, arguments: input, custom, id }: PlannedToolCall, derived: string): Item {
  const [type, field, prefix] = custom ? ["custom_tool_call", "input", "ctc"] : ["function_call", "arguments", "fc"];
  const item_id = `${prefix}_${derived}`;
  const call = { id: item_id, type, call_id: id ?? `call_${derived}`, name };
  const event = `response.${type}_${field}`;
  const named = custom ? {} : { name };
  return {
    whole: { ...call, status: "completed", [field as string]: input },
    added: { ...call, status: "in_progress", [field as string]: "" },
    filling: [
      ...piecesOf(input).map((delta) => ({ type: `${event}.delta`, item_id, delta })),
      { type: `${event}.done`, item_id, ...named, [field as string]: input },
    ],
  };
}

function usageOf(request: JsonRecord, plan: PlannedAnswer, items: readonly Item[]): JsonRecord | null {
  if (plan.usage === null) return null;
  const input = Math.ceil(JSON.stringify([request["instructions"], request["input"]]).length / 4);
  const output = items.reduce((sum, { filling }) => sum + filling.length, 1);
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: piecesOf(plan.reasoning ?? "").length },
    total_tokens: input + output,
    ...plan.usage,
  };
}

function events(context: ChatContext): JsonRecord[] {
  const { response, items } = scripted(context);
  const begun = { ...response, status: "in_progress", incomplete_details: null, output: [], usage: null };
  const list: JsonRecord[] = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
  ];
  for (const [index, { whole, added, filling }] of items.entries()) {
    const place = { output_index: index };
    list.push({ type: "response.output_item.added", ...place, item: added });
    for (const event of filling) list.push({ ...event, ...place });
    list.push({ type: "response.output_item.done", ...place, item: whole });
  }
  const status = ["completed", "failed"].includes(String(response["status"])) ? response["status"] : "incomplete";
  list.push({ type: `response.${String(status)}`, response: { ...response, output: items.map(({ whole }) => whole) } });
  return list;
}
