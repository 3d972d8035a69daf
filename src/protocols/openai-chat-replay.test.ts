import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openAiChat } from "./openai-chat.ts";
import { chunksOf, completion, fromJson, lean, recordingOf, streamed, text, whole } from "./openai-chat-samples.ts";

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
