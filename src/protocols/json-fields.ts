import { type JsonObject, type JsonValue, parseJson } from "../core/canonical-json.ts";

/** Looks into JSON that may be anything: what is not of the expected type is as good as absent. */

/**
 * Values and keys that an answer, or one event of a stream, may have: some ten times what a long answer with its log
 * probabilities has. Reading as many takes a tenth of a second or two, in which the process does nothing else.
 */
export const mostAnswerValues = 1_000_000;

/** `undefined` where the text is no JSON, or has more values than anybody should wait for. */
export function parsedOrNothing(text: Uint8Array | string): JsonValue | undefined {
  try {
    return parseJson(text, { maxValues: mostAnswerValues });
  } catch {
    return undefined;
  }
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value instanceof Map;
}

export function objectAt(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = object?.get(name);
  return isObject(value) ? value : undefined;
}

export function objectsIn(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isObject) : [];
}

/** A string that is not empty. */
export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The text; empty when there is none, `undefined` when it is something else. */
export function optionalText(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : undefined;
}

export function isIndex(value: JsonValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** A bound on each of `times` things, for all of them; `undefined` where nothing sensible is said. */
export function boundOf(value: JsonValue | undefined, times = 1): number | undefined {
  return isIndex(value) && value > 0 ? value * times : undefined;
}

/** How many of something were asked for: 1 where nothing sensible is said. */
export function countOf(value: JsonValue | undefined): number {
  return isIndex(value) && value > 0 ? value : 1;
}
