import type { JsonObject } from "../core/canonical-json.ts";
import type { ProtocolError } from "../core/protocol.ts";
import { renderEvent } from "./sse.ts";

/** Errors as OpenAI's APIs word them. */

/** OpenAI and most others say `error`; vLLM's error is an object of the type `error`. */
export function reportsError(value: JsonObject): boolean {
  return (value.get("error") ?? null) !== null || value.get("object") === "error";
}

/** The error as the JSON text of a body. */
export function errorText(error: ProtocolError): string {
  const { message, param = null, code } = error;
  return JSON.stringify({ error: { message, type: errorType(error), param, code } });
}

/** The error as a body, or as an event of a stream that has no names for its events. */
export function renderOpenAiError(error: ProtocolError, form: "json" | "event"): Uint8Array {
  const text = errorText(error);
  return new TextEncoder().encode(form === "json" ? text : renderEvent(text));
}

function errorType({ status, code }: ProtocolError): string {
  if (code === "insufficient_quota") return code;
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}
