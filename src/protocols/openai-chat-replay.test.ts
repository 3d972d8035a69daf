import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openAiChat } from "./openai-chat.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
const whole = { includeUsage: true, zeroUsage: false };
const lean = { includeUsage: false, zeroUsage: false };

function recordingOf(stream: string | Uint8Array) {
  const recorder = openAiChat.recordStream({ maxEventBytes: 1_000_000 });
  recorder.push(typeof stream === "string" ? bytes(stream) : stream);
  recorder.end();
  return { recording: recorder.recording(), facts: recorder.facts() };
}

const fromJson = (json: unknown) => openAiChat.readJson(bytes(typeof json === "string" ? json : JSON.stringify(json)));
const streamed = (json: unknown, view = whole) => text(openAiChat.replayEvents(fromJson(json).recording, view));
const chunksOf = (stream: string) =>
  stream
    .split("\n\n")
    .slice(0, -2)
    .map((block) => JSON.parse(block.slice("data: ".length)));
const assembled = (...chunks: readonly unknown[]) => {
  const stream = chunks
    .map((chunk) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`)
    .join("");
  return JSON.parse(text(openAiChat.replayJson(recordingOf(`${stream}data: [DONE]\n\n`).recording, whole)));
};
const completion = (message: object, choice: object = {}, top: object = {}) => ({
  id: "c1",
  object: "chat.completion",
  created: 1,
  model: "m",
  ...top,
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "Hi", refusal: null, ...message },
      finish_reason: "stop",
      ...choice,
    },
  ],
});
const delta = (fields: object, choice: object = {}, top: object = {}) => ({
  id: "c1",
  ...top,
  choices: [{ index: 0, delta: fields, ...choice }],
});

describe("JSON as a stream", () => {
  it("has a chunk with the role, content, a finish reason, usage for those who asked, and the end", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const json = completion({}, {}, { usage, system_fingerprint: "fp" });
    const envelope = { id: "c1", object: "chat.completion.chunk", created: 1, model: "m", system_fingerprint: "fp" };
    const expected = [{ role: "assistant", content: "", refusal: null }, { content: "Hi" }, {}].map(
      (fields, index) => ({
        ...envelope,
        choices: [{ index: 0, delta: fields, finish_reason: index === 2 ? "stop" : null }],
      }),
    );
    expect(chunksOf(streamed(json, lean))).toEqual(expected);
    expect(chunksOf(streamed(json))).toEqual([
      ...expected.map((chunk) => ({ ...chunk, usage: null })),
      { ...envelope, choices: [], usage },
    ]);
    expect(streamed(json).endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("sends who is called before the arguments, for each call in order", () => {
    const calls = ["a", "b"].map((id) => ({
      id,
      type: "function",
      function: { name: `f${id}`, arguments: `{"${id}":1}` },
    }));
    const deltas = chunksOf(
      streamed(completion({ content: null, tool_calls: calls }, { finish_reason: "tool_calls" })),
    ).map((chunk) => chunk.choices[0].delta);
    expect(deltas).toEqual([
      { role: "assistant", content: null, refusal: null },
      { tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "fa", arguments: "" } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] },
      { tool_calls: [{ index: 1, id: "b", type: "function", function: { name: "fb", arguments: "" } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{"b":1}' } }] },
      {},
    ]);
  });

  it("sends long content in pieces, reasoning before it, annotations after it", () => {
    const content = `${"word ".repeat(50)}${"長".repeat(100)}${"👩‍🚀".repeat(40)}`;
    const deltas = chunksOf(streamed(completion({ annotations: [{ a: 1 }], reasoning_content: "hm", content }))).map(
      (chunk) => chunk.choices[0].delta,
    );
    expect(deltas.map((fields) => Object.keys(fields)[0])).toEqual([
      "role",
      "reasoning_content",
      ...deltas.slice(2, -2).map(() => "content"),
      "annotations",
      undefined,
    ]);
    const pieces = deltas.slice(2, -2).map((fields) => fields.content as string);
    expect(pieces.join("")).toBe(content);
    expect(pieces.length).toBeGreaterThan(8);
    expect(pieces.every((piece) => piece.length <= 64 && piece.isWellFormed())).toBe(true);
  });

  it("sends log probabilities once", () => {
    const logprobs = { content: [{ token: "Hi", logprob: -0.5, bytes: null, top_logprobs: [] }], refusal: null };
    const sent = chunksOf(streamed(completion({}, { logprobs }))).map((chunk) => chunk.choices[0].logprobs);
    expect(sent).toEqual([null, logprobs, null]);
    expect(
      chunksOf(streamed(completion({ content: null }, { logprobs }))).map((chunk) => chunk.choices[0].logprobs),
    ).toEqual([null, logprobs]);
  });

  it("sends unknown fields at the top once, and numbers that no double can hold as they were", () => {
    const stream = streamed(
      '{"id":"c1","citations":["x"],"cost":0.12345678901234567890,"choices":[{"message":{"content":"a","n":123456789012345678901}}]}',
    );
    expect(stream.match(/"citations":\["x"\]/g)).toHaveLength(1);
    expect(stream).toContain('"n":123456789012345678901');
    expect(stream).toContain('"cost":0.1234567890123456789');
  });

  // What peers lost: reasoning, thinking blocks, audio, usage details.
  const value = fc.jsonValue({ maxDepth: 3, stringUnit: "grapheme" });
  const without = (...names: readonly string[]) =>
    fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((name) => !names.includes(name)),
      value,
      { maxKeys: 4 },
    );
  const string = fc.string({ unit: "grapheme", maxLength: 300 });
  const toolCall = fc.oneof(
    fc.record({
      id: string,
      type: fc.constant("function"),
      function: fc.record({ name: string, arguments: string, x: value }),
      extra_content: value,
    }),
    fc.record({ id: string, type: fc.constant("custom"), custom: fc.record({ name: string, input: string }) }),
  );
  const message = fc.record(
    {
      role: fc.constant("assistant"),
      content: fc.option(string),
      refusal: fc.option(string),
      tool_calls: fc.option(fc.array(toolCall, { maxLength: 3 })),
      function_call: fc.option(fc.record({ name: string, arguments: string })),
      reasoning: fc.option(string),
      reasoning_details: fc.array(fc.record({ index: fc.nat(2), type: fc.constantFrom("a", "b"), text: string })),
      annotations: fc.array(value),
      audio: fc.record({ id: string, data: string, expires_at: fc.nat(), transcript: string }),
      thinking_blocks: fc.array(fc.record({ type: fc.constant("thinking"), thinking: string })),
      ["__proto__"]: value,
    },
    { requiredKeys: ["role", "content", "refusal"] },
  );
  const choice = fc.record({
    message: fc
      .tuple(without("role", "content", "refusal", "tool_calls"), message)
      .map(([more, known]) => ({ ...more, ...known })),
    finish_reason: fc.option(fc.constantFrom("stop", "length", "tool_calls", "other")),
    rest: without("index", "message", "delta", "logprobs", "finish_reason"),
    logprobs: fc.option(fc.record({ content: fc.option(fc.array(value)), refusal: fc.option(fc.array(value)) }), {
      nil: undefined,
    }),
  });
  const body = fc
    .record({
      choices: fc.array(choice, { minLength: 1, maxLength: 3 }),
      rest: without("object", "choices", "usage", "obfuscation"),
      usage: fc.option(without()),
    })
    .map(({ choices, rest, usage }) => ({
      ...rest,
      object: "chat.completion",
      choices: choices.map(({ rest: more, logprobs, ...known }, index) => ({
        ...more,
        index,
        ...known,
        ...(logprobs !== undefined && { logprobs }),
      })),
      ...(Object.keys(rest).length % 2 === 0 && { usage }),
    }));

  it("loses nothing on the way to events and back, whatever the fields", () => {
    fc.assert(
      fc.property(body, (json) => {
        const played = openAiChat.replayEvents(fromJson(json).recording, whole);
        const { recording, facts } = recordingOf(played);
        expect(facts.terminal).toBe(true);
        expect(facts).toEqual(fromJson(json).facts);
        expect(JSON.parse(text(openAiChat.replayJson(recording, whole)))).toEqual(JSON.parse(JSON.stringify(json)));
        expect(text(openAiChat.replayEvents(recording, lean))).toBe(streamed(json, lean));
      }),
      { seed: 11, numRuns: 400 },
    );
  });

  it("writes out what the stream cannot leave out", () => {
    const json = {
      id: "c1",
      object: "x",
      obfuscation: "o",
      choices: [{ delta: 1, message: { tool_calls: [{ index: 5, id: "a" }] } }],
    };
    const again = JSON.parse(text(openAiChat.replayJson(recordingOf(streamed(json)).recording, whole)));
    expect(again).toEqual({
      id: "c1",
      object: "chat.completion",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: null, refusal: null, tool_calls: [{ id: "a" }] },
          finish_reason: null,
        },
      ],
    });
  });
});

describe("a stream as JSON", () => {
  const messageOf = (...deltas: readonly object[]) =>
    assembled(...deltas.map((fields) => delta(fields))).choices[0].message;

  it("joins texts, known and unknown, and reasoning", () => {
    expect(
      messageOf(
        { role: "assistant", content: "a", reasoning: "r", thinking: "t" },
        { content: "b", reasoning: "s", thinking: "u" },
        { content: null },
      ),
    ).toEqual({
      role: "assistant",
      content: "ab",
      refusal: null,
      reasoning: "rs",
      thinking: "tu",
    });
  });

  it("has null content and refusal, and the role of an assistant, when none was sent", () => {
    expect(messageOf({})).toEqual({ role: "assistant", content: null, refusal: null });
    expect(messageOf({ role: "" })).toEqual({ role: "assistant", content: null, refusal: null });
  });

  it("takes the last of unknown numbers and booleans, and no null for an answer", () => {
    expect(messageOf({ score: 1, done: false }, { score: 2, done: true }, { score: null })).toMatchObject({
      score: 2,
      done: true,
    });
  });

  it("joins arrays, and merges their elements where they have an index", () => {
    const details = (...list: readonly object[]) => ({ reasoning_details: list });
    expect(
      messageOf(
        details({ index: 0, type: "text", text: "a" }, { index: 1, type: "text", text: "x" }),
        details({ index: 0, type: "text", text: "b", signature: "s" }),
        details({ index: 0, type: "encrypted", data: "d" }, { index: 1, text: "y" }),
        { annotations: [{ a: 1 }] },
        { annotations: [{ a: 2 }] },
      ),
    ).toMatchObject({
      reasoning_details: [
        { index: 0, type: "text", text: "ab", signature: "s" },
        { index: 1, type: "text", text: "xy" },
        { index: 0, type: "encrypted", data: "d" },
      ],
      annotations: [{ a: 1 }, { a: 2 }],
    });
  });

  it("merges audio as it comes", () => {
    expect(
      messageOf(
        { audio: { id: "a", transcript: "He" } },
        { audio: { data: "QUJD" } },
        { audio: { data: "REVG", transcript: "llo" } },
        { audio: { expires_at: 9 } },
      ).audio,
    ).toEqual({
      id: "a",
      transcript: "Hello",
      data: "QUJDREVG",
      expires_at: 9,
    });
  });

  it("orders choices and tool calls by index", () => {
    const json = assembled(
      { choices: [{ index: 1, delta: { content: "b" } }] },
      {
        choices: [
          {
            index: 0,
            delta: {
              tool_calls: [
                { index: 1, id: "y" },
                { index: 0, id: "x" },
              ],
            },
          },
        ],
      },
    );
    expect(json.choices.map((choice: { index: number }) => choice.index)).toEqual([0, 1]);
    expect(json.choices[0].message.tool_calls).toEqual([{ id: "x" }, { id: "y" }]);
  });

  it("keeps what stands beside the delta: filters, token ids, native reasons", () => {
    const json = assembled(
      delta(
        { content: "a" },
        { content_filter_results: { hate: { severity: "safe" } }, token_ids: [1], native_finish_reason: null },
      ),
      delta(
        {},
        {
          content_filter_results: { hate: { severity: "safe" }, violence: {} },
          token_ids: [2],
          native_finish_reason: "STOP",
        },
      ),
    );
    expect(json.choices[0]).toMatchObject({
      content_filter_results: { hate: { severity: "safe" }, violence: {} },
      token_ids: [1, 2],
      native_finish_reason: "STOP",
    });
  });

  it("takes the last value at the top, and the last usage, which may come on every chunk", () => {
    const json = assembled(
      delta({}, {}, { citations: ["x"], x_groq: { id: "g" }, obfuscation: "o", usage: { prompt_tokens: 1 } }),
      delta(
        {},
        {},
        {
          citations: ["x", "y"],
          x_groq: { usage: {} },
          obfuscation: "p",
          usage: { prompt_tokens: 1, completion_tokens: 2 },
        },
      ),
      delta({}, {}, { usage: null }),
      { id: "", model: "", created: 0, choices: [] },
      { id: "", created: 7, choices: [] },
      { id: "", created: 0, choices: [] },
    );
    expect(json).toMatchObject({
      id: "c1",
      created: 7,
      citations: ["x", "y"],
      x_groq: { id: "g", usage: {} },
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    });
    expect(json).not.toHaveProperty("obfuscation");
  });

  it("keeps numbers that no double can hold, and keys that name prototypes", () => {
    const stream =
      'data: {"choices":[{"index":0,"delta":{"content":"a","big":12345678901234567890,"__proto__":{"x":1}}}]}\n\ndata: [DONE]\n\n';
    const json = text(openAiChat.replayJson(recordingOf(stream).recording, whole));
    expect(json).toContain('"big":12345678901234567890');
    expect(json).toContain('"__proto__":{"x":1}');
  });
});

describe("usage, by how it was filled and how it is read", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost: 0.5 };
  const withUsage = [
    delta({ content: "a" }, {}, { usage: null }),
    delta({}, { finish_reason: "stop" }, { usage: null }),
    { id: "c1", choices: [], usage },
  ];
  const withoutUsage = [delta({ content: "a" }), delta({}, { finish_reason: "stop" })];
  const stream = (chunks: readonly unknown[]) =>
    recordingOf([...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`).join(""))
      .recording;
  const filled = {
    "events with": stream(withUsage),
    "events without": stream(withoutUsage),
    "JSON with": fromJson(completion({}, {}, { usage })).recording,
    "JSON without": fromJson(completion({})).recording,
  };
  it.each(Object.entries(filled))("%s", (name, recording) => {
    for (const zeroUsage of [false, true]) {
      const expected = zeroUsage ? { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cost: 0 } : usage;
      const json = JSON.parse(text(openAiChat.replayJson(recording, { includeUsage: false, zeroUsage })));
      const asked = chunksOf(text(openAiChat.replayEvents(recording, { includeUsage: true, zeroUsage })));
      const unasked = text(openAiChat.replayEvents(recording, { includeUsage: false, zeroUsage }));
      expect(unasked).not.toContain("usage");
      expect(chunksOf(unasked).every((chunk) => chunk.choices.length > 0)).toBe(true);
      if (name.endsWith("without")) {
        expect(json).not.toHaveProperty("usage");
        expect(asked).toEqual(chunksOf(unasked));
      } else {
        expect(json.usage).toEqual(expected);
        expect(asked.at(-1)).toMatchObject({ choices: [], usage: expected });
        expect(asked.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
      }
    }
  });

  it("in JSON is set to zero without touching another byte", () => {
    const json =
      '{ "choices":[{"message":{"content":"\\"usage\\":{\\"a\\":1}"}}],\n "n":1.50, "usage" : {"prompt_tokens": 7, "d":{"x":[1,2.5]}} , "z":1}';
    expect(text(openAiChat.replayJson(fromJson(json).recording, { includeUsage: true, zeroUsage: true }))).toBe(
      json.replace('{"prompt_tokens": 7, "d":{"x":[1,2.5]}}', '{"prompt_tokens":0,"d":{"x":[0,0]}}'),
    );
  });
});

