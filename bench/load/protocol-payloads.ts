/**
 * One streamed call in each protocol: the request of 1,400 bytes, and an answer of about forty pieces of text in the
 * events that the provider sends. The number stands in the request where `chat-payload.ts` has it.
 */
import { answerEvents, requestBody } from "./chat-payload.ts";

export interface StreamedCall {
  readonly protocol: string;
  readonly path: string;
  readonly body: string;
  /** The events of the answer to the request with this number, each with the blank line behind it. */
  events(number: string): readonly string[];
}

const pieces = 40;
const text = "a piece of an answer of the usual size, ";
const { messages } = JSON.parse(requestBody(0)) as { readonly messages: readonly { readonly content: string }[] };
const [system = "", question = ""] = messages.map((message) => message.content);

function named(events: readonly { readonly type: string; readonly [member: string]: unknown }[]): readonly string[] {
  return events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

function unnamed(events: readonly unknown[]): readonly string[] {
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
}

function repeated<T>(make: (index: number) => T): readonly T[] {
  return Array.from({ length: pieces }, (_, index) => make(index));
}

const chat: StreamedCall = {
  protocol: "openai-chat",
  path: "/v1/chat/completions",
  body: requestBody(0, { stream: true }),
  events: (number) => answerEvents(number, pieces),
};

const responses: StreamedCall = {
  protocol: "openai-responses",
  path: "/v1/responses",
  body: JSON.stringify({ model: "gpt-4o-mini", instructions: system, input: question, stream: true }),
  events(number) {
    const whole = text.repeat(pieces);
    const part = (content: string) => ({ type: "output_text", text: content, annotations: [] });
    const item = (status: string, content: readonly unknown[]) => ({
      id: `msg_${number}`,
      type: "message",
      status,
      role: "assistant",
      content,
    });
    const response = (status: string, output: readonly unknown[]) => ({
      id: `resp_${number}`,
      object: "response",
      created_at: 1_767_225_600,
      status,
      error: null,
      incomplete_details: null,
      model: "gpt-4o-mini-2024-07-18",
      output,
      usage:
        status === "completed"
          ? {
              input_tokens: 330,
              input_tokens_details: { cached_tokens: 0 },
              output_tokens: 400,
              output_tokens_details: { reasoning_tokens: 0 },
              total_tokens: 730,
            }
          : null,
    });
    const place = { item_id: `msg_${number}`, output_index: 0, content_index: 0 };
    const done = item("completed", [part(whole)]);
    const events = [
      { type: "response.created", response: response("in_progress", []) },
      { type: "response.in_progress", response: response("in_progress", []) },
      { type: "response.output_item.added", output_index: 0, item: item("in_progress", []) },
      { type: "response.content_part.added", ...place, part: part("") },
      ...repeated(() => ({ type: "response.output_text.delta", ...place, delta: text, logprobs: [] })),
      { type: "response.output_text.done", ...place, text: whole, logprobs: [] },
      { type: "response.content_part.done", ...place, part: part(whole) },
      { type: "response.output_item.done", output_index: 0, item: done },
      { type: "response.completed", response: response("completed", [done]) },
    ];
    return named(events.map((event, index) => ({ ...event, sequence_number: index })));
  },
};

const anthropic: StreamedCall = {
  protocol: "anthropic-messages",
  path: "/v1/messages",
  body: JSON.stringify({
    model: "claude-sonnet-4-5",
    max_tokens: 400,
    system,
    messages: [{ role: "user", content: question }],
    stream: true,
  }),
  events(number) {
    const message = {
      id: `msg_${number}`,
      type: "message",
      role: "assistant",
      model: "claude-sonnet-4-5-20250929",
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 330, output_tokens: 1 },
    };
    return named([
      { type: "message_start", message },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      ...repeated(() => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })),
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn", stop_sequence: null },
        usage: { output_tokens: 400 },
      },
      { type: "message_stop" },
    ]);
  },
};

const gemini: StreamedCall = {
  protocol: "gemini",
  path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
  body: JSON.stringify({
    systemInstruction: { parts: [{ text: system }] },
    contents: [{ role: "user", parts: [{ text: question }] }],
  }),
  events(number) {
    return unnamed(
      repeated((index) => ({
        candidates: [
          {
            content: { parts: [{ text }], role: "model" },
            ...(index === pieces - 1 ? { finishReason: "STOP" } : {}),
            index: 0,
          },
        ],
        usageMetadata: { promptTokenCount: 330, candidatesTokenCount: index + 1, totalTokenCount: 331 + index },
        modelVersion: "gemini-2.5-flash",
        responseId: `r-${number}`,
      })),
    );
  },
};

const completions: StreamedCall = {
  protocol: "openai-completions",
  path: "/v1/completions",
  body: JSON.stringify({ model: "gpt-3.5-turbo-instruct", prompt: `${system}\n\n${question}`, stream: true }),
  events(number) {
    const chunk = (piece: string, finish: string | null) => ({
      id: `cmpl-${number}`,
      object: "text_completion",
      created: 1_767_225_600,
      choices: [{ text: piece, index: 0, logprobs: null, finish_reason: finish }],
      model: "gpt-3.5-turbo-instruct:20230824-v2",
    });
    return [...unnamed([...repeated(() => chunk(text, null)), chunk("", "stop")]), "data: [DONE]\n\n"];
  },
};

export const streamedCalls: readonly StreamedCall[] = [chat, completions, responses, anthropic, gemini];
