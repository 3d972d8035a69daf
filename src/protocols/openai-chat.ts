import type { Protocol, ProtocolError } from "../core/protocol.ts";
import { recordingOfJson } from "./json-recording.ts";
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
  readJson: (body) => recordingOfJson(body, completionFacts),
  recordStream: (options) => new OpenAiChatRecorder(options),
  replayJson,
  replayEvents,
  renderError,
};

function renderError(error: ProtocolError, form: "json" | "event"): Uint8Array {
  const text = errorText(error);
  return new TextEncoder().encode(form === "json" ? text : renderEvent(text));
}
