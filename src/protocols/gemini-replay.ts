import { type JsonObject, type JsonValue, parseJson, serializeJson } from "../core/canonical-json.ts";
import type { ReplayView } from "../core/protocol.ts";
import type { Recording } from "../core/recording.ts";
import { ResponseAssembly } from "./gemini-assembly.ts";
import { chunksOf } from "./gemini-chunks.ts";
import { withZeroUsage } from "./gemini-usage.ts";
import { isObject } from "./json-fields.ts";
import { joined, readEvents, renderEvent, type SseEvent } from "./sse.ts";

/**
 * Plays a recording in either form. In the form it was received in, it is what the origin sent, byte for byte, unless
 * usage is to be zero: then the chunks that have any are written anew. Every form has usage.
 */

const encoder = new TextEncoder();

export function replayJson(recording: Recording, view: ReplayView): Uint8Array {
  if (recording.form === "json") {
    if (!view.zeroUsage) return recording.body;
    const response = parseJson(recording.body);
    return isObject(response) ? encoded(withZeroUsage(response)) : recording.body;
  }
  const assembly = new ResponseAssembly();
  for (const event of readEvents(recording.body)) {
    const chunk = parseJson(event.data);
    if (isObject(chunk)) assembly.add(chunk);
  }
  return encoded(viewOf(assembly.response(), view));
}

export function replayEvents(recording: Recording, view: ReplayView): Uint8Array {
  if (recording.form === "json") {
    const response = parseJson(recording.body);
    return encoder.encode(chunksOf(isObject(response) ? viewOf(response, view) : new Map()));
  }
  return view.zeroUsage ? joined(Array.from(readEvents(recording.body), withoutCounts)) : recording.body;
}

function viewOf(response: JsonObject, view: ReplayView): JsonObject {
  return view.zeroUsage ? withZeroUsage(response) : response;
}

function withoutCounts(event: SseEvent): Uint8Array {
  const chunk = parseJson(event.data);
  if (!isObject(chunk) || !chunk.has("usageMetadata")) return event.bytes;
  return encoder.encode(renderEvent(serializeJson(withZeroUsage(chunk), true), event.name, event.id));
}

function encoded(response: JsonValue): Uint8Array {
  return encoder.encode(serializeJson(response, true));
}
