import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import { isObject, textOf } from "./json-fields.ts";
import { itemEvents } from "./openai-responses-items.ts";
import { renderEvent } from "./sse.ts";

/**
 * Plays a response as the stream that the same request would have got with `stream`, in the order of OpenAI's own: the
 * response is created and in progress, without what only its end knows; each item is added empty, filled piece by piece
 * and done; the last event has the response whole. Nothing is lost, since that event carries every field, known or not.
 * Events are numbered from 0. Padding (`obfuscation`) is not made up.
 */
export function eventsOfResponse(response: JsonObject): string {
  let text = "";
  let sequence = 0;
  const write = (type: string, fields: JsonObject | readonly (readonly [string, JsonValue])[]): void => {
    const event = new Map<string, JsonValue>([["type", type], ["sequence_number", sequence++], ...fields]);
    text += renderEvent(serializeJson(event, true), type);
  };
  const begun = begunResponse(response);
  write("response.created", [["response", begun]]);
  write("response.in_progress", [["response", begun]]);
  const output = response.get("output");
  for (const [index, item] of (Array.isArray(output) ? (output as readonly JsonValue[]) : []).entries()) {
    if (isObject(item)) for (const { type, fields } of itemEvents(item, index)) write(type, fields);
  }
  write(terminalType(response), [["response", response]]);
  return text;
}

const atBegin: Readonly<Record<string, JsonValue>> = {
  status: "in_progress",
  error: null,
  incomplete_details: null,
  completed_at: null,
  output: [],
  usage: null,
};

/** What is only known in the end and has no value before. */
const onlyAtEnd: ReadonlySet<string> = new Set(["output_text", "tool_usage", "moderation", "prompt_cache_diagnostics"]);

function begunResponse(response: JsonObject): JsonObject {
  const begun = new Map<string, JsonValue>();
  for (const [name, value] of response) {
    if (Object.hasOwn(atBegin, name)) begun.set(name, atBegin[name] as JsonValue);
    else if (!onlyAtEnd.has(name)) begun.set(name, value);
  }
  return begun.set("status", "in_progress").set("output", []);
}

/** A response that is neither complete nor failed, for whatever reason, is an incomplete one for those who listen. */
function terminalType(response: JsonObject): string {
  const status = textOf(response.get("status"));
  return status === "completed" || status === "failed" ? `response.${status}` : "response.incomplete";
}
