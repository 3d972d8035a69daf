import type { Protocol } from "../core/protocol.ts";
import { contentWishes } from "./gemini-contents.ts";
import { endpointOf, unkeyedParameters } from "./gemini-endpoint.ts";
import { renderGeminiError } from "./gemini-errors.ts";
import { responseFacts } from "./gemini-facts.ts";
import { GeminiRecorder } from "./gemini-recorder.ts";
import { replayEvents, replayJson } from "./gemini-replay.ts";
import { parseGeminiRequest } from "./gemini-request.ts";
import { warmUp, withSystem } from "./gemini-system.ts";
import { recordingOfJson } from "./json-recording.ts";
import { reissueOf } from "./reissue.ts";

/** Google's `generateContent` and `streamGenerateContent`, as the Gemini API and Vertex AI speak them. */
export const gemini: Protocol = {
  name: "gemini",
  operation: "chat",
  endpointOf,
  unkeyedParameters,
  wordlessFields: ["responseId", "modelVersion", "thoughtSignature", "logprobsResult"],
  keyedHeaders: ["x-goog-user-project"],
  parseRequest: parseGeminiRequest,
  withSystem,
  warmUp,
  readJson: (body) => recordingOfJson(body, responseFacts),
  recordStream: (options) => new GeminiRecorder(options),
  replayJson,
  replayEvents,
  contents: contentWishes,
  reissue: reissueOf({ ids: ["responseId"], times: ["createTime"] }),
  renderError: renderGeminiError,
};
