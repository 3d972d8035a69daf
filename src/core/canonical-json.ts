import { exactNumber, JsonNumber, type JsonObject, type JsonValue } from "./json-value.ts";
import { formatPath, greatestDepth } from "./strict-json.ts";

// biome-ignore lint/performance/noBarrelFile: one address for everything about JSON, so that no reader picks a laxer parser
export { JsonNumber, type JsonObject, type JsonValue } from "./json-value.ts";
export { JsonError, type JsonFault, type ParseOptions, parseJson } from "./strict-json.ts";

/**
 * The canonical form of RFC 8785 (JSON Canonicalization Scheme): keys sorted by UTF-16 code units, numbers as
 * ECMAScript writes them, the fewest escapes, no space. One extension: where the order of keys may reach the model
 * (the schema of a tool), it stays as given. A `JsonNumber`, which RFC 8785 has no place for, is written as its text.
 */

/**
 * Which objects keep the order of their keys. `true`: all of the value. `sorted`: the value is an object whose own keys
 * are sorted; `each`: it is an array whose elements follow the rule. Members that are not named, and values of another
 * type than the rule is for, keep theirs.
 */
export type KeepOrder = true | { readonly sorted: Readonly<Record<string, KeepOrder>> } | { readonly each: KeepOrder };

/** Writes `value` canonically, all keys sorted unless `order` is given. Throws `TypeError` for a number that is not finite. */
export function serializeJson(value: JsonValue, order?: KeepOrder): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} cannot be written as JSON`);
    return String(value);
  }
  if (value instanceof JsonNumber) return value.text;
  if (isArray(value)) {
    const elementOrder = order === undefined ? undefined : order !== true && "each" in order ? order.each : true;
    let text = "[";
    for (let index = 0; index < value.length; index++) {
      if (index > 0) text += ",";
      text += serializeJson(value[index] as JsonValue, elementOrder);
    }
    return `${text}]`;
  }
  return serializeObject(value, order);
}

function serializeObject(value: JsonObject, order: KeepOrder | undefined): string {
  const keys = [...value.keys()];
  const named = order !== undefined && order !== true && "sorted" in order ? order.sorted : undefined;
  if ((order === undefined || named !== undefined) && !isSorted(keys)) keys.sort();
  return joinMembers(keys, (key) =>
    serializeJson(value.get(key) as JsonValue, order === undefined ? undefined : orderOf(key, named)),
  );
}

/** The rule for a member, which is free of order only where it is named so. */
export function orderOf(key: string, named: Readonly<Record<string, KeepOrder>> | undefined): KeepOrder {
  return named !== undefined && Object.hasOwn(named, key) ? (named[key] as KeepOrder) : true;
}

/** An object of these keys in this order; `textOf` gives the JSON text of each value. */
export function joinMembers(keys: readonly string[], textOf: (key: string) => string): string {
  let text = "{";
  for (const key of keys) {
    if (text.length > 1) text += ",";
    text += `${JSON.stringify(key)}:${textOf(key)}`;
  }
  return `${text}}`;
}

function isSorted(keys: readonly string[]): boolean {
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] as string) > (keys[index] as string)) return false;
  }
  return true;
}

function isArray(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** What `JSON.parse` would have given: plain objects, and the nearest double for a `JsonNumber`. */
export function toPlain(value: JsonValue): unknown {
  if (value === null || typeof value !== "object") return value;
  if (value instanceof JsonNumber) return Number(value.text);
  if (isArray(value)) return value.map(toPlain);
  // fromEntries defines properties and so takes `__proto__` for an ordinary name, which assignment would not.
  return Object.fromEntries([...value].map(([key, member]) => [key, toPlain(member)]));
}

/**
 * The JSON value of plain data. Members that are `undefined` are left out, as `JSON.stringify` does. Throws a
 * `TypeError` that names the path for everything else that JSON cannot say without loss: `undefined` in an array,
 * functions, symbols, NaN and infinities, lone surrogates, dates, class instances, more than 1,000 levels (or a circle).
 */
export function fromPlain(value: unknown): JsonValue {
  return convert(value, []);
}

function convert(value: unknown, path: (string | number)[]): JsonValue {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) return refuse(String(value), path);
    return value === 0 ? 0 : value; // one zero, as the parser has it
  }
  if (typeof value === "string") return value.isWellFormed() ? value : refuse("a lone surrogate", path);
  if (typeof value === "bigint") return exactNumber(String(value)) as number | JsonNumber;
  if (typeof value !== "object") return refuse(value === undefined ? "undefined" : `a ${typeof value}`, path);
  if (value instanceof JsonNumber) return value;
  if (path.length >= greatestDepth) return refuse("more than 1,000 levels of nesting, or a circle,", path);
  if (Array.isArray(value)) return Array.from(value, (element, index) => within(element, index, path));
  const prototype: unknown = Object.getPrototypeOf(value);
  // An ordinary object, also one of another realm: its prototype has none itself.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return refuse(`an instance of ${value.constructor?.name || "a class"}`, path);
  }
  const members = new Map<string, JsonValue>();
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (!key.isWellFormed()) refuse("a key with a lone surrogate", path);
    members.set(key, within(member, key, path));
  }
  return members;
}

function within(value: unknown, segment: string | number, path: (string | number)[]): JsonValue {
  path.push(segment);
  const converted = convert(value, path);
  path.pop();
  return converted;
}

function refuse(what: string, path: readonly (string | number)[]): never {
  throw new TypeError(`${what} cannot be written as JSON${path.length === 0 ? "" : ` (at ${formatPath(path)})`}`);
}
