import type { PlannedAnswer, PlannedChoice, PlannedToolCall } from "./scripted-plan.ts";
import { digestOf, requestDigest, scriptedText } from "./scripted-text.ts";

/**
 * The answers of a scripted origin in the shapes of OpenAI's chat completions: one JSON document, or the chunks of a
 * stream that say the same. Source: the API reference of chat completions, "The chat completion object" and "The chat
 * completion chunk object".
 */

export type JsonRecord = Readonly<Record<string, unknown>>;

export interface ChatContext {
  readonly request: JsonRecord;
  readonly plan: PlannedAnswer;
  readonly canary: string;
  readonly generation: number;
}

type ScriptedCall = PlannedToolCall & { readonly id: string };

interface Choice {
  readonly content: string | null;
  readonly refusal: string | null;
  readonly reasoning: string | undefined;
  readonly toolCalls: readonly ScriptedCall[];
  readonly finishReason: string | null;
}

interface Chat {
  readonly base: JsonRecord;
  readonly choices: readonly Choice[];
  readonly usage: JsonRecord | undefined;
  readonly logprobs: boolean;
}

/** The answer as one document. */
export function chatCompletion(context: ChatContext): JsonRecord {
  const { base, choices, usage, logprobs } = chat(context);
  return {
    id: base["id"],
    object: "chat.completion",
    ...base,
    choices: choices.map((choice, index) => ({
      index,
      message: messageOf(choice),
      logprobs: logprobs ? { content: piecesOf(choice.content ?? "").map(logprobOf), refusal: null } : null,
      finish_reason: choice.finishReason,
    })),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** The answer as the chunks of a stream, without the terminal `[DONE]`. */
export function chatChunks(context: ChatContext): readonly JsonRecord[] {
  const { base, choices, usage, logprobs } = chat(context);
  const includeUsage =
    isRecord(context.request["stream_options"]) && context.request["stream_options"]["include_usage"];
  const chunk = (fields: JsonRecord) => ({
    id: base["id"],
    object: "chat.completion.chunk",
    ...base,
    ...fields,
    ...(includeUsage ? { usage: fields["usage"] ?? null } : {}),
  });
  const deltas = choices.map(deltasOf);
  const chunks: JsonRecord[] = [];
  // The choices take turns, as they do when a model computes them side by side.
  for (let turn = 0; turn < Math.max(...deltas.map((list) => list.length)); turn++) {
    deltas.forEach((list, index) => {
      const delta = list[turn];
      if (delta === undefined) return;
      const text = delta["content"];
      const probabilities = logprobs && typeof text === "string" && text !== "" ? [logprobOf(text)] : undefined;
      const logs = probabilities === undefined ? null : { content: probabilities, refusal: null };
      chunks.push(chunk({ choices: [{ index, delta, logprobs: logs, finish_reason: null }] }));
    });
  }
  choices.forEach(({ finishReason }, index) => {
    if (finishReason === null) return;
    chunks.push(chunk({ choices: [{ index, delta: {}, logprobs: null, finish_reason: finishReason }] }));
  });
  if (includeUsage && usage !== undefined) chunks.push(chunk({ choices: [], usage }));
  return chunks;
}

function chat({ request, plan, canary, generation }: ChatContext): Chat {
  const model = plan.model ?? String(request["model"] ?? "");
  const digest = requestDigest(request, plan.salt ?? "");
  const question = lastUserText(request["messages"]);
  const count = typeof request["n"] === "number" ? request["n"] : 1;
  const wantsJson = isRecord(request["response_format"]) && request["response_format"]["type"] !== "text";
  const choices = Array.from({ length: count }, (_, choice) => {
    const derived = () => {
      const text = scriptedText({ question, model, digest, canary, generation, words: plan.words ?? 12, choice });
      return wantsJson ? JSON.stringify({ answer: text }) : text;
    };
    return plannedChoice({ ...plan, ...plan.choices?.[choice] }, digest, derived);
  });
  return {
    base: {
      id: `chatcmpl-${digest.slice(0, 29)}`,
      created: 1_767_225_600 + (Number.parseInt(digest.slice(0, 6), 16) % 86_400),
      model,
      service_tier: "default",
      system_fingerprint: `fp_${digestOf(model).slice(0, 10)}`,
    },
    choices,
    usage: usageOf(request, plan, choices),
    logprobs: plan.logprobs ?? request["logprobs"] === true,
  };
}

function plannedChoice(plan: PlannedChoice, digest: string, derived: () => string): Choice {
  const toolCalls = (plan.toolCalls ?? []).map((call, index) => ({
    id: `call_${digest.slice(index, index + 24)}`,
    ...call,
  }));
  const isSilent = toolCalls.length > 0 || plan.refusal !== undefined;
  return {
    content: plan.content ?? (isSilent ? null : derived()),
    refusal: plan.refusal ?? null,
    reasoning: plan.reasoning,
    toolCalls,
    finishReason: plan.finishReason === undefined ? (toolCalls.length > 0 ? "tool_calls" : "stop") : plan.finishReason,
  };
}

function messageOf({ content, refusal, reasoning, toolCalls }: Choice): JsonRecord {
  return {
    role: "assistant",
    content,
    ...(reasoning === undefined ? {} : { reasoning_content: reasoning }),
    refusal,
    annotations: [],
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls.map((call) => toolCall(call, call.arguments)) }),
  };
}

