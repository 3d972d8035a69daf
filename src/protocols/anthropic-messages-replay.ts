import { type JsonObject, parseJson, serializeJson } from "../core/canonical-json.ts";
import type { ReplayView } from "../core/protocol.ts";
import type { Recording } from "../core/recording.ts";
import { MessageAssembly } from "./anthropic-messages-assembly.ts";
import { eventsOf } from "./anthropic-messages-events.ts";
import { zeroUsageOfEvents } from "./anthropic-messages-usage.ts";
import { zeroUsageOfJson } from "./chunk-usage.ts";
import { isObject, parsedOrNothing } from "./json-fields.ts";
import { readEvents } from "./sse.ts";

/**
 * Plays a recording in either form. In the form it was received in, it is what the origin sent, byte for byte, but for
 * usage shown as zero. Both forms always have usage.
 */

const encoder = new TextEncoder();

export function replayJson(recording: Recording, view: ReplayView): Uint8Array {
  const json =
    recording.form === "json" ? recording.body : encoder.encode(serializeJson(assembled(recording.body), true));
  return view.zeroUsage ? zeroUsageOfJson(json) : json;
}

export function replayEvents(recording: Recording, view: ReplayView): Uint8Array {
  const events = recording.form === "events" ? recording.body : streamOf(recording.body);
  return view.zeroUsage ? zeroUsageOfEvents(events) : events;
}

function streamOf(body: Uint8Array): Uint8Array {
  const message = parseJson(body);
  return encoder.encode(eventsOf(isObject(message) ? message : new Map()));
}

function assembled(body: Uint8Array): JsonObject {
  const assembly = new MessageAssembly();
  for (const event of readEvents(body)) {
    const data = parsedOrNothing(event.data);
    if (isObject(data)) assembly.add(String(data.get("type") ?? event.name), data);
  }
  return assembly.message() ?? new Map();
}
