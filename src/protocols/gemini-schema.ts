import { JsonNumber, type JsonObject, type JsonValue } from "../core/canonical-json.ts";
import { fieldOf, listOf } from "./gemini-fields.ts";
import { isObject, textOf } from "./json-fields.ts";

/**
 * Turns a `Schema` of the Gemini API, a selection from OpenAPI 3.0, into the JSON schema that says the same: types are
 * in capitals there, `nullable` stands for a null type, and 64-bit bounds may be written as strings. What only guides the
 * model (`format`, `title`, `description`, `example`, `propertyOrdering`) is left out, and so is `pattern`, which the
 * matcher would not look at. Source: the API reference, "Schema".
 */
export function jsonSchemaOf(schema: JsonValue | undefined): JsonValue {
  if (!isObject(schema)) return true;
  const rules = new Map<string, JsonValue>();
  const types = listOf(schema.get("type")).flatMap((type) => typeName(type) ?? []);
  if (types.length > 0) rules.set("type", types);
  for (const name of ["required", "minimum", "maximum"]) {
    const value = fieldOf(schema, name);
    if (value !== undefined) rules.set(name, value);
  }
  for (const name of bounds) {
    const bound = wholeNumber(fieldOf(schema, name));
    if (bound !== undefined) rules.set(name, bound);
  }
  const values = schema.get("enum");
  // The values of an enumeration are strings in the API whatever the type of what they stand for.
  if (Array.isArray(values) && types.every((type) => type === "string" || type === "null")) rules.set("enum", values);
  addParts(rules, schema);
  return schema.get("nullable") === true ? new Map([["anyOf", [new Map([["type", "null"]]), rules]]]) : rules;
}

const bounds = ["minItems", "maxItems", "minLength", "maxLength"];
const typeNames: ReadonlySet<string> = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);

function typeName(type: JsonValue): string | undefined {
  const name = textOf(type)?.toLowerCase();
  return name !== undefined && typeNames.has(name) ? name : undefined;
}

function wholeNumber(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value === "number" || value instanceof JsonNumber) return value;
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

function addParts(rules: Map<string, JsonValue>, schema: JsonObject): void {
  const properties = schema.get("properties");
  if (isObject(properties)) rules.set("properties", eachMember(properties));
  const items = schema.get("items") ?? undefined;
  if (items !== undefined) rules.set("items", jsonSchemaOf(items));
  for (const name of ["anyOf", "prefixItems"]) {
    const list = fieldOf(schema, name);
    if (Array.isArray(list)) rules.set(name, (list as readonly JsonValue[]).map(jsonSchemaOf));
  }
  const others = fieldOf(schema, "additionalProperties");
  if (others !== undefined) rules.set("additionalProperties", others === false ? false : jsonSchemaOf(others));
}

function eachMember(schemas: JsonObject): JsonObject {
  return new Map([...schemas].map(([name, schema]) => [name, jsonSchemaOf(schema)]));
}
