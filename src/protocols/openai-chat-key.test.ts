import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseChatRequest, unkeyedFields } from "./openai-chat-request.ts";

const parse = (body: unknown) =>
  parseChatRequest(new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)));
const hello = { model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] };

describe("canonical", () => {
  it("leaves out the model and the fields of the list, each of which has a reason", () => {
    const unkeyed = Object.fromEntries(Object.keys(unkeyedFields).map((name) => [name, null]));
    expect(parse({ ...hello, ...unkeyed, model: "other" }).canonical).toBe(parse(hello).canonical);
    expect(parse(hello).canonical).toBe('{"messages":[{"content":"Hello","role":"user"}]}');
    for (const reason of Object.values(unkeyedFields)) expect(reason.length).toBeGreaterThan(10);
    expect(Object.keys(unkeyedFields)).toHaveLength(8);
  });

  it.each([
    ["tools", [{ type: "function", function: { name: "f", parameters: { b: { z: 1, a: 1 }, a: [{ d: 1, c: 1 }] } } }]],
    ["tools", [{ type: "function", function: { name: "f" } }]],
    ["tools", [{ b: 1, a: 1 }]],
    ["functions", [{ name: "f", parameters: { b: 1, a: 1 } }]],
    ["response_format", { type: "json_schema", json_schema: { name: "x", schema: { b: 1, a: 1 } } }],
    ["response_format", { type: "json_object", schema: { b: 1, a: 1 } }],
    ["guided_json", { properties: { reasoning: {}, answer: {} } }],
    ["chat_template_kwargs", { documents: [{ title: "t", body: "b" }] }],
    ["prediction", { type: "content", of_tomorrow: { b: 1, a: 1 } }],
    ["messages", [{ role: "assistant", tool_calls: [{ function: { name: "f", arguments: { b: 1, a: 1 } } }] }]],
    ["messages", [{ role: "tool", content: [{ type: "result", result: { b: 1, a: 1 } }] }]],
    ["messages", [{ role: "tool", content: { b: 1, a: 1 } }]],
  ])("the key order of what may reach the model counts, and is forwarded: %s %j", (name, value) => {
    const [one, other] = [value, reversedKeys(value)].map((given) => parse({ ...hello, [name]: given }));
    expect(one?.canonical).not.toBe(other?.canonical);
    const sent = JSON.parse(new TextDecoder().decode(other?.forward()));
    expect(innermost(sent[name])).toEqual(innermost(reversedKeys(value)));
  });

  // Fields that keys of other caches have forgotten.
  it.each([
    ...[
      "max_tokens",
      "max_completion_tokens",
      "top_p",
      "stop",
      "tool_choice",
      "n",
      "seed",
      "response_format",
      "logprobs",
    ],
    ...[
      "reasoning_effort",
      "num_ctx",
      "store",
      "verbosity",
      "web_search_options",
      "parallel_tool_calls",
      "temperature",
    ],
  ])("%s counts", (field) => {
    const canonical = (value: unknown) => parse({ ...hello, [field]: value }).canonical;
    expect(new Set([parse(hello).canonical, canonical(null), canonical(0), canonical(1)]).size).toBe(4);
  });

  it("null and absent, order of messages, and big integers all count", () => {
    const canonical = (more: string) => parse(`{"model":"m","messages":[1,2]${more}}`).canonical;
    const seen = ["", ',"seed":null', ',"seed":12345678901234567890', ',"seed":12345678901234567891'].map(canonical);
    expect(new Set([...seen, parse('{"model":"m","messages":[2,1]}').canonical]).size).toBe(5);
    expect(canonical(',"top_p":1.0')).toBe(canonical(',"top_p":1'));
  });

  const name = fc
    .string({ unit: "grapheme" })
    .filter((key) => key !== "model" && key !== "messages" && !Object.hasOwn(unkeyedFields, key));
  const value = fc
    .jsonValue({ maxDepth: 3, stringUnit: "grapheme" })
    .filter((json) => !JSON.stringify(json).includes("-0"));
  // The request says what its type must be.
  const checked = new Set(["temperature"]);

  it("changes with every field outside the list", () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), name, value, (body, changed, to) => {
        fc.pre(
          !Object.keys(body)
            .concat(changed)
            .some((key) => checked.has(key)),
        );
        const before = { ...body, ...hello };
        const after = { ...before, [changed]: to };
        const same = JSON.stringify(sorted(before)) === JSON.stringify(sorted(after));
        expect(parse(before).canonical === parse(after).canonical).toBe(same);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it("changes with the order of object keys within unknown fields", () => {
    fc.assert(
      fc.property(name, fc.dictionary(name, value, { minKeys: 2 }), (field, object) => {
        fc.pre(!checked.has(field) && !free.includes(field));
        const reversed = reversedKeys(object);
        fc.pre(JSON.stringify(reversed) !== JSON.stringify(object));
        expect(parse({ ...hello, [field]: object }).canonical).not.toBe(
          parse({ ...hello, [field]: reversed }).canonical,
        );
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  const free = [
    ...["audio", "function_call", "logit_bias", "metadata", "prediction"],
    ...["stream_options", "tool_choice", "web_search_options"],
  ];
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  const flat = fc.dictionary(fc.string(), scalar);
  const part = fc.record({ type: fc.string(), text: fc.string(), image_url: flat, input_audio: flat, file: flat });
  const call = fc.record({ id: fc.string(), type: fc.string(), function: flat, custom: flat });
  const message = fc.record({
    role: fc.string(),
    content: fc.oneof(fc.string(), fc.array(part, { maxLength: 3 })),
    name: fc.string(),
    tool_calls: fc.array(call, { maxLength: 3 }),
    function_call: flat,
    audio: flat,
  });
  const request = fc.record(
    {
      model: fc.constant("m"),
      messages: fc.array(message, { minLength: 1, maxLength: 4 }),
      audio: flat,
      function_call: flat,
      logit_bias: flat,
      metadata: flat,
      prediction: fc.record({ type: fc.string(), content: fc.array(part) }),
      tool_choice: fc.record({ type: fc.string(), function: flat, custom: flat }),
      web_search_options: fc.record({
        search_context_size: fc.string(),
        user_location: fc.record({ type: fc.string(), approximate: flat }),
      }),
      seed: fc.integer(),
      field_of_tomorrow: scalar,
    },
    { requiredKeys: ["model", "messages"] },
  );

  it("does not change with the order of object keys where they are read by name", () => {
    fc.assert(
      fc.property(request, (body) => {
        const [one, other] = [parse(body), parse(reversedKeys(body))];
        expect(other.canonical).toBe(one.canonical);
        expect(Buffer.compare(other.forward(), one.forward())).toBe(0);
      }),
      { seed: 8, numRuns: 200 },
    );
  });
});

/** The text of the deepest objects, in the order in which they lie. */
function innermost(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.values(value).flatMap(innermost);
  return below.length > 0 ? below : [JSON.stringify(value)];
}

function sorted(value: unknown): unknown {
  return ordered(value, (keys) => keys.sort());
}

function reversedKeys(value: unknown): unknown {
  return ordered(value, (keys) => keys.reverse());
}

function ordered(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((element) => ordered(element, order));
  if (typeof value !== "object" || value === null) return value;
  const members = value as Record<string, unknown>;
  return Object.fromEntries(order(Object.keys(members)).map((key) => [key, ordered(members[key], order)]));
}
