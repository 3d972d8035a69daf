import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestRejectedError } from "../core/errors.ts";
import { unkeyedFields } from "./openai-chat-request.ts";
import { parseCompletionRequest } from "./openai-completions-request.ts";
import { bytes, text } from "./openai-completions-samples.ts";

const parse = (body: unknown) => parseCompletionRequest(bytes(typeof body === "string" ? body : JSON.stringify(body)));
const hello = { model: "davinci-002", prompt: "Hello" };

describe("a request that cannot be taken", () => {
  it.each([
    ["no JSON", "{", undefined, "strict JSON"],
    ["a duplicate key", '{"model":"m","model":"n"}', "model", 'Duplicate key "model"'],
    ["a lone surrogate", '{"model":"m","prompt":["\\ud800"]}', "prompt[0]", "surrogate"],
    ["an array", "[]", undefined, "must be a JSON object"],
    ["neither prompt nor model", { stream: true }, "prompt", "must have a 'prompt' or name a 'model'"],
    ["a prompt that is a number", { ...hello, prompt: 4 }, "prompt", "must be a string"],
    ["a prompt that is a flag", { ...hello, prompt: true }, "prompt", "must be a string"],
    ["an empty model", { ...hello, model: "" }, "model", "string that is not empty"],
    ["stream as text", { ...hello, stream: "true" }, "stream", "true, false or null"],
    ["stream_options as an array", { ...hello, stream_options: [] }, "stream_options", "object or null"],
    ["temperature as text", { ...hello, temperature: "0" }, "temperature", "number or null"],
  ])("%s", (_, body, param, rule) => {
    try {
      parse(body);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(RequestRejectedError);
      expect(error).toMatchObject({ status: 400, param, message: expect.stringContaining(rule) });
    }
  });
});

describe("a prompt", () => {
  const prompts = [
    "Hello",
    "",
    ["Hello"],
    ["Hello", "you"],
    [1, 2],
    [[1, 2]],
    [[1], [2]],
    null,
    [],
    [1, "a"],
    undefined,
  ];

  it("may have any of its forms, each of which is a key of its own and sent as it came", () => {
    const keys = prompts.map((prompt) => {
      const request = parse({ ...hello, prompt });
      expect(JSON.parse(text(request.forward()))).toEqual(JSON.parse(JSON.stringify({ ...hello, prompt })));
      return request.canonical;
    });
    expect(new Set(keys).size).toBe(prompts.length);
    expect(parse({ prompt: "Hello" }).facts.model).toBe("");
  });

  it("may be a batch in tokens", () => {
    const batch = { ...hello, prompt: Array.from({ length: 40 }, () => new Array(8_000).fill(17)) };
    expect(JSON.parse(text(parse(batch).forward()))).toEqual(batch);
    const beyond = { ...hello, prompt: Array.from({ length: 60 }, () => new Array(8_000).fill(17)) };
    expect(() => parse(beyond)).toThrow(/More than 400000 values/);
  });
});

describe("facts", () => {
  it.each([
    [{}, { stream: false, includeUsage: false, temperature: undefined, user: undefined, dependencies: [] }],
    [
      { stream: true, stream_options: { include_usage: true } },
      { stream: true, includeUsage: true },
    ],
    [
      { stream: null, stream_options: null, temperature: null },
      { stream: false, includeUsage: false, temperature: undefined },
    ],
    [
      { temperature: 0.5, user: "u1" },
      { temperature: 0.5, user: "u1" },
    ],
    [{ user: "", safety_identifier: "s1" }, { user: "s1" }],
  ])("%j", (fields, facts) => {
    expect(parse({ ...hello, ...fields }).facts).toMatchObject({ model: "davinci-002", ...facts });
  });
});

