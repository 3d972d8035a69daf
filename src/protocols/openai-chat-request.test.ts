import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RequestRejectedError } from "../core/errors.ts";
import { parseChatRequest } from "./openai-chat-request.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const parse = (body: unknown) => parseChatRequest(bytes(typeof body === "string" ? body : JSON.stringify(body)));
const forwarded = (...from: Parameters<ReturnType<typeof parse>["forward"]>) => ({
  of: (body: unknown) => new TextDecoder().decode(parse(body).forward(...from)),
});
const hello = { model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] };

describe("a request that cannot be taken", () => {
  it.each([
    ["no JSON", "{", undefined, "strict JSON"],
    ["a duplicate key", '{"model":"m","model":"n","messages":[1]}', "model", 'Duplicate key "model"'],
    ["a duplicate key further down", '{"model":"m","messages":[{"a":1,"a":2}]}', "messages[0].a", "Duplicate key"],
    ["a lone surrogate", '{"model":"m","messages":["\\ud800"]}', "messages[0]", "surrogate"],
    [
      "more values than a request may have",
      `{"model":"m","messages":[1],"grammar":[${"[],".repeat(100_000)}[]]}`,
      "grammar[99992]",
      "More than 100000 values and keys",
    ],
    ["NaN", '{"model":"m","messages":[1],"temperature":NaN}', "temperature", "strict JSON"],
    ["an array", "[]", undefined, "must be a JSON object"],
    ["an empty model", { ...hello, model: "" }, "model", "string that is not empty"],
    ["a model that is no string", { ...hello, model: 4 }, "model", "string that is not empty"],
    ["no messages", { model: "m" }, "messages", "at least one message"],
    ["empty messages", { model: "m", messages: [] }, "messages", "at least one message"],
    ["messages that are no array", { model: "m", messages: "hi" }, "messages", "at least one message"],
    ["stream as text", { ...hello, stream: "true" }, "stream", "true, false or null"],
    ["stream_options as an array", { ...hello, stream_options: [] }, "stream_options", "object or null"],
    [
      "include_usage as a number",
      { ...hello, stream_options: { include_usage: 1 } },
      "stream_options.include_usage",
      "true, false or null",
    ],
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

  it("is refused for invalid UTF-8", () => {
    const body = Uint8Array.of(...bytes('{"model":"'), 0xff, ...bytes('","messages":[1]}'));
    expect(() => parseChatRequest(body)).toThrow(/UTF-8 at offset 10/);
  });
});

describe("facts", () => {
  it.each([
    [{}, { stream: false, includeUsage: false, temperature: undefined, user: undefined }],
    [
      { stream: true, stream_options: { include_usage: true } },
      { stream: true, includeUsage: true },
    ],
    [
      { stream: null, stream_options: null, temperature: null },
      { stream: false, temperature: undefined },
    ],
    [{ stream: true, stream_options: { include_usage: null } }, { includeUsage: false }],
    [
      { temperature: 0.5, user: "u1" },
      { temperature: 0.5, user: "u1" },
    ],
    [{ safety_identifier: "s1" }, { user: "s1" }],
    [{ user: "u1", safety_identifier: "s1" }, { user: "u1" }],
    [{ model: undefined }, { model: "" }],
    [{ model: null }, { model: "" }],
    [{ user: 7 }, { user: "7" }],
    [{ user: { team: "b", id: [1] } }, { user: '{"id":[1],"team":"b"}' }],
    [{ user: false }, { user: "false" }],
    [{ safety_identifier: 0 }, { user: "0" }],
    [{ user: "", safety_identifier: "s1" }, { user: "s1" }],
    [{ user: null, safety_identifier: null }, { user: undefined }],
  ])("%j", (fields, facts) => {
    expect(parse({ ...hello, ...fields }).facts).toMatchObject({ model: "gpt-4o", ...facts });
  });
});

describe("expectations", () => {
  it("are none for a plain request", () => {
    expect(parse(hello).expectations).toEqual({ json: false, schema: undefined, tools: new Map(), choices: 1 });
  });

  it("are as many choices as were asked for", () => {
    expect(parse({ ...hello, n: 3 }).expectations.choices).toBe(3);
    for (const n of [null, 0, -1, "2", 1.5]) expect(parse({ ...hello, n }).expectations.choices, String(n)).toBe(1);
  });

  it("name tools of either kind and legacy functions with their schemas", () => {
    const parameters = { type: "object", properties: {} };
    const { tools } = parse({
      ...hello,
      tools: [
        { type: "function", function: { name: "a", parameters } },
        { type: "function", function: { name: "b" } },
        { type: "custom", custom: { name: "c", format: {} } },
        "nonsense",
      ],
      functions: [{ name: "d", parameters }],
    }).expectations;
    expect([...tools.keys()]).toEqual(["a", "b", "c", "d"]);
    expect([...tools.values()].map((schema) => schema !== undefined)).toEqual([true, false, false, true]);
  });

  it.each([
    [{ type: "text" }, false, false],
    [{ type: "json_object" }, "object", false],
    [{ type: "json_schema", json_schema: { name: "x", schema: { type: "object" } } }, "any", true],
    [{ type: "json_schema" }, "any", false],
  ])("response_format %j", (response_format, json, hasSchema) => {
    const { expectations } = parse({ ...hello, response_format });
    expect([expectations.json, expectations.schema !== undefined]).toEqual([json, hasSchema]);
  });
});

describe("forward", () => {
  it("sends everything, the fields outside the key too, and big numbers as they were", () => {
    const body =
      '{"user":"u","seed":12345678901234567890,"model":"m","messages":["\\u00e9"],"metadata":{"b":"2","a":"1"}}';
    expect(forwarded().of(body)).toBe(
      '{"messages":["é"],"metadata":{"a":"1","b":"2"},"model":"m","seed":12345678901234567890,"user":"u"}',
    );
  });

  it.each([
    [{}, undefined, undefined],
    [{ stream: false }, undefined, undefined],
    [{ stream: true }, undefined, { include_usage: true }],
    [{ stream: true, stream_options: null }, undefined, { include_usage: true }],
    [
      { stream: true, stream_options: { include_usage: false, include_obfuscation: false } },
      undefined,
      { include_usage: true, include_obfuscation: false },
    ],
    [{ stream: true }, { requestUsage: false }, undefined],
    [{ stream: true, stream_options: { include_usage: false } }, { requestUsage: false }, { include_usage: false }],
  ])("%j with %j sends stream_options %j", (fields, options, expected) => {
    const sent = JSON.parse(forwarded(options).of({ ...hello, ...fields }));
    expect(sent).toEqual({ ...hello, ...fields, ...(expected && { stream_options: expected }) });
  });

  it.each([{ messages: hello.messages }, { ...hello, model: null }])(
    "names no model where none is named: %j",
    (body) => {
      expect(JSON.parse(forwarded({ requestUsage: false }).of(body))).toEqual(body);
    },
  );

  it("sends another temperature when told to", () => {
    expect(JSON.parse(forwarded({ temperature: 0 }).of({ ...hello, temperature: 1 }))).toEqual({
      ...hello,
      temperature: 0,
    });
  });

  it("names the salt and the slot of an engine in place of the caller's", () => {
    expect(JSON.parse(forwarded({ cacheSalt: "s", slot: 0 }).of({ ...hello, cache_salt: "mine", id_slot: 3 }))).toEqual(
      {
        ...hello,
        cache_salt: "s",
        id_slot: 0,
      },
    );
  });

  it("deep-equals what was sent, and is keyed the same", () => {
    const body = fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((key) => !["stream", "stream_options", "temperature"].includes(key)),
      fc.jsonValue({ stringUnit: "grapheme" }),
    );
    fc.assert(
      fc.property(body, (fields) => {
        const request = { ...fields, ...hello };
        const sent = forwarded().of(request);
        expect(JSON.parse(sent)).toEqual(JSON.parse(JSON.stringify(request)));
        expect(parse(sent).canonical).toBe(parse(request).canonical);
      }),
      { seed: 9 },
    );
  });

  it("is in canonical form, whatever was replaced in it", () => {
    const sent = forwarded({ temperature: 0 }).of({ ...hello, user: "u", stream: true, a: 1, top_p: 1 });
    const names = Object.keys(JSON.parse(sent));
    expect(names).toEqual(["a", "messages", "model", "stream", "stream_options", "temperature", "top_p", "user"]);
  });
});

describe("deterministic", () => {
  it("sets the temperature to 0, in the key and on the wire", () => {
    const request = parse({ ...hello, temperature: 0.7 }).deterministic();
    expect(request?.facts.temperature).toBe(0);
    expect(request?.canonical).toBe(parse({ ...hello, temperature: 0 }).canonical);
    expect(JSON.parse(new TextDecoder().decode(request?.forward()))).toEqual({ ...hello, temperature: 0 });
    expect(parse(hello).deterministic()?.canonical).toBe(request?.canonical);
  });

  it("is the request itself where it was 0 already", () => {
    const request = parse({ ...hello, temperature: 0 });
    expect(request.deterministic()).toBe(request);
  });

  const refusing = [
    "o1",
    "o1-mini",
    "o3-2025-04-16",
    "o4-mini",
    "openai/o3",
    "gpt-5",
    "gpt-5-mini-2025-08-07",
    "gpt-5.2",
    "gpt-5.1-chat-latest",
    "GPT-5-NANO",
    "gpt-4o-search-preview",
    "ft:o4-mini:me",
  ];
  it.each(refusing)("%s takes no temperature", (model) =>
    expect(parse({ ...hello, model }).deterministic()).toBeUndefined(),
  );

  it("is not known to be possible where no model is named", () => {
    expect(parse({ messages: hello.messages }).deterministic()).toBeUndefined();
  });

  const taking = [
    "gpt-4o",
    "gpt-4.1-mini",
    "gpt-3.5-turbo",
    "gpt-5-chat-latest",
    "chatgpt-4o-latest",
    "llama-3-o1x",
    "qwen3",
    "solo1",
    "gpt-oss-120b",
    "claude-opus-4-5",
  ];
  it.each(taking)("%s takes one", (model) => {
    expect(parse({ ...hello, model }).deterministic()?.facts.temperature).toBe(0);
  });
});
