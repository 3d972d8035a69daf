import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import type { Usage } from "../core/recording.ts";
import { isObject, parsedOrNothing } from "./json-fields.ts";
import { topLevelMembers } from "./json-text.ts";
import { copied, type MutableObject, mergeMember } from "./merge-pieces.ts";
import { readEvents, renderEvent } from "./sse.ts";
import { count, zeroNumbers } from "./usage.ts";

/**
 * Anthropic's `usage`. Its `input_tokens` are only those behind the last cached one, so what was read from and written
 * to the prompt cache is added. Cache writes are `cache_creation_input_tokens`, else the sum of `cache_creation`, which
 * has them by lifetime. `undefined` when there is no count of tokens at all.
 */
export function anthropicUsage(value: JsonValue | undefined): Usage | undefined {
  if (!isObject(value)) return undefined;
  const uncached = count(value, "input_tokens");
  const output = count(value, "output_tokens");
  if (uncached === undefined && output === undefined) return undefined;
  const read = count(value, "cache_read_input_tokens") ?? 0;
  const forAnHour = count(value.get("cache_creation"), "ephemeral_1h_input_tokens");
  const written = count(value, "cache_creation_input_tokens") ?? writtenByLifetime(value.get("cache_creation"));
  return {
    inputTokens: (uncached ?? 0) + read + written,
    cachedInputTokens: read,
    cacheWriteTokens: written,
    ...(forAnHour === undefined ? {} : { hourWriteTokens: Math.min(forAnHour, written) }),
    outputTokens: output ?? 0,
    reasoningTokens: count(value.get("output_tokens_details"), "thinking_tokens") ?? 0,
  };
}

function writtenByLifetime(creation: JsonValue | undefined): number {
  if (!isObject(creation)) return 0;
  return [...creation.keys()].reduce((sum, name) => sum + (count(creation, name) ?? 0), 0);
}

/**
 * A stream tells its usage twice, in `message_start` and in `message_delta`, each count for the whole message so far;
 * some compatible servers leave zeros in one of the two. So of two numbers the greater stands.
 */
export function mergeUsage(held: MutableObject, later: JsonObject): void {
  for (const [name, value] of later) {
    const before = held.get(name);
    if (typeof before === "number" && typeof value === "number") held.set(name, Math.max(before, value));
    else if (before instanceof Map && isObject(value)) mergeUsage(before, value);
    else mergeMember(held, name, value, { strings: "last", arrays: "last" });
  }
}

const encoder = new TextEncoder();

/** A recorded stream with all its token counts 0; every other byte stays. */
export function zeroUsageOfEvents(body: Uint8Array): Uint8Array {
  let shown = "";
  for (const { data, name, id } of readEvents(body)) shown += renderEvent(zeroed(data), name, id);
  return encoder.encode(shown);
}

/** `usage` at the top, and that of the `message` in `message_start`. */
function zeroed(document: string): string {
  if (!document.includes('"usage"')) return document;
  let shown = document;
  // From the end, so that the places before stay where they are.
  for (const { name, valueFrom, valueTo } of topLevelMembers(document).toReversed()) {
    const text = document.slice(valueFrom, valueTo);
    const changed = name === "usage" ? zeroText(text) : name === "message" ? zeroed(text) : text;
    shown = shown.slice(0, valueFrom) + changed + shown.slice(valueTo);
  }
  return shown;
}

function zeroText(text: string): string {
  const value = parsedOrNothing(text);
  return value === undefined ? text : serializeJson(zeroNumbers(value), true);
}

/** A copy that may be merged into. */
export function usageCopy(usage: JsonObject): MutableObject {
  return copied(usage) as MutableObject;
}
