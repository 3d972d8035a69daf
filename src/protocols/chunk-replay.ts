import { type JsonObject, parseJson, serializeJson } from "../core/canonical-json.ts";
import type { ReplayView } from "../core/protocol.ts";
import type { Recording } from "../core/recording.ts";
import { type ChunkAssembly, isDone } from "./chunk-assembly.ts";
import { viewOfEvents, zeroUsageOfJson } from "./chunk-usage.ts";
import { isObject } from "./json-fields.ts";
import { readEvents } from "./sse.ts";
import { zeroNumbers } from "./usage.ts";

/**
 * Plays a recording in either form. In the form it was received in, it is what the origin sent, byte for byte, but
 * for usage. The JSON form always has usage; the stream has it for those who asked.
 */

const encoder = new TextEncoder();

/** `assembly`: an empty one. */
export function jsonOf(recording: Recording, view: ReplayView, assembly: ChunkAssembly): Uint8Array {
  if (recording.form === "json") return view.zeroUsage ? zeroUsageOfJson(recording.body) : recording.body;
  const completion = new Map(assembled(recording.body, assembly));
  const usage = completion.get("usage");
  if (view.zeroUsage && usage !== undefined) completion.set("usage", zeroNumbers(usage));
  return encoder.encode(serializeJson(completion, true));
}

export function eventsOf(
  recording: Recording,
  view: ReplayView,
  chunksOf: (completion: JsonObject, view: ReplayView) => string,
): Uint8Array {
  if (recording.form === "events") return viewOfEvents(recording.body, view);
  const completion = parseJson(recording.body);
  return encoder.encode(chunksOf(isObject(completion) ? completion : new Map(), view));
}

function assembled(body: Uint8Array, assembly: ChunkAssembly): JsonObject {
  for (const event of readEvents(body)) {
    if (isDone(event)) break;
    const chunk = parseJson(event.data);
    if (isObject(chunk)) assembly.add(chunk);
  }
  return assembly.completion();
}
