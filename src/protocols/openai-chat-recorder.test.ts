import { describe, expect, it } from "vitest";
import { OpenAiChatRecorder } from "./openai-chat-recorder.ts";
import { bytes, text as textOf } from "./openai-chat-samples.ts";
import { EventTooLargeError } from "./sse.ts";

const text = (value: Uint8Array | undefined) => value && textOf(value);
const event = (chunk: unknown) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`;
const chunk = (delta: object, more: object = {}, top: object = {}) => ({
  id: "c1",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
  ...top,
});
const finish = (reason: string, top: object = {}) => chunk({}, { finish_reason: reason }, top);
const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
const usageChunk = { id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage };

function record(...events: readonly unknown[]) {
  const recorder = new OpenAiChatRecorder({ maxEventBytes: 10_000 });
  const items = recorder.push(bytes(events.map(event).join("")));
  recorder.end();
  return { recorder, items, facts: recorder.facts(), body: text(recorder.recording().body) };
}

const recorded = (...events: readonly unknown[]) => record(...events, "[DONE]").facts;

describe("facts of a stream", () => {
  it("S13: a tool call whose arguments break off is told as it came", () => {
    const call = { index: 0, id: "a", type: "function", function: { name: "f", arguments: '{"x":' } };
    const facts = recorded(chunk({ role: "assistant", tool_calls: [call] }), finish("tool_calls"));
    expect(facts).toMatchObject({ wellFormed: true, terminal: true });
    expect(facts.choices).toMatchObject([{ finish: "tool_calls", toolCalls: [{ name: "f", arguments: '{"x":' }] }]);
  });

  it("S15: one of three choices that broke off is told", () => {
    const of = (index: number, reason: string | null) => ({
      ...finish("x"),
      choices: [{ index, delta: { content: "a" }, finish_reason: reason }],
    });
    const finishes = (...events: readonly unknown[]) => recorded(...events).choices.map((choice) => choice.finish);
    expect(finishes(of(0, "stop"), of(1, "length"), of(2, "stop"))).toEqual(["stop", "length", "stop"]);
    expect(finishes(of(0, "stop"), of(1, null), of(2, "stop"))).toEqual(["stop", "unfinished", "stop"]);
  });

  it.each([
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "content_filter"],
    ["tool_calls", "tool_calls"],
    ["function_call", "tool_calls"],
    ["refusal", "refusal"],
    ["", "unfinished"],
    ["eos", "other"],
    ["constructor", "other"],
  ])("finish reason %j is %s", (reason, expected) => {
    expect(recorded(chunk({ content: "a" }), finish(reason)).choices[0]?.finish).toBe(expected);
  });

  it("a finish reason stands although later chunks have none", () => {
    expect(recorded(finish("length"), chunk({}, { finish_reason: null }), finish("")).choices[0]?.finish).toBe(
      "length",
    );
  });

  it("knows the legacy function call, custom tools and audio", () => {
    const legacy = recorded(
      chunk({ function_call: { name: "f", arguments: "" } }),
      chunk({ function_call: { arguments: '{"a"' } }),
      chunk({ function_call: { arguments: ":1}" } }),
    );
    expect(legacy.choices[0]?.toolCalls).toEqual([{ name: "f", arguments: '{"a":1}' }]);
    const custom = recorded(
      chunk({ tool_calls: [{ index: 0, id: "a", type: "custom", custom: { name: "sql", input: "select" } }] }),
      chunk({ tool_calls: [{ index: 0, custom: { input: ' "x"' } }] }),
    );
    expect(custom.choices[0]?.toolCalls).toEqual([{ name: "sql", arguments: JSON.stringify({ input: 'select "x"' }) }]);
    expect(recorded(chunk({ audio: { id: "a", data: "AAAA" } })).choices[0]?.hasContent).toBe(true);
  });

  it("takes reasoning alone, or nothing, for no content", () => {
    expect(recorded(chunk({ reasoning_content: "hm" }), finish("stop")).choices[0]?.hasContent).toBe(false);
    expect(recorded(chunk({ role: "assistant", content: "" }), finish("stop")).choices[0]?.hasContent).toBe(false);
  });

  it("assembles tool calls that repeat their names, or send them empty, or lack an index", () => {
    const call = (fields: object) => chunk({ tool_calls: [fields] });
    const repeated = recorded(
      call({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "" } }),
      call({ index: 0, id: "a", type: "function", function: { name: "f", arguments: "[]" } }),
      call({ index: 0, id: "", type: "function", function: { name: "", arguments: "," } }),
      call({ index: 0, id: null, type: null, function: { name: null, arguments: " " } }),
    );
    expect(repeated.choices[0]?.toolCalls).toEqual([{ name: "f", arguments: "[], " }]);
    const unindexed = recorded(
      call({ id: "a", function: { name: "f", arguments: "{}" } }),
      call({ id: "b", function: { name: "g", arguments: "[" } }),
      call({ function: { arguments: "]" } }),
    );
    expect(unindexed.choices[0]?.toolCalls).toEqual([
      { name: "f", arguments: "{}" },
      { name: "g", arguments: "[]" },
    ]);
  });

  it("names the model that answered, and keeps it when later chunks leave it empty", () => {
    const facts = recorded(
      { ...chunk({}), id: "", model: "", created: 0, choices: [], prompt_filter_results: [] },
      chunk({ content: "a" }, {}, { model: "gpt-x-0613" }),
      chunk({}, {}, { model: "" }),
    );
    expect(facts.model).toBe("gpt-x-0613");
  });

  it.each([
    ["no JSON", "{"],
    ["a duplicate key", '{"choices":[],"choices":[]}'],
    ["an array", []],
    ["null", null],
    ["no choices", { id: "c1" }],
    ["choices that are no array", { choices: {} }],
    ["a choice that is no object", { choices: [1] }],
    ["a delta that is no object", { choices: [{ index: 0, delta: "a" }] }],
    ["content that is no text", chunk({ content: 1 })],
    ["a refusal that is no text", chunk({ refusal: [] })],
    ["tool calls that are no array", chunk({ tool_calls: {} })],
    ["a tool call that is no object", chunk({ tool_calls: ["f"] })],
    ["a tool call without a name", chunk({ tool_calls: [{ index: 0, function: { arguments: "{}" } }] })],
    ["arguments that are no text", chunk({ tool_calls: [{ index: 0, function: { name: "f", arguments: {} } }] })],
    ["a tool call of an unknown kind", chunk({ tool_calls: [{ index: 0, type: "search", search: {} }] })],
    ["an index below 0", { choices: [{ index: -1, delta: {} }] }],
    ["a finish reason that is no text", chunk({}, { finish_reason: 1 })],
    ["empty data", ""],
  ])("%s is not well formed, and passed on", (_, bad) => {
    const { facts, items } = record(chunk({ content: "a" }), bad, finish("stop"), "[DONE]");
    expect([facts.wellFormed, facts.terminal, facts.error]).toEqual([false, true, false]);
    expect(text(items[1]?.bytes)).toBe(event(bad));
  });

  it("U4: a stream with no choice at all is not well formed", () => {
    expect(recorded()).toMatchObject({ wellFormed: false, terminal: true, choices: [] });
    expect(recorded(usageChunk)).toMatchObject({ wellFormed: false, choices: [] });
  });

  it("invalid UTF-8 is not well formed, and passed on as it came", () => {
    const recorder = new OpenAiChatRecorder({ maxEventBytes: 1000 });
    const [before, after] = event(chunk({ content: "@" })).split("@") as [string, string];
    const bad = Uint8Array.of(...bytes(before), 0xf0, 0x9f, ...bytes(after));
    const items = recorder.push(Uint8Array.of(...bad, ...bytes(event(finish("stop")) + event("[DONE]"))));
    expect([...(items[0]?.bytes ?? [])]).toEqual([...bad]);
    expect(recorder.facts()).toMatchObject({ wellFormed: false, terminal: true });
  });
});

describe("S9: an error inside the stream", () => {
  it.each([
    ["in the words of OpenAI", event({ error: { message: "overloaded", type: "server_error" } })],
    [
      "beside choices",
      event(chunk({ content: "" }, { finish_reason: "error" }, { error: { code: 502, message: "x" } })),
    ],
    ["within a choice", event(chunk({ content: "" }, { error: { code: 502, message: "x" } }))],
    ["in the words of vLLM", event({ object: "error", message: "x", code: 500 })],
    ["as an event of its own", "event: error\ndata: it broke\n\n"],
  ])("%s is told and passed on", (_, failure) => {
    const recorder = new OpenAiChatRecorder({ maxEventBytes: 1000 });
    const items = recorder.push(bytes(event(chunk({ content: "a" })) + failure));
    recorder.end();
    expect(text(items[1]?.bytes)).toBe(failure);
    expect(recorder.facts()).toMatchObject({ error: true, terminal: false });
  });

  it("is not a null where an error could stand", () => {
    expect(recorded(chunk({ content: "a" }, {}, { error: null })).error).toBe(false);
  });
});

describe("what is passed on but not recorded", () => {
  it("S20: comments and pings", () => {
    const recorder = new OpenAiChatRecorder({ maxEventBytes: 1000 });
    const items = recorder.push(
      bytes(`: keep-alive\n\n${event(chunk({ content: "a" }))}event: ping\n\n:\n${event("[DONE]")}`),
    );
    expect(items.map((item) => text(item.bytes))).toEqual([
      ": keep-alive\n\n",
      event(chunk({ content: "a" })),
      "event: ping\n\n",
      ":\n\n",
      event("[DONE]"),
    ]);
    expect(items.every((item) => item.lean === item.bytes)).toBe(true);
    expect(text(recorder.recording().body)).toBe(event(chunk({ content: "a" })) + event("[DONE]"));
    expect(recorder.size).toBe(recorder.recording().body.length);
  });

  it("junk after [DONE] is neither, in the same chunk or a later one", () => {
    const { recorder, items, body } = record(
      chunk({ content: "a" }),
      finish("stop"),
      "[DONE]",
      "{",
      { error: {} },
      "[DONE]",
    );
    expect(items).toHaveLength(3);
    expect(recorder.push(new Uint8Array(20_000))).toEqual([]);
    expect(recorder.facts()).toMatchObject({ wellFormed: true, error: false, terminal: true });
    expect(body?.endsWith("}\n\ndata: [DONE]\n\n")).toBe(true);
  });

  it("an unfinished [DONE] is not terminal", () => {
    for (const last of ["data: [DONE]", "data: [DONE]\n", "data: [DON\n\n", "[DONE]\n\n", "event: [DONE]\n\n"]) {
      const recorder = new OpenAiChatRecorder({ maxEventBytes: 1000 });
      recorder.push(bytes(event(finish("stop")) + last));
      recorder.end();
      expect(recorder.facts().terminal).toBe(false);
    }
  });

  it("an event beyond the limit breaks the stream after what came before it", () => {
    const recorder = new OpenAiChatRecorder({ maxEventBytes: 200 });
    const items = recorder.push(bytes(event(chunk({ content: "a" })) + event(chunk({ content: "b".repeat(200) }))));
    expect(items).toHaveLength(1);
    expect(() => recorder.push(bytes(event("[DONE]")))).toThrow(EventTooLargeError);
    expect(() => recorder.push(bytes(event("[DONE]")))).toThrow(/more than 200 bytes/);
    expect(recorder.facts()).toMatchObject({ wellFormed: false, terminal: false });
    const other = new OpenAiChatRecorder({ maxEventBytes: 200 });
    expect(() => other.push(bytes("b".repeat(201)))).toThrow(EventTooLargeError);
  });
});

describe("the items of a reader who did not ask for usage", () => {
  const lean = (...events: readonly unknown[]) => record(...events).items.map((item) => text(item.lean));

  it("lack the chunk with usage and no choices", () =>
    expect(lean(usageChunk, "[DONE]")).toEqual([undefined, event("[DONE]")]));

  it("lack null usage, wherever it stands, and are otherwise the bytes of the origin", () => {
    const plain = '{ "id" : "c1", "choices":[{"index":0,"delta":{"content":"\\u00e9 \\"usage\\":null,"}}]';
    expect(lean(`${plain},"usage":null}`)).toEqual([event(`${plain}}`)]);
    expect(lean(`${plain} , "usage" : null , "x":1.50}`)).toEqual([event(`${plain} , "x":1.50}`)]);
    expect(lean(`{"usage":null,${plain.slice(1)}}`)).toEqual([event(`{${plain.slice(1).trim()}}`)]);
    expect(lean('{"usage":null}')).toEqual([event("{}")]);
  });

  it("keep the chunk of a content filter, which has no choices either", () => {
    expect(lean({ choices: [], prompt_filter_results: [], usage: null })).toEqual([
      event({ choices: [], prompt_filter_results: [] }),
    ]);
  });

  it("keep usage on a chunk with choices: it does not come of asking", () => {
    const last = finish("stop", { usage });
    expect(lean(last)).toEqual([event(last)]);
  });

  it("are the same objects where there is no usage of the chunk itself", () => {
    const { items } = record(
      chunk({ content: "a" }),
      chunk({ content: 'say "usage"' }, {}, { x: { usage: null } }),
      "[DONE]",
    );
    for (const item of items) expect(item.lean).toBe(item.bytes);
  });

  it("keep the event's name and lines", () => {
    const recorder = new OpenAiChatRecorder({ maxEventBytes: 1000 });
    const [item] = recorder.push(bytes('id: 1\nevent: x\ndata: {"choices":[],\ndata: "usage":null}\n\n'));
    expect(text(item?.lean)).toBe('event: x\nid: 1\ndata: {"choices":[]}\n\n');
  });
});

describe("stopRecording", () => {
  it("forgets what was kept but still tells usage, errors and the end", () => {
    const recorder = new OpenAiChatRecorder({ maxEventBytes: 1000 });
    recorder.push(bytes(event(chunk({ content: "a" }))));
    recorder.stopRecording();
    recorder.push(bytes(event(finish("stop")) + event(usageChunk) + event("[DONE]")));
    expect(recorder.size).toBe(0);
    expect(recorder.facts()).toEqual({
      wellFormed: false,
      error: false,
      terminal: true,
      model: "m",
      usage: { inputTokens: 1, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 },
      choices: [],
    });
    expect(() => recorder.recording()).toThrow();
  });
});
