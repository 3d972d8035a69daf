import { describe, expect, it } from "vitest";
import {
  assembled,
  begin,
  block,
  close,
  done,
  type Event,
  fromJson,
  grow,
  hello,
  message,
  recordingOf,
  start,
  stop,
  streamOf,
} from "./anthropic-messages-samples.ts";

const facts = (...events: readonly (Event | string)[]) => recordingOf(streamOf(...events)).facts;
const ended = [close(), done] as const;
const tool = { type: "tool_use", id: "t", name: "f", input: {} };
const json = (partial_json: unknown) => ({ type: "input_json_delta", partial_json });

describe("facts of a stream", () => {
  it("is well formed when everything is in its place, whatever comes of types nobody knows", () => {
    expect(facts(start(), ...hello(), ...ended)).toMatchObject({ wellFormed: true, terminal: true, error: false });
    expect(facts(start(), { type: "news" }, ...hello(), ...ended).wellFormed).toBe(true);
  });

  it.each<[string, readonly (Event | string)[]]>([
    ["no beginning", [...hello(), ...ended]],
    ["two beginnings", [start(), start(), ...hello(), ...ended]],
    ["an index that begins twice", [start(), ...hello(), ...hello(), ...ended]],
    ["an index out of turn", [start(), ...hello(1), ...ended]],
    ["an index that is none", [start(), begin("0", { type: "text", text: "" }), ...ended]],
    ["a delta for nothing", [start(), grow(0, { type: "text_delta", text: "a" }), ...ended]],
    ["a delta after the end of its block", [start(), ...hello(), grow(0, { type: "text_delta", text: "a" }), ...ended]],
    [
      "a delta for a block of another type",
      [start(), ...block({ type: "thinking", thinking: "" }, { type: "text_delta", text: "a" }), ...ended],
    ],
    ["a delta without its text", [start(), ...block({ type: "text", text: "" }, { type: "text_delta" }), ...ended]],
    ["a delta that is no object", [start(), begin(0, { type: "text", text: "a" }), grow(0, null), stop(0), ...ended]],
    ["a block that never ends", [start(), begin(0, { type: "text", text: "a" }), ...ended]],
    ["a block without a type", [start(), ...block({ text: "a" }), ...ended]],
    ["a tool without a name", [start(), ...block({ ...tool, name: "" }), ...ended]],
    ["another role", [start({ role: "user" }), ...hello(), ...ended]],
    ["no JSON", [start(), "event: news\ndata: {\n\n", ...hello(), ...ended]],
    ["a name that is not the type", [start(), 'event: news\ndata: {"type":"message_stop"}\n\n']],
  ])("is not well formed with %s", (_, events) =>
    expect(facts(...events)).toMatchObject({ wellFormed: false, error: false }),
  );

  it.each([
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
    'data: {"type":"error","error":{}}\n\n',
    "event: error\ndata: nonsense\n\n",
  ])("tells an error: %j", (error) => {
    expect(facts(start(), ...hello(), error)).toMatchObject({ error: true, terminal: false });
  });

  it.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["tool_use", "tool_calls"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", "refusal"],
    ["pause_turn", "unfinished"],
    [null, "unfinished"],
    ["compaction", "other"],
    ["constructor", "other"],
  ])("stop reason %j is %s, in either form", (reason, finish) => {
    expect(facts(start(), ...hello(), close(reason), done).choices[0]?.finish).toBe(finish);
    expect(fromJson(message([{ type: "text", text: "a" }], { stop_reason: reason })).facts.choices[0]?.finish).toBe(
      finish,
    );
  });

  it("takes the greater of two counts, and adds what Anthropic leaves out of its input", () => {
    const first = { input_tokens: 5, cache_read_input_tokens: 8, cache_creation: { ephemeral_1h_input_tokens: 2 } };
    const last = { usage: { input_tokens: 0, output_tokens: 7, cache_read_input_tokens: null } };
    expect(facts(start({ usage: first }), ...hello(), close("end_turn", last), done).usage).toEqual({
      inputTokens: 15,
      cachedInputTokens: 8,
      cacheWriteTokens: 2,
      hourWriteTokens: 2,
      outputTokens: 7,
      reasoningTokens: 0,
    });
  });

  it("takes thought alone for no content", () => {
    expect(facts(start(), ...block({ type: "thinking", thinking: "hm" }), ...ended).choices[0]?.hasContent).toBe(false);
  });

  it("forgets the content but not the end, the model and the usage", () => {
    const { recorder } = recordingOf(streamOf(start()));
    recorder.stopRecording();
    recorder.push(new TextEncoder().encode(streamOf(...hello(), ...ended)));
    expect(recorder.facts()).toMatchObject({
      terminal: true,
      choices: [],
      usage: { outputTokens: 7 },
      model: "claude-sonnet-4-5",
    });
  });
});

describe("the message that is put together", () => {
  const content = (...events: readonly Event[]) => assembled(start(), ...events, ...ended).content;

  it("leaves an input that does not parse as the text that it is, and tells it", () => {
    expect(content(...block(tool, json('{"a":'), json("[1")))).toEqual([{ ...tool, input: '{"a":[1' }]);
    expect(facts(start(), ...block(tool, json('{"a":')), ...ended).choices[0]?.toolCalls).toEqual([
      { name: "f", arguments: '{"a":' },
    ]);
    expect(facts(start(), ...block(tool, json('{"a":1,"a":2}')), ...ended).choices[0]?.toolCalls[0]?.arguments).toBe(
      '{"a":1,"a":2}',
    );
  });

  it("keeps an input that was there from the start, unless pieces come", () => {
    expect(content(...block({ ...tool, input: { a: 1 } }, json("")))).toEqual([{ ...tool, input: { a: 1 } }]);
    expect(content(...block({ ...tool, input: { a: 1 } }, json('{"b":2}')))).toEqual([{ ...tool, input: { b: 2 } }]);
  });

  it("keeps keys that look like parts of a prototype", () => {
    const [call] = content(...block(tool, json('{"__proto__":{"a":1},"constructor":2}')));
    expect(JSON.stringify(call.input)).toBe('{"__proto__":{"a":1},"constructor":2}');
  });

  it("takes blocks that come side by side, a fallback's model, and what the end of a stream adds", () => {
    const side = [
      begin(0, { type: "text", text: "" }),
      begin(1, { type: "text", text: "" }),
      grow(1, { type: "text_delta", text: "b" }),
      grow(0, { type: "text_delta", text: "a" }),
      stop(1),
      stop(0),
    ];
    expect(content(...side)).toMatchObject([{ text: "a" }, { text: "b" }]);
    const fallback = { type: "fallback", from: { model: "a" }, to: { model: "claude-x" } };
    expect(assembled(start(), ...block(fallback), ...ended).model).toBe("claude-x");
    expect(assembled(start(), ...hello(), close(), { ...done, metrics: { n: 1 } }).metrics).toEqual({ n: 1 });
  });
});
