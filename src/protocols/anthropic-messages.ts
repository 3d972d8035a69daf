import type { Protocol, ProtocolError } from "../core/protocol.ts";
import { messageFacts } from "./anthropic-messages-facts.ts";
import { AnthropicMessagesRecorder } from "./anthropic-messages-recorder.ts";
import { replayEvents, replayJson } from "./anthropic-messages-replay.ts";
import { parseMessagesRequest } from "./anthropic-messages-request.ts";
import { warmUp, withSystem } from "./anthropic-messages-system.ts";
import { recordingOfJson } from "./json-recording.ts";
import { reissueOf } from "./reissue.ts";
import { renderEvent } from "./sse.ts";

const endpoint = "/v1/messages";

/** Anthropic's Messages API, as Anthropic and the servers compatible with it speak it. */
export const anthropicMessages: Protocol = {
  name: "anthropic-messages",
  operation: "chat",
  endpointOf: (path) => (path.endsWith(endpoint) ? endpoint : undefined),
  unkeyedParameters: [],
  wordlessFields: ["id", "type", "model", "tool_use_id", "signature", "encrypted_content", "encrypted_index"],
  keyedHeaders: ["anthropic-beta", "anthropic-version"],
  parseRequest: parseMessagesRequest,
  withSystem,
  warmUp,
  readJson: (body) => recordingOfJson(body, messageFacts),
  recordStream: (options) => new AnthropicMessagesRecorder(options),
  replayJson,
  replayEvents,
  reissue: reissueOf({ ids: ["id"], times: [], within: ["message"] }),
  renderError,
};

/** The code stands where the API itself has its finer codes. */
function renderError(error: ProtocolError, form: "json" | "event"): Uint8Array {
  const { status, code, message, param } = error;
  const details = { error_code: code, ...(param === undefined ? {} : { param }) };
  const text = JSON.stringify({ type: "error", error: { type: errorType(status), message, details } });
  return new TextEncoder().encode(form === "json" ? text : renderEvent(text, "error"));
}

const errorTypes: Readonly<Record<number, string>> = {
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

function errorType(status: number): string {
  return errorTypes[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
}
