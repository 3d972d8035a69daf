import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import type { AnswerFacts, ChoiceFacts, FinishReason, ToolCallFacts } from "../core/recording.ts";
import { anthropicUsage } from "./anthropic-messages-usage.ts";
import { isObject, optionalText, parsedOrNothing, textOf } from "./json-fields.ts";

/** What admission needs to know of a message, sent as JSON or assembled from its events. */

const finishReasons: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "refusal",
  // The provider has stopped in the midst of its own tools and waits to be told to go on.
  pause_turn: "unfinished",
};

const nothing = { wellFormed: false, error: false, model: undefined, usage: undefined, choices: [] } as const;

export function messageFacts(message: JsonValue | undefined): Omit<AnswerFacts, "terminal"> {
  if (!isObject(message)) return nothing;
  const choice = choiceFacts(message);
  return {
    wellFormed: choice !== undefined && isMessage(message),
    error: reportsError(message),
    model: textOf(message.get("model")),
    usage: anthropicUsage(message.get("usage")),
    choices: choice === undefined ? [] : [choice],
  };
}

export function reportsError(value: JsonObject): boolean {
  return value.get("type") === "error" || (value.get("error") ?? null) !== null;
}

/** Usage is demanded because readers of a stream made of the message count on it; Anthropic's own SDK fails without. */
function isMessage(message: JsonObject): boolean {
  return message.get("type") === "message" && message.get("role") === "assistant" && isObject(message.get("usage"));
}

/** `undefined` when the message does not fit the schema. */
function choiceFacts(message: JsonObject): ChoiceFacts | undefined {
  const content = message.get("content");
  const finish = finishReason(message.get("stop_reason"));
  if (!Array.isArray(content) || finish === undefined) return undefined;
  const blocks = (content as readonly JsonValue[]).map((block) => (isObject(block) ? blockFacts(block) : undefined));
  if (!blocks.every((block) => block !== undefined)) return undefined;
  const refused = finish === "refusal";
  return {
    finish,
    text: blocks.map((block) => block.text ?? "").join(""),
    refused,
    toolCalls: blocks.flatMap((block) => block.toolCall ?? []),
    hasContent: refused || blocks.some((block) => block.says),
  };
}

function finishReason(value: JsonValue | undefined): FinishReason | undefined {
  const reason = optionalText(value);
  if (reason === undefined) return undefined;
  if (reason === "") return "unfinished";
  return Object.hasOwn(finishReasons, reason) ? finishReasons[reason] : "other";
}

interface BlockFacts {
  /** Whether it is more than silence or thought. */
  readonly says: boolean;
  readonly text?: string;
  readonly toolCall?: ToolCallFacts;
}

/** `undefined` when the block does not fit the schema. Of blocks that are not known nothing is demanded but a type. */
function blockFacts(block: JsonObject): BlockFacts | undefined {
  const type = textOf(block.get("type"));
  const known = type !== undefined && Object.hasOwn(blockReaders, type) ? blockReaders[type] : undefined;
  if (known !== undefined) return known(block);
  return type === undefined ? undefined : { says: true };
}

const blockReaders: Readonly<Record<string, (block: JsonObject) => BlockFacts | undefined>> = {
  text(block) {
    const text = block.get("text");
    return typeof text === "string" ? { says: text !== "", text } : undefined;
  },
  thinking: (block) =>
    typeof block.get("thinking") === "string" && optionalText(block.get("signature")) !== undefined
      ? { says: false }
      : undefined,
  redacted_thinking: (block) => (typeof block.get("data") === "string" ? { says: false } : undefined),
  tool_use(block) {
    const input = block.get("input") ?? undefined;
    const called = textOf(block.get("name"));
    if (textOf(block.get("id")) === undefined || called === undefined || input === undefined) return undefined;
    // A member of a set of tools is offered as the set.
    const name = textOf(block.get("toolset_name")) ?? called;
    return { says: true, toolCall: { name, arguments: argumentsText(input) } };
  },
  server_tool_use: providerCall,
  mcp_tool_use: providerCall,
};

/** The provider runs these itself, so they are no calls to the caller. */
function providerCall(block: JsonObject): BlockFacts | undefined {
  const fits = textOf(block.get("id")) !== undefined && isObject(block.get("input"));
  return fits ? { says: false } : undefined;
}

/**
 * The input of a call as text. A stream whose input does not parse leaves its text as it came (see
 * `anthropic-messages-assembly.ts`), and that text is what the model said; a string that is JSON was sent as a string.
 */
function argumentsText(input: JsonValue): string {
  if (typeof input === "string" && parsedOrNothing(input) === undefined) return input;
  return serializeJson(input, true);
}
