import type { JsonObject, JsonValue } from "../core/canonical-json.ts";

/**
 * The member `name` under either of the spellings that the API takes, camel case and snake case (ProtoJSON, "Field
 * names"). `undefined` also for null, which ProtoJSON reads as absent.
 */
export function fieldOf(object: JsonObject | undefined, name: string): JsonValue | undefined {
  return object?.get(name) ?? object?.get(snakeCase(name)) ?? undefined;
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A list; a single element may stand without its brackets. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