describe("facts of JSON", () => {
  it.each([
    ["<html>", "<html></html>"],
    ["nothing", ""],
    ["null", "null"],
    ["an array", "[]"],
    ["no choices", "{}"],
    ["empty choices", { choices: [] }],
    ["a choice that is no object", { choices: [1] }],
    ["no message", { choices: [{ finish_reason: "stop" }] }],
    ["content that is no text", completion({ content: 1 })],
    ["tool calls that are no array", completion({ tool_calls: "f" })],
    ["a tool call without a function", completion({ tool_calls: [{ id: "a" }] })],
    ["two choices of one index", { choices: [...completion({}).choices, ...completion({}).choices] }],
    ["a duplicate key", '{"choices":[{"message":{"content":"a","content":"b"}}]}'],
  ])("U4: %s is not well formed", (_, json) => {
    expect(fromJson(json).facts).toMatchObject({ wellFormed: false, error: false });
  });

  it("U4: an error is told", () => {
    expect(fromJson({ error: { message: "x" } }).facts).toMatchObject({ error: true, wellFormed: false });
    expect(fromJson({ object: "error", message: "x" }).facts.error).toBe(true);
    expect(fromJson(completion({}, {}, { error: null })).facts).toMatchObject({ error: false, wellFormed: true });
  });

  it("U4: empty content is no content", () => {
    expect(fromJson(completion({ content: "" })).facts).toMatchObject({
      wellFormed: true,
      choices: [{ hasContent: false }],
    });
  });

  it("a body that breaks off is not terminal", () => {
    const json = JSON.stringify(completion({ content: "ü" }));
    for (let at = 0; at < json.length; at++) expect(fromJson(json.slice(0, at)).facts.terminal).toBe(false);
    expect(fromJson(json).facts.terminal).toBe(true);
  });
});
