import type { Protocol, ProtocolError } from "../core/protocol.ts";
import { recordingOfJson } from "./json-recording.ts";
import { errorText } from "./openai-errors.ts";
import { responseFacts } from "./openai-responses-facts.ts";
import { OpenAiResponsesRecorder } from "./openai-responses-recorder.ts";
import { replayEvents, replayJson } from "./openai-responses-replay.ts";
import { parseResponsesRequest } from "./openai-responses-request.ts";
import { withSystem } from "./openai-responses-system.ts";
import { renderEvent } from "./sse.ts";

const endpoint = "/responses";

/** OpenAI's responses, as OpenAI and the servers compatible with it speak them. What stands below the endpoint is not one. */
export const openAiResponses: Protocol = {
  name: "openai-responses",
  operation: "chat",
  endpointOf: (path) => (path.endsWith(endpoint) ? endpoint : undefined),
  unkeyedParameters: [],
  wordlessFields: [
    "id",
    "object",
    "model",
    "call_id",
    "item_id",
    "previous_response_id",
    "encrypted_content",
    "logprobs",
  ],
  keyedHeaders: ["openai-beta", "openai-organization", "openai-project"],
  parseRequest: parseResponsesRequest,
  withSystem,
  readJson: (body) => recordingOfJson(body, responseFacts),
  recordStream: (options) => new OpenAiResponsesRecorder(options),
  replayJson,
  replayEvents,
  renderError,
};

/**
 * Within a stream the API's description has the fields of an error in the event itself, and the API sends them in an
 * object within it: this one has both. Its number is 0, since it has no place in the origin's count.
 */
function renderError(error: ProtocolError, form: "json" | "event"): Uint8Array {
  const text = errorText(error);
  if (form === "json") return new TextEncoder().encode(text);
  const { code, message, param = null } = error;
  const event = { type: "error", sequence_number: 0, code, message, param, ...JSON.parse(text) };
  return new TextEncoder().encode(renderEvent(JSON.stringify(event), "error"));
}
