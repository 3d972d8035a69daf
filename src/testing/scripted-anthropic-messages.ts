import { type ChatContext, isRecord, type JsonRecord, lastUserText, piecesOf } from "./scripted-chat.ts";
import type { PlannedAnswer, PlannedReply, PlannedToolCall } from "./scripted-plan.ts";
import { digestOf, requestDigest, scriptedText } from "./scripted-text.ts";

/**
 * The answers of a scripted origin in the shapes of Anthropic's Messages API: one JSON document, or the events of a
 * stream that say the same, with a ping in it. Source: the API reference of messages and the guide to streaming them.
 */

/** The answer as one document. */
export function scriptedMessage(context: ChatContext): JsonRecord {
  const { head, parts, ending, usage } = scripted(context);
  return { ...head, content: parts.map((part) => part.whole), ...ending, ...(usage === undefined ? {} : { usage }) };
}

/** The blocks of the stream. */
export function scriptedMessageEvents(context: ChatContext & { readonly plan: PlannedReply }): readonly string[] {
  const { plan } = context;
  const blocks = events(context).map((event) => block(event));
  if (plan.errorEvent !== undefined) {
    const { atChunk, error } = plan.errorEvent;
    blocks.splice(
      atChunk,
      blocks.length,
      block(error === undefined ? scriptedMessageError(529) : { type: "error", error }),
    );
  } else if (plan.terminal !== false) {
    blocks.push(block({ type: "message_stop" }));
  }
  return blocks;
}

/** An error in the shape of the API. */
export function scriptedMessageError(status: number): JsonRecord {
  const type = errorTypes[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
  return {
    type: "error",
    error: { type, message: `The scripted origin answers ${status}` },
    request_id: "req_scripted",
  };
}

const errorTypes: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  429: "rate_limit_error",
  529: "overloaded_error",
};

/** A block of content: whole, as it begins, and the deltas between. */
interface Part {
  readonly whole: JsonRecord;
  readonly begun: JsonRecord;
  readonly deltas: readonly JsonRecord[];
}

interface Scripted {
  readonly head: JsonRecord;
  readonly parts: readonly Part[];
  readonly ending: JsonRecord;
  readonly usage: JsonRecord | undefined;
}

function scripted({ request, plan, canary, generation }: ChatContext): Scripted {
  const model = plan.model ?? String(request["model"]);
  const digest = requestDigest(request, plan.salt ?? "");
  const derived = () => {
    const question = lastUserText(request["messages"]);
    const text = scriptedText({ question, model, digest, canary, generation, words: plan.words ?? 12, choice: 0 });
    return wantsJson(request) ? JSON.stringify({ answer: text }) : text;
  };
  const { toolCalls = [], refusal } = plan;
  const isSilent = toolCalls.length > 0 || refusal !== undefined;
  const text = plan.content ?? (isSilent ? "" : derived());
  const parts = [
    ...(plan.reasoning === undefined ? [] : [thinking(plan.reasoning, digest)]),
    ...(text === "" ? [] : [said(text)]),
    ...toolCalls.map((call, index) => called(call, `toolu_${digest.slice(index, index + 24)}`)),
  ];
  const stopReason = stopReasonOf(plan);
  const explained = { type: "refusal", category: "cyber", explanation: refusal ?? null };
  return {
    head: { id: `msg_${digest.slice(0, 24)}`, type: "message", role: "assistant", model },
    parts,
    ending: {
      stop_reason: stopReason,
      stop_sequence: null,
      ...(stopReason === "refusal" ? { stop_details: explained } : {}),
    },
    usage: usageOf(request, plan, parts),
  };
}

function wantsJson(request: JsonRecord): boolean {
  const config = request["output_config"];
  const format = (isRecord(config) ? config["format"] : undefined) ?? request["output_format"];
  return isRecord(format) && format["type"] === "json_schema";
}

/** Plans may speak of the end in the words of chat completions. */
const stopReasons: ReadonlyMap<string, string> = new Map([
  ["stop", "end_turn"],
  ["length", "max_tokens"],
  ["tool_calls", "tool_use"],
  ["content_filter", "refusal"],
]);

function stopReasonOf({ finishReason, toolCalls = [], refusal }: PlannedAnswer): string | null {
  if (finishReason === null) return null;
  if (finishReason !== undefined) return stopReasons.get(finishReason) ?? finishReason;
  if (refusal !== undefined) return "refusal";
  return toolCalls.length > 0 ? "tool_use" : "end_turn";
}

function said(text: string): Part {
  const deltas = piecesOf(text).map((piece) => ({ type: "text_delta", text: piece }));
  return { whole: { type: "text", text }, begun: { type: "text", text: "" }, deltas };
}

function thinking(thought: string, digest: string): Part {
  const signature = `Sig${digestOf(digest)}==`;
  return {
    whole: { type: "thinking", thinking: thought, signature },
    begun: { type: "thinking", thinking: "", signature: "" },
    deltas: [
      ...piecesOf(thought).map((piece) => ({ type: "thinking_delta", thinking: piece })),
      { type: "signature_delta", signature },
    ],
  };
}

function called({ name, arguments: input, id }: PlannedToolCall, derivedId: string): Part {
  const call = { type: "tool_use", id: id ?? derivedId, name };
  return {
    whole: { ...call, input: parsed(input) },
    begun: { ...call, input: {} },
    deltas: ["", ...piecesOf(input)].map((piece) => ({ type: "input_json_delta", partial_json: piece })),
  };
}

/** What does not parse has no form in a document but that of a text. */
function parsed(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

function usageOf(request: JsonRecord, plan: PlannedAnswer, parts: readonly Part[]): JsonRecord | undefined {
  if (plan.usage === null) return undefined;
  return {
    input_tokens: Math.ceil(JSON.stringify([request["system"], request["messages"]]).length / 4),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: parts.reduce((sum, part) => sum + part.deltas.length, 1),
    service_tier: "standard",
    ...plan.usage,
  };
}

/** All events but the last. */
function events(context: ChatContext): readonly JsonRecord[] {
  const { head, parts, ending, usage } = scripted(context);
  const unended = Object.fromEntries(Object.keys(ending).map((name) => [name, null]));
  const first = usage === undefined ? {} : { usage: { ...usage, output_tokens: 1 } };
  const list: JsonRecord[] = [{ type: "message_start", message: { ...head, content: [], ...unended, ...first } }];
  for (const [index, { begun, deltas }] of parts.entries()) {
    list.push({ type: "content_block_start", index, content_block: begun });
    if (index === 0) list.push({ type: "ping" });
    for (const delta of deltas) list.push({ type: "content_block_delta", index, delta });
    list.push({ type: "content_block_stop", index });
  }
  const last = usage === undefined ? {} : { usage: { output_tokens: usage["output_tokens"] } };
  return [...list, { type: "message_delta", delta: ending, ...last }];
}

function block(event: JsonRecord): string {
  return `event: ${String(event["type"])}\ndata: ${JSON.stringify(event)}\n\n`;
}
