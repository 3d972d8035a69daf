import { type JsonObject, parseJson, serializeJson } from "../core/canonical-json.ts";
import type { ReplayView } from "../core/protocol.ts";
import type { Recording } from "../core/recording.ts";
import { isObject, parsedOrNothing } from "./json-fields.ts";
import { topLevelMembers } from "./json-text.ts";
import { ResponseAssembly, terminalTypes, typeOf } from "./openai-responses-assembly.ts";
import { eventsOfResponse } from "./openai-responses-events.ts";
import { joined, readEvents, renderEvent, type SseEvent } from "./sse.ts";
import { zeroNumbers } from "./usage.ts";

/**
 * Plays a recording in either form. In the form it was received in, it is what the origin sent, byte for byte; where
 * usage is to be zero, the counts are cut out of the text and everything else stays. Usage comes unasked in both forms.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export function replayJson(recording: Recording, view: ReplayView): Uint8Array {
  if (recording.form === "json") {
    return view.zeroUsage ? encoder.encode(withZeroUsage(decoder.decode(recording.body))) : recording.body;
  }
  const response = assembled(recording.body);
  return encoder.encode(serializeJson(view.zeroUsage ? zeroUsageOf(response) : response, true));
}

export function replayEvents(recording: Recording, view: ReplayView): Uint8Array {
  if (recording.form === "events") {
    return view.zeroUsage ? zeroUsageOfEvents(recording.body) : recording.body;
  }
  const parsed = parseJson(recording.body);
  const response: JsonObject = isObject(parsed) ? parsed : new Map();
  return encoder.encode(eventsOfResponse(view.zeroUsage ? zeroUsageOf(response) : response));
}

const itemDone = "response.output_item.done";

/** Of a complete stream: only finished items and the last event are in the response. */
function assembled(body: Uint8Array): JsonObject {
  const assembly = new ResponseAssembly();
  const events = [...readEvents(body)];
  for (const [position, event] of events.entries()) {
    const isItem = event.data.includes(itemDone) || event.name === itemDone;
    if (!isItem && position < events.length - 1) continue;
    const data = parsedOrNothing(event.data);
    if (isObject(data)) assembly.add(typeOf(data, event.name), data);
  }
  return assembly.response() ?? new Map();
}

/** Counts of what was used: the tokens, and what tools of the provider used. */
const countingNames = ["usage", "tool_usage"];

function zeroUsageOf(response: JsonObject): JsonObject {
  const shown = new Map(response);
  for (const name of countingNames) {
    const value = shown.get(name);
    if (value !== undefined) shown.set(name, zeroNumbers(value));
  }
  return shown;
}

/** The JSON document of a response with its counts 0. */
function withZeroUsage(document: string): string {
  return countingNames.reduce((text, name) => withMember(text, name, (value) => zeroText(value)), document);
}

function zeroText(value: string): string {
  return serializeJson(zeroNumbers(parseJson(value)), true);
}

function withMember(document: string, name: string, change: (value: string) => string): string {
  const found = topLevelMembers(document).find((member) => member.name === name);
  if (found === undefined) return document;
  const { valueFrom, valueTo } = found;
  return document.slice(0, valueFrom) + change(document.slice(valueFrom, valueTo)) + document.slice(valueTo);
}

function zeroUsageOfEvents(body: Uint8Array): Uint8Array {
  return joined(Array.from(readEvents(body), zeroUsageOfEvent));
}

function zeroUsageOfEvent(event: SseEvent): Uint8Array {
  if (!event.data.includes("usage")) return event.bytes;
  const data = parsedOrNothing(event.data);
  if (!isObject(data) || !terminalTypes.has(typeOf(data, event.name))) return event.bytes;
  return encoder.encode(renderEvent(withMember(event.data, "response", withZeroUsage), event.name, event.id));
}