/** What a choice sends, delta by delta. */
function deltasOf({ content, refusal, reasoning, toolCalls }: Choice): readonly JsonRecord[] {
  const isText = content !== null;
  return [
    { role: "assistant", content: isText ? "" : null, refusal: null },
    ...piecesOf(reasoning ?? "").map((piece) => ({ reasoning_content: piece })),
    ...piecesOf(content ?? "").map((piece) => ({ content: piece })),
    ...piecesOf(refusal ?? "").map((piece) => ({ refusal: piece })),
    ...toolCalls.flatMap((call, index) => [
      { tool_calls: [{ index, ...toolCall(call, "") }] },
      ...piecesOf(call.arguments).map((piece) => ({ tool_calls: [{ index, ...givenTo(call, piece) }] })),
    ]),
  ];
}

function toolCall({ id, name, custom }: ScriptedCall, text: string): JsonRecord {
  return custom === true
    ? { id, type: "custom", custom: { name, input: text } }
    : { id, type: "function", function: { name, arguments: text } };
}

function givenTo({ custom }: ScriptedCall, piece: string): JsonRecord {
  return custom === true ? { custom: { input: piece } } : { function: { arguments: piece } };
}

/** Words with the space before them: about one token each. */
export function piecesOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

function logprobOf(token: string): JsonRecord {
  return { token, logprob: -0.25, bytes: [...new TextEncoder().encode(token)], top_logprobs: [] };
}

function usageOf(request: JsonRecord, plan: PlannedAnswer, choices: readonly Choice[]): JsonRecord | undefined {
  if (plan.usage === null) return undefined;
  const prompt = Math.ceil(JSON.stringify(request["messages"] ?? "").length / 4);
  const reasoning = choices.reduce((sum, choice) => sum + piecesOf(choice.reasoning ?? "").length, 0);
  const completion = choices.reduce((sum, choice) => sum + tokensOf(choice), reasoning);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    ...plan.usage,
  };
}

function tokensOf({ content, refusal, toolCalls }: Choice): number {
  const texts = [content ?? "", refusal ?? "", ...toolCalls.map((call) => `${call.name} ${call.arguments}`)];
  return texts.reduce((sum, text) => sum + piecesOf(text).length, 0);
}

export function lastUserText(messages: unknown): string {
  if (!Array.isArray(messages)) return "";
  const last: unknown = messages.findLast((message) => isRecord(message) && message["role"] === "user");
  const content = isRecord(last) ? last["content"] : "";
  if (typeof content === "string") return content;
  const parts = Array.isArray(content) ? content.filter(isRecord) : [];
  return parts.map((part) => (typeof part["text"] === "string" ? part["text"] : "")).join("");
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
