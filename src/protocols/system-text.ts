import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import { isObject, textOf } from "./json-fields.ts";
import { parseRequestBody } from "./request-body.ts";

/** What the protocols have in common that have a system prompt: how a text gets into a body, and how one is read. */

/** The body with all else as it was, in its order. Throws `RequestRejectedError` for one that is not strict JSON. */
export function rewritten(body: Uint8Array, put: (body: JsonObject) => JsonObject, maxValues?: number): Uint8Array {
  const parsed = parseRequestBody(body, maxValues);
  const changed = put(parsed);
  return changed === parsed ? body : Buffer.from(serializeJson(changed, true), "utf8");
}

/** Of a text, or of parts of which the first may be one. */
export function firstText(content: JsonValue | undefined): string | undefined {
  if (typeof content === "string") return textOf(content);
  const part = Array.isArray(content) ? content[0] : content;
  return isObject(part) ? textOf(part.get("text")) : undefined;
}

/** How the first of the messages begins, where it is none of the user's or the model's. */
export function leadingText(messages: JsonValue | undefined): string | undefined {
  const first = Array.isArray(messages) ? (messages[0] as JsonValue | undefined) : undefined;
  if (!isObject(first)) return undefined;
  const role = first.get("role");
  return role === "system" || role === "developer" ? firstText(first.get("content")) : undefined;
}

/** What a warm-up asks: the least that is a question. */
export const warmUpQuestion = ".";
