import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesSchema } from "./json-schema.ts";

const seed = 20_260_101;

/** A schema, values that match it, and values that do not. */
const cases: readonly [string, unknown, readonly unknown[], readonly unknown[]][] = [
  ["true", true, [1, null, {}], []],
  ["false", false, [], [1, null, {}]],
  ["an empty schema", {}, [1, "a", null], []],
  ["null", { type: "null" }, [null], [0, "", false, {}, []]],
  ["boolean", { type: "boolean" }, [true, false], [0, "true", null]],
  ["number", { type: "number" }, [0, -1.5, 1e300], ["1", null, [1]]],
  ["integer", { type: "integer" }, [0, -3, 1.0, 1e21], [1.5, "1", null]],
  ["string", { type: "string" }, ["", "a"], [1, null, ["a"]]],
  ["array", { type: "array" }, [[], [1]], [{}, "a", null]],
  ["object", { type: "object" }, [{}, { a: 1 }], [[], null, "a"]],
  ["several types", { type: ["string", "null"] }, ["a", null], [1, {}]],
  ["enum", { enum: ["a", 1, null, { b: [1, 2] }] }, ["a", 1, null, { b: [1, 2] }], ["b", 2, { b: [2, 1] }, {}]],
  ["const", { const: { a: 1, b: [2] } }, [{ b: [2], a: 1 }], [{ a: 1 }, { a: 1, b: [2], c: 3 }, [1], null]],
  ["const of a list", { const: [] }, [[]], [{}, [1], null]],
  [
    "properties",
    { properties: { a: { type: "string" }, b: false } },
    [{}, { a: "x" }, { c: 1 }, "not an object"],
    [{ a: 1 }, { b: 1 }],
  ],
  ["required", { required: ["a", "b"] }, [{ a: null, b: 0 }, [], 1], [{}, { a: 1 }]],
  [
    "additionalProperties",
    { properties: { a: true }, additionalProperties: { type: "number" } },
    [{}, { a: "x", b: 1 }],
    [{ b: "x" }],
  ],
  ["no additional properties", { properties: { a: true }, additionalProperties: false }, [{ a: 1 }], [{ a: 1, b: 1 }]],
  ["only additional properties", { additionalProperties: false }, [{}, []], [{ a: 1 }]],
  ["items", { items: { type: "number" } }, [[], [1, 2], { a: 1 }], [["a"], [1, null]]],
  [
    "prefixItems",
    { prefixItems: [{ type: "number" }, { type: "string" }], items: false },
    [[], [1], [1, "a"]],
    [["a"], [1, 2], [1, "a", 0]],
  ],
  ["items as a list", { items: [{ type: "number" }, false] }, [[], [1]], [["a"], [1, 2]]],
  ["minItems and maxItems", { minItems: 1, maxItems: 2 }, [[1], [1, 2], "abc"], [[], [1, 2, 3]]],
  ["lengths in code points", { minLength: 2, maxLength: 3 }, ["ab", "😀😀", "😀😀😀", 1], ["a", "😀", "abcd"]],
  ["bounds", { minimum: 1, maximum: 2 }, [1, 1.5, 2, "0"], [0.99, 2.01]],
  ["exclusive bounds", { exclusiveMinimum: 1, exclusiveMaximum: 2 }, [1.5], [1, 2]],
  ["multipleOf", { multipleOf: 0.01 }, [0, 19.99, -0.07, 1e21, 4.35], [0.001, 19.995]],
  ["multipleOf a large number", { multipleOf: 1e300 }, [0, 3e300], [1, 1.5e300]],
  ["multipleOf 3", { multipleOf: 3 }, [9, -3], [10, 4.5]],
  ["anyOf", { anyOf: [{ type: "string" }, { minimum: 5 }] }, ["a", 5, null], [4]],
  ["oneOf", { oneOf: [{ type: "integer" }, { minimum: 2 }] }, [1, 2.5], [3, 1.5]],
  ["allOf", { allOf: [{ type: "integer" }, { minimum: 2 }] }, [2], [1, 2.5]],
  ["not", { not: { type: "string" } }, [1, null], ["a"]],
  [
    "definitions",
    {
      $defs: { "a/b~c%": { type: "string" } },
      definitions: { n: { type: "number" } },
      anyOf: [{ $ref: "#/$defs/a~1b~0c%25" }, { $ref: "#/definitions/n" }],
    },
    ["a", 1],
    [null, []],
  ],
  ["a name that looks escaped", { $defs: { "~1": { type: "string" } }, $ref: "#/$defs/~01" }, ["a"], [1]],
  [
    "a reference with rules beside it",
    { $defs: { text: { type: "string" } }, $ref: "#/$defs/text", minLength: 2 },
    ["ab"],
    ["a", 12],
  ],
  [
    "recursion",
    { type: "object", properties: { next: { anyOf: [{ $ref: "#" }, { type: "null" }] } }, additionalProperties: false },
    [{}, { next: null }, { next: { next: { next: null } } }],
    [{ next: { next: 1 } }, { next: { other: 1 } }],
  ],
  [
    "a reference into a list",
    { anyOf: [{ type: "null" }], properties: { a: { $ref: "#/anyOf/0" } }, required: ["a"] },
    [],
    [{}],
  ],
  [
    "what is not evaluated or not known",
    {
      pattern: "^(a+)+$",
      format: "email",
      title: "x",
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $comment: 1,
    },
    ["b", 1],
    [],
  ],
  [
    "pattern properties, which may cover any name",
    { properties: { a: { type: "number" } }, patternProperties: { "^x-": false }, additionalProperties: false },
    [{ a: 1, "x-b": 1 }, { c: 1 }],
    [{ a: "x" }],
  ],
];

