import type { Protocol, ProtocolError } from "../core/protocol.ts";
import { endpointOf, unkeyedParameters } from "./gemini-endpoint.ts";
import { responseFacts } from "./gemini-facts.ts";
import { GeminiRecorder } from "./gemini-recorder.ts";
import { replayEvents, replayJson } from "./gemini-replay.ts";
import { parseGeminiRequest } from "./gemini-request.ts";
import { recordingOfJson } from "./json-recording.ts";
import { renderEvent } from "./sse.ts";

/** Google's `generateContent` and `streamGenerateContent`, as the Gemini API and Vertex AI speak them. */
export const gemini: Protocol = {
  name: "gemini",
  operation: "chat",
  endpointOf,
  unkeyedParameters,
  keyedHeaders: ["x-goog-user-project"],
  parseRequest: parseGeminiRequest,
  readJson: (body) => recordingOfJson(body, responseFacts),
  recordStream: (options) => new GeminiRecorder(options),
  replayJson,
  replayEvents,
  renderError,
};

/**
 * An error in the shape of `google.rpc.Status`. What Reprise calls it stands in an `ErrorInfo`, in capitals as those are;
 * a field that is wrong stands in a `BadRequest`. Source: AIP-193, "Errors".
 */
function renderError({ status, code, message, param }: ProtocolError, form: "json" | "event"): Uint8Array {
  const info = { "@type": `${types}.ErrorInfo`, reason: code.toUpperCase(), domain: "reprise" };
  const violations = param === undefined ? [] : [{ field: param, description: message }];
  const wrong = violations.map(() => ({ "@type": `${types}.BadRequest`, fieldViolations: violations }));
  const error = { code: status, message, status: statusName(status), details: [info, ...wrong] };
  const text = JSON.stringify({ error });
  return new TextEncoder().encode(form === "json" ? text : renderEvent(text));
}

const types = "type.googleapis.com/google.rpc";

/** Source: google.rpc.Code, "HTTP Mapping". */
const statusNames: ReadonlyMap<number, string> = new Map([
  [401, "UNAUTHENTICATED"],
  [403, "PERMISSION_DENIED"],
  [404, "NOT_FOUND"],
  [409, "ABORTED"],
  [429, "RESOURCE_EXHAUSTED"],
  [499, "CANCELLED"],
  [500, "INTERNAL"],
  [501, "UNIMPLEMENTED"],
  [504, "DEADLINE_EXCEEDED"],
]);

function statusName(status: number): string {
  return statusNames.get(status) ?? (status >= 500 ? "UNAVAILABLE" : "INVALID_ARGUMENT");
}
