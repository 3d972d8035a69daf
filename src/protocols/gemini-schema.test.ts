import { describe, expect, it } from "vitest";
import { fromPlain, toPlain } from "../core/canonical-json.ts";
import { matchesSchema } from "../core/json-schema.ts";
import { jsonSchemaOf } from "./gemini-schema.ts";

const matches = (schema: unknown, value: unknown) => matchesSchema(value, toPlain(jsonSchemaOf(fromPlain(schema))));
const person = {
  type: "OBJECT",
  properties: {
    name: { type: "STRING", minLength: "1", description: "first name" },
    age: { type: "INTEGER", minimum: 0, nullable: true },
    tags: { type: "ARRAY", items: { type: "STRING", enum: ["a", "b"], format: "enum" }, minItems: "1", max_items: 2 },
    when: { any_of: [{ type: "NUMBER" }, { type: "STRING" }] },
    ["__proto__"]: { type: "STRING" },
  },
  required: ["name"],
  propertyOrdering: ["name", "age"],
};

describe("a schema of the Gemini API", () => {
  it.each([
    [person, { name: "x" }, true],
    [person, { name: "x", age: null, tags: ["a"], when: 2 }, true],
    [person, { name: "" }, false],
    [person, {}, false],
    [person, { name: "x", age: 1.5 }, false],
    [person, { name: "x", age: -1 }, false],
    [person, { name: "x", tags: [] }, false],
    [person, { name: "x", tags: ["a", "b", "a"] }, false],
    [person, { name: "x", tags: ["c"] }, false],
    [person, { name: "x", when: true }, false],
    [{ type: "STRING", nullable: true, enum: ["a"] }, null, true],
    [{ type: "INTEGER", enum: ["1", "2"] }, 1, true],
    [{ type: ["string", "null"] }, null, true],
    [{ type: "OBJECT", additionalProperties: false, properties: {} }, { a: 1 }, false],
    [{ type: "OBJECT", additionalProperties: { type: "NUMBER" } }, { a: "1" }, false],
    [{ type: "TYPE_UNSPECIFIED" }, 7, true],
    [{ type: "ARRAY", minItems: "many" }, [], true],
    [7, "anything", true],
  ])("%j of %j: %s", (schema, value, expected) => expect(matches(schema, value)).toBe(expected));
});