describe("keywords", () => {
  test.each(cases)("%s", (_, schema, matching, failing) => {
    for (const value of matching) expect(matchesSchema(value, schema), JSON.stringify(value)).toBe(true);
    for (const value of failing) expect(matchesSchema(value, schema), JSON.stringify(value)).toBe(false);
  });

  test("not turns every plain answer around", () => {
    for (const [, schema, matching, failing] of cases) {
      if (JSON.stringify(schema).includes('"#')) continue; // a reference means something else one level down
      for (const value of matching) expect(matchesSchema(value, { not: schema })).toBe(false);
      for (const value of failing) expect(matchesSchema(value, { not: schema })).toBe(true);
    }
  });

  test("names that objects inherit are ordinary names", () => {
    const value = JSON.parse('{"__proto__":"a","constructor":1}') as unknown;
    const schema = JSON.parse(
      '{"properties":{"__proto__":{"type":"string"},"constructor":{"type":"number"}},"additionalProperties":false}',
    ) as unknown;
    expect(matchesSchema(value, schema)).toBe(true);
    expect(matchesSchema(JSON.parse('{"__proto__":1}'), schema)).toBe(false);
    expect(matchesSchema(value, { additionalProperties: false })).toBe(false);
    expect(matchesSchema({}, { required: ["toString"] })).toBe(false);
    expect(matchesSchema({}, { required: ["__proto__"] })).toBe(false);
    expect(matchesSchema({ toString: 1 }, { properties: {}, additionalProperties: false })).toBe(false);
    expect(matchesSchema(1, JSON.parse('{"toString":1,"constructor":2,"__proto__":{"type":"string"}}'))).toBe(true);
    expect(matchesSchema({}, JSON.parse('{"const":{"__proto__":{}}}'))).toBe(false);
  });

  test("any value matches itself as a constant, and its own type", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (left, right) => {
        const [a, b] = JSON.parse(JSON.stringify([left, right])) as [unknown, unknown];
        expect(matchesSchema(a, { const: a })).toBe(true);
        expect(matchesSchema(a, { const: b })).toBe(matchesSchema(b, { const: a }));
        const type = a === null ? "null" : Array.isArray(a) ? "array" : typeof a;
        expect(matchesSchema(a, { type })).toBe(true);
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe("a doubt is a refusal", () => {
  test.each<[string, unknown]>([
    ["no schema", undefined],
    ["null for a schema", null],
    ["a text for a schema", "string"],
    ["a list for a schema", [{}]],
    ["a type that does not exist", { type: "STRING" }],
    ["a type that is no name", { type: { a: 1 } }],
    ["an enum that is no list", { enum: "a" }],
    ["a reference to another document", { $ref: "https://example.com/schema.json" }],
    ["a reference to nothing", { $ref: "#/$defs/none" }],
    ["a reference to what objects inherit", { $ref: "#/__proto__" }],
    ["a reference to what functions inherit", { $ref: "#/constructor" }],
    ["a reference by anchor", { $ref: "#name" }],
    ["a broken reference", { $ref: "#/%" }],
    ["a reference to itself", { $ref: "#" }],
    ["a circle of references", { $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }],
    ["a reference to something else than a schema", { $ref: "#/x", x: 3 }],
    ["a bound that is no number", { minLength: "1" }],
    ["anyOf that is no list", { anyOf: {} }],
  ])("%s", (_, schema) => {
    expect(matchesSchema("text", schema)).toBe(false);
    expect(matchesSchema("text", { not: schema })).toBe(false);
    expect(matchesSchema("text", { oneOf: [schema, true] })).toBe(false);
  });

  test("bounds of numbers and members of objects that make no sense", () => {
    expect(matchesSchema(1, { multipleOf: 0 })).toBe(false);
    expect(matchesSchema(1, { not: { minimum: true } })).toBe(false);
    expect(matchesSchema(JSON.parse("1e400"), { multipleOf: 2 })).toBe(false);
    expect(matchesSchema({}, { not: { required: [1] } })).toBe(false);
    expect(matchesSchema({}, { not: { properties: [] } })).toBe(false);
  });

  test("a budget that runs out refuses, also under not", () => {
    const list = Array.from({ length: 1000 }, () => 1);
    expect(matchesSchema(list, { items: { type: "number" } }, { maxSteps: 2002 })).toBe(true);
    expect(matchesSchema(list, { items: { type: "number" } }, { maxSteps: 2001 })).toBe(false);
    expect(matchesSchema(list, { not: { items: { type: "string" } } }, { maxSteps: 6 })).toBe(true);
    expect(matchesSchema(list, { not: { items: { type: "string" } } }, { maxSteps: 5 })).toBe(false);
  });

  test("nesting beyond all reason refuses", () => {
    const value: unknown = JSON.parse("[".repeat(10_000) + "]".repeat(10_000));
    expect(matchesSchema(value, { items: { $ref: "#" } })).toBe(false);
    expect(matchesSchema(value, { const: value })).toBe(true); // the very same value
    expect(matchesSchema(value, { const: JSON.parse("[".repeat(10_000) + "]".repeat(10_000)) })).toBe(false);
  });

  test("schemas made to be slow end with the budget", () => {
    const branches = Array.from({ length: 20_000 }, () => ({ properties: { a: false }, required: ["none"] }));
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, 1]));
    expect(matchesSchema(wide, { anyOf: branches })).toBe(false);
    const doubling = { $defs: { a: { allOf: [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/a" }] } }, $ref: "#/$defs/a" };
    expect(matchesSchema(1, doubling)).toBe(false);
    const list = Array.from({ length: 10_000 }, () => 1);
    const name = "n".repeat(100_000);
    expect(matchesSchema(list, { $defs: { [name]: true }, items: { $ref: `#/$defs/${name}` } })).toBe(false);
    expect(matchesSchema(list, { items: { type: [...Array(1000).fill("string"), "number"] } })).toBe(false);
    const long = "x".repeat(1_000_000);
    expect(matchesSchema(long, { anyOf: branches.map(() => ({ minLength: 2_000_000 })) })).toBe(false);
    expect(matchesSchema(long, { enum: branches.map((_, index) => `${long.slice(5)}${10_000 + index}`) })).toBe(false);
  });

  test("any value against any value never throws", () => {
    const schema = fc.letrec((tie) => ({
      any: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.boolean(), tie("rules")),
      rules: fc.dictionary(
        fc.constantFrom(
          "type",
          "enum",
          "items",
          "properties",
          "required",
          "$ref",
          "not",
          "oneOf",
          "minimum",
          "maxLength",
        ),
        fc.oneof(tie("any"), fc.array(tie("any"), { maxLength: 3 }), fc.constantFrom("#", "string", 1)),
        { maxKeys: 4 },
      ),
    })).any;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), schema, (value, rules) => {
        expect(typeof matchesSchema(value, rules, { maxSteps: 1000 })).toBe("boolean");
      }),
      { seed, numRuns: 300 },
    );
  });
});
