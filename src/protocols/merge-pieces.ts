import type { JsonNumber, JsonObject, JsonValue } from "../core/canonical-json.ts";

/**
 * How a value that comes in pieces becomes whole again. One rule a kind of value:
 *
 * - null never replaces anything; it stands only where nothing else came.
 * - Strings are joined where the manner says so, except those that name something (`id`, `type`, `name`, ...), which
 *   some servers repeat on every piece and others send empty after the first: there the last that is not empty stands.
 * - Numbers and booleans: the last one stands.
 * - Objects are merged member by member.
 * - Arrays are joined where the manner says so, else the last one stands. Elements that all have an `index` are
 *   merged with the earlier element of the same `index` and `type`, as OpenRouter's `reasoning_details` need it; where
 *   the manner is to append, all elements stay apart.
 * - Of two kinds of value the later one stands.
 */

export type Mutable = null | boolean | number | string | JsonNumber | Mutable[] | MutableObject;
export type MutableObject = Map<string, Mutable>;

export interface MergeManner {
  readonly strings: "join" | "last";
  readonly arrays: "join" | "append" | "last";
}

/** Strings that name something and therefore are never joined. */
const naming: ReadonlySet<string> = new Set([
  "id",
  "type",
  "name",
  "role",
  "format",
  "status",
  "object",
  "mime_type",
  "call_id",
  "tool_call_id",
]);

/** Merges `value` into the member `name` of `target`. */
export function mergeMember(target: MutableObject, name: string, value: JsonValue, manner: MergeManner): void {
  const held = target.get(name);
  if (value === null) {
    if (held === undefined) target.set(name, null);
  } else if (held === undefined || held === null) {
    target.set(name, copied(value));
  } else if (typeof held === "string" && typeof value === "string") {
    if (manner.strings === "join" && !naming.has(name)) target.set(name, held + value);
    else if (value !== "") target.set(name, value);
  } else if (held instanceof Map && value instanceof Map) {
    mergeObject(held, value, manner);
  } else if (Array.isArray(held) && Array.isArray(value) && manner.arrays !== "last") {
    if (manner.arrays === "join") mergeArray(held, value, manner);
    else for (const element of value as readonly JsonValue[]) held.push(copied(element));
  } else {
    target.set(name, copied(value));
  }
}

export function mergeObject(target: MutableObject, value: ReadonlyMap<string, JsonValue>, manner: MergeManner): void {
  for (const [name, member] of value) mergeMember(target, name, member, manner);
}

/** The elements of a list by their `index`, so that a list of any length is put together in one go. */
const places = new WeakMap<Mutable[], Map<number, MutableObject[]>>();

function mergeArray(target: Mutable[], value: readonly JsonValue[], manner: MergeManner): void {
  for (const element of value) {
    const held = isIndexed(element)
      ? placesIn(target)
          .get(element.get("index") as number)
          ?.findLast((other) => isSamePlace(other, element))
      : undefined;
    if (held !== undefined) mergeObject(held, element as JsonObject, manner);
    else append(target, copied(element));
  }
}

function placesIn(list: Mutable[]): Map<number, MutableObject[]> {
  const known = places.get(list);
  if (known !== undefined) return known;
  const made = new Map<number, MutableObject[]>();
  places.set(list, made);
  for (const element of list) note(made, element);
  return made;
}

function append(list: Mutable[], element: Mutable): void {
  list.push(element);
  const known = places.get(list);
  if (known !== undefined) note(known, element);
}

function note(known: Map<number, MutableObject[]>, element: Mutable): void {
  if (!isIndexed(element)) return;
  const index = element.get("index") as number;
  const held = known.get(index);
  if (held === undefined) known.set(index, [element as MutableObject]);
  else held.push(element as MutableObject);
}

function isIndexed(value: JsonValue): value is JsonObject {
  return value instanceof Map && typeof value.get("index") === "number";
}

/** Of two with one index. A piece without a `type` continues whatever has its index. */
function isSamePlace(held: MutableObject, piece: JsonObject): boolean {
  const type = piece.get("type");
  return type === undefined || type === null || held.get("type") === type;
}

/** A copy that may be changed. */
export function copied(value: JsonValue): Mutable {
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Map)
    return new Map([...(value as ReadonlyMap<string, JsonValue>)].map(([name, member]) => [name, copied(member)]));
  return value as Mutable;
}
