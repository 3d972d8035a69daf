import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import type { ReplayView } from "../core/protocol.ts";
import { isObject } from "./json-fields.ts";
import { renderEvent } from "./sse.ts";
import { zeroNumbers } from "./usage.ts";

/**
 * Writes the chunks of a stream around the pieces of its choices, as OpenAI's two APIs of completions do: every chunk
 * repeats what identifies the answer; what else the answer has at its top comes with the first chunk; after the choices
 * come usage, for those who asked, and `[DONE]`. `object`: what a chunk calls itself.
 */
export function streamOf(
  completion: JsonObject,
  view: ReplayView,
  object: string,
  chunksOfChoice: (choice: JsonObject, index: JsonValue) => Iterable<JsonObject>,
): string {
  const usage = completion.get("usage");
  const envelope = new Map<string, JsonValue>();
  const rest = new Map<string, JsonValue>();
  for (const [name, value] of completion) {
    if (name === "object") envelope.set(name, object);
    else if (envelopeNames.has(name)) envelope.set(name, value);
    else if (name !== "choices" && name !== "usage") rest.set(name, value);
  }
  envelope.set("object", object);
  const open = serializeJson(envelope, true).slice(0, -1);
  const nullUsage = view.includeUsage && usage !== undefined ? ',"usage":null' : "";
  let first = rest.size === 0 ? "" : `,${serializeJson(rest, true).slice(1, -1)}`;
  let text = "";
  for (const [choice, index] of choicesOf(completion)) {
    for (const piece of chunksOfChoice(choice, index)) {
      text += renderEvent(`${open},"choices":[${serializeJson(piece, true)}]${first}${nullUsage}}`);
      first = "";
    }
  }
  if (view.includeUsage && isObject(usage)) {
    const shown = serializeJson(view.zeroUsage ? zeroNumbers(usage) : usage, true);
    text += renderEvent(`${open},"choices":[],"usage":${shown}}`);
  }
  return text + renderEvent("[DONE]");
}

/** Every chunk of a stream carries these. */
const envelopeNames: ReadonlySet<string> = new Set(["id", "created", "model", "service_tier", "system_fingerprint"]);

/** An index left out is the position. */
function* choicesOf(completion: JsonObject): Iterable<readonly [choice: JsonObject, index: JsonValue]> {
  const choices = completion.get("choices");
  if (!Array.isArray(choices)) return;
  for (const [position, choice] of (choices as readonly JsonValue[]).entries()) {
    if (isObject(choice)) yield [choice, choice.get("index") ?? position];
  }
}