describe("expectations", () => {
  const schema = { type: "object" };
  const format = { type: "json_schema", json_schema: { name: "x", schema } };

  it("are those of the format, where a server takes one", () => {
    expect(parse(hello).expectations).toEqual({ json: false, schema: undefined, tools: new Map(), choices: 1 });
    expect(parse({ ...hello, response_format: format }).expectations.json).toBe("any");
    expect(parse({ ...hello, response_format: { type: "json_object" } }).expectations.json).toBe("object");
  });

  it("are as many choices as were asked for, for each prompt", () => {
    const choices = (fields: object) => parse({ ...hello, ...fields }).expectations.choices;
    expect(choices({ n: 2 })).toBe(2);
    expect(choices({ prompt: ["a", "b", "c"], n: 2 })).toBe(6);
    expect(choices({ prompt: [[1, 2], [3]], echo: true })).toBe(2);
    // Tokens of one prompt, and texts and tokens mixed.
    expect(choices({ prompt: [1, 2, 3], n: 2 })).toBe(2);
    expect(choices({ prompt: ["a", 1] })).toBe(1);
  });

  it("are none where the prompt stands before the answer", () => {
    const { json, schema } = parse({ ...hello, response_format: format, echo: true }).expectations;
    expect([json, schema]).toEqual([false, undefined]);
  });
});

describe("canonical", () => {
  const canonical = (body: unknown) => parse(body).canonical;

  it("leaves out the model and what cannot change the answer", () => {
    const unkeyed = Object.fromEntries(Object.keys(unkeyedFields).map((name) => [name, null]));
    expect(canonical({ ...hello, ...unkeyed, model: "other" })).toBe('{"prompt":"Hello"}');
  });

  it.each([
    ...["suffix", "max_tokens", "top_p", "n", "logprobs", "echo", "stop", "presence_penalty", "frequency_penalty"],
    ...["best_of", "logit_bias", "seed", "temperature", "min_tokens", "guided_json", "return_token_ids", "cache_salt"],
  ])("%s counts", (field) => {
    const values = [undefined, null, 0, 1].map((value) => canonical({ ...hello, [field]: value }));
    expect(new Set(values).size).toBe(4);
  });

  it("does not change with the order of object keys where they are read by name, and does elsewhere", () => {
    const both = (field: string) => [
      canonical({ ...hello, [field]: { a: 1, b: 2 } }),
      canonical({ ...hello, [field]: { b: 2, a: 1 } }),
    ];
    expect(new Set(both("logit_bias")).size).toBe(1);
    expect(new Set(both("guided_json")).size).toBe(2);
  });

  const name = fc
    .string({ unit: "grapheme" })
    .filter((key) => !["model", "prompt", "temperature"].includes(key) && !Object.hasOwn(unkeyedFields, key));
  const value = fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme" });

  it("changes with every field outside the list", () => {
    fc.assert(
      fc.property(name, value, value, (field, one, other) => {
        const differ = JSON.stringify(one) !== JSON.stringify(other) && !Object.is(one, -0) && !Object.is(other, -0);
        fc.pre(differ && !JSON.stringify([one, other]).includes("-0"));
        expect(canonical({ ...hello, [field]: one })).not.toBe(canonical({ ...hello, [field]: other }));
        expect(canonical({ ...hello, [field]: one })).not.toBe(canonical(hello));
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

describe("what is sent", () => {
  it("asks a stream for its usage, unless told not to", () => {
    const sent = (options?: { readonly requestUsage: boolean }) =>
      JSON.parse(text(parse({ ...hello, stream: true }).forward(options)));
    expect(sent()).toEqual({ ...hello, stream: true, stream_options: { include_usage: true } });
    expect(sent({ requestUsage: false })).toEqual({ ...hello, stream: true });
    expect(JSON.parse(text(parse(hello).forward()))).toEqual(hello);
  });

  it("has temperature 0 where that is wanted, in the key too", () => {
    const request = parse({ ...hello, temperature: 1 }).deterministic();
    expect(request?.facts.temperature).toBe(0);
    expect(request?.canonical).toBe(parse({ ...hello, temperature: 0 }).canonical);
    expect(JSON.parse(text(request?.forward() ?? bytes("{}")))).toEqual({ ...hello, temperature: 0 });
  });
});
