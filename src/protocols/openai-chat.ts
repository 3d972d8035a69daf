import type { Protocol, ProtocolError } from "../core/protocol.ts";
import type { AnswerFacts, Recording } from "../core/recording.ts";
import { parsedOrNothing } from "./json-fields.ts";
import { completionFacts } from "./openai-chat-facts.ts";
import { OpenAiChatRecorder } from "./openai-chat-recorder.ts";
import { replayEvents, replayJson } from "./openai-chat-replay.ts";
import { parseChatRequest } from "./openai-chat-request.ts";
import { errorText } from "./openai-errors.ts";
import { renderEvent } from "./sse.ts";

const endpoint = "/chat/completions";

/** OpenAI's chat completions, as OpenAI and the many servers compatible with it speak them. */
export const openAiChat: Protocol = {
  name: "openai-chat",
  operation: "chat",
  endpointOf: (path) => (path.endsWith(endpoint) ? endpoint : undefined),
  unkeyedParameters: [],
  keyedHeaders: ["openai-beta", "openai-organization", "openai-project"],
  parseRequest: parseChatRequest,
  readJson,
  recordStream: (options) => new OpenAiChatRecorder(options),
  replayJson,
  replayEvents,
  renderError,
};

function readJson(body: Uint8Array): { readonly facts: AnswerFacts; readonly recording: Recording } {
  const completion = parsedOrNothing(body);
  const facts = { ...completionFacts(completion ?? null), terminal: completion !== undefined };
  return { facts, recording: { form: "json", body, model: facts.model, usage: facts.usage } };
}

function renderError(error: ProtocolError, form: "json" | "event"): Uint8Array {
  const text = errorText(error);
  return new TextEncoder().encode(form === "json" ? text : renderEvent(text));
}
