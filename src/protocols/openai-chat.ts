import type { Protocol } from "../core/protocol.ts";
import { recordingOfJson } from "./json-recording.ts";
import { completionFacts } from "./openai-chat-facts.ts";
import { OpenAiChatRecorder } from "./openai-chat-recorder.ts";
import { replayEvents, replayJson } from "./openai-chat-replay.ts";
import { parseChatRequest } from "./openai-chat-request.ts";
import { warmUp, withSystem } from "./openai-chat-system.ts";
import { renderOpenAiError } from "./openai-errors.ts";
import { reissueOf } from "./reissue.ts";

const endpoint = "/chat/completions";

/** OpenAI's chat completions, as OpenAI and the many servers compatible with it speak them. */
export const openAiChat: Protocol = {
  name: "openai-chat",
  operation: "chat",
  endpointOf: (path) => (path.endsWith(endpoint) ? endpoint : undefined),
  unkeyedParameters: [],
  wordlessFields: ["id", "object", "model", "system_fingerprint", "logprobs"],
  keyedHeaders: ["openai-beta", "openai-organization", "openai-project"],
  parseRequest: parseChatRequest,
  withSystem,
  warmUp,
  readJson: (body) => recordingOfJson(body, completionFacts),
  recordStream: (options) => new OpenAiChatRecorder(options),
  replayJson,
  replayEvents,
  reissue: reissueOf({ ids: ["id"], times: ["created"], within: ["x_groq"] }),
  renderError: renderOpenAiError,
};
