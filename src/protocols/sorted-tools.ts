import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import { isObject } from "./json-fields.ts";

/**
 * The tools of a request in the order of their names, so that programs which list them in another order each time share
 * their prompts' beginnings. What stands within a tool stays as it is. Gemini's tools are lists of functions, of which each is
 * sorted for itself.
 */

/** `undefined` where they are in order already, where they cannot be told apart, and where the client marked one for a cache. */
export function withSortedTools(body: JsonObject): JsonObject | undefined {
  const tools = body.get("tools");
  if (!Array.isArray(tools) || !tools.every(isObject) || tools.some(isMarked)) return undefined;
  const within = tools.map(withSortedFunctions);
  const sorted = sortedByName(within);
  const isAsBefore = sorted.every((tool, index) => tool === tools[index]);
  // In its own place: the order of members is the client's.
  return isAsBefore ? undefined : new Map(body).set("tools", sorted);
}

/** A mark says up to where tools are kept; among others it would say something else. */
function isMarked(tool: JsonObject): boolean {
  return (tool.get("cache_control") ?? null) !== null;
}

const lists = ["functionDeclarations", "function_declarations"];

function withSortedFunctions(tool: JsonObject): JsonObject {
  for (const name of lists) {
    const functions = tool.get(name);
    if (!Array.isArray(functions) || !functions.every(isObject)) continue;
    const sorted = sortedByName(functions);
    if (sorted.some((one, index) => one !== functions[index])) return new Map(tool).set(name, sorted);
  }
  return tool;
}

/** Those without a name stay where they are, since the order of others may mean something. */
function sortedByName(tools: readonly JsonObject[]): readonly JsonObject[] & JsonValue[] {
  const names = tools.map(nameOf);
  if (names.some((name) => name === undefined)) return [...tools];
  const order = tools.map((_, index) => index);
  order.sort((one, other) => compare(names[one] as string, names[other] as string) || one - other);
  return order.map((index) => tools[index] as JsonObject);
}

/** By UTF-16 units, as keys are, and not by a language. */
function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Tools that providers run have no name in some of the APIs, but a type. */
function nameOf(tool: JsonObject): string | undefined {
  const called = tool.get("function");
  const name = (isObject(called) ? called.get("name") : tool.get("name")) ?? tool.get("type");
  return typeof name === "string" ? name : undefined;
}
