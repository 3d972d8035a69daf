import type { Protocol } from "../core/protocol.ts";
import { ChunkRecorder } from "./chunk-recorder.ts";
import { eventsOf, jsonOf } from "./chunk-replay.ts";
import { recordingOfJson } from "./json-recording.ts";
import { TextCompletionAssembly } from "./openai-completions-assembly.ts";
import { textChunksOf } from "./openai-completions-chunks.ts";
import { textCompletionFacts } from "./openai-completions-facts.ts";
import { parseCompletionRequest } from "./openai-completions-request.ts";
import { withSystem } from "./openai-completions-system.ts";
import { renderOpenAiError } from "./openai-errors.ts";
import { reissueOf } from "./reissue.ts";

const endpoint = "/completions";
const dialect = { newAssembly: () => new TextCompletionAssembly(), factsOf: textCompletionFacts };

/** OpenAI's older completions of text, as OpenAI and the many servers compatible with it speak them. */
export const openAiCompletions: Protocol = {
  name: "openai-completions",
  operation: "completion",
  endpointOf: (path) => (path.endsWith(endpoint) && !path.endsWith(`/chat${endpoint}`) ? endpoint : undefined),
  unkeyedParameters: [],
  wordlessFields: ["id", "object", "model", "system_fingerprint", "logprobs"],
  keyedHeaders: ["openai-beta", "openai-organization", "openai-project"],
  parseRequest: parseCompletionRequest,
  withSystem,
  readJson: (body) => recordingOfJson(body, textCompletionFacts),
  recordStream: (options) => new ChunkRecorder(dialect, options),
  replayJson: (recording, view) => jsonOf(recording, view, new TextCompletionAssembly()),
  replayEvents: (recording, view) => eventsOf(recording, view, textChunksOf),
  reissue: reissueOf({ ids: ["id"], times: ["created"], within: ["x_groq"] }),
  renderError: renderOpenAiError,
};
