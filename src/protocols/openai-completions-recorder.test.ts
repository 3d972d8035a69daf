import { describe, expect, it } from "vitest";
import { openAiCompletions } from "./openai-completions.ts";
import { assembled, bytes, completion, event, fromJson, piece, recorded, text } from "./openai-completions-samples.ts";

describe("facts of JSON", () => {
  it.each([
    ["<html>", "<html></html>"],
    ["null", "null"],
    ["the answers of several prompts as an array", [completion()]],
    ["no choices", "{}"],
    ["empty choices", { choices: [] }],
    ["a choice that is no object", { choices: [1] }],
    ["no text", { choices: [{ index: 0, finish_reason: "stop" }] }],
    ["text that is none", completion({ text: 1 })],
    ["the answer of a chat", { choices: [{ message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] }],
    ["a finish reason that is no text", completion({ finish_reason: 1 })],
    ["two choices of one index", { choices: [...completion().choices, ...completion().choices] }],
  ])("U4: %s is not well formed", (_, json) => {
    expect(fromJson(json).facts).toMatchObject({ wellFormed: false, error: false });
  });

  it("U4: an error is told", () => {
    expect(fromJson({ error: { message: "x" } }).facts).toMatchObject({ error: true, wellFormed: false });
    expect(fromJson({ object: "error", message: "x" }).facts.error).toBe(true);
    expect(fromJson(completion({}, { error: null })).facts).toMatchObject({ error: false, wellFormed: true });
  });

  it("U4: an empty text is no content", () => {
    expect(fromJson(completion({ text: "" })).facts).toMatchObject({
      wellFormed: true,
      choices: [{ hasContent: false, text: "" }],
    });
  });

  it("a body that breaks off is not terminal", () => {
    const json = JSON.stringify(completion({ text: "ü" }));
    for (let at = 0; at < json.length; at++) expect(fromJson(json.slice(0, at)).facts.terminal).toBe(false);
    expect(fromJson(json).facts.terminal).toBe(true);
  });
});

describe("facts of a stream", () => {
  it.each([
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "content_filter"],
    ["", "unfinished"],
    ["eos", "other"],
    ["constructor", "other"],
  ])("finish reason %j is %s", (finish_reason, expected) => {
    expect(recorded(piece("a"), piece("", { finish_reason })).facts.choices[0]?.finish).toBe(expected);
  });

  it("S15: one of three choices that broke off is told, in whatever order they come", () => {
    const { choices } = recorded(
      piece("c", { index: 2 }),
      piece("a", { finish_reason: "stop" }),
      piece("b", { index: 1 }),
      piece("", { index: 2, finish_reason: "stop" }),
    ).facts;
    expect(choices.map(({ text, finish }) => [text, finish])).toEqual([
      ["a", "stop"],
      ["b", "unfinished"],
      ["c", "stop"],
    ]);
  });

  it("several choices may come in one chunk, and a text may be left out or null", () => {
    const { facts } = recorded(
      { model: "m", choices: [{ text: "a" }, { index: 1, text: "b" }] },
      {
        choices: [
          { text: null, finish_reason: "stop" },
          { index: 1, finish_reason: "stop" },
        ],
      },
    );
    expect(facts).toMatchObject({ wellFormed: true, choices: [{ text: "a" }, { text: "b" }] });
  });

  it.each([
    ["no JSON", "{"],
    ["a duplicate key", '{"choices":[],"choices":[]}'],
    ["an array", []],
    ["no choices", { id: "c1" }],
    ["a choice that is no object", { choices: [1] }],
    ["a text that is none", piece(1)],
    ["an index below 0", piece("a", { index: -1 })],
    ["a finish reason that is no text", piece("a", { finish_reason: 1 })],
    ["empty data", ""],
  ])("%s is not well formed, and passed on", (_, bad) => {
    const { facts, items } = recorded(piece("a"), bad, piece("", { finish_reason: "stop" }));
    expect([facts.wellFormed, facts.terminal, facts.error]).toEqual([false, true, false]);
    expect(text(items[1]?.bytes ?? bytes(""))).toBe(event(bad));
  });

  it.each([
    ["an error in place of a chunk, as vLLM sends it before the end", { error: { message: "out of memory" } }],
    ["an error of the older vLLM", { object: "error", message: "x", choices: [] }],
    ["an error within a choice", piece("a", { error: { code: 502 } })],
  ])("S6: %s is told and passed on", (_, failed) => {
    const { facts, items } = recorded(piece("a"), failed);
    expect([facts.error, facts.terminal]).toEqual([true, true]);
    expect(text(items[1]?.bytes ?? bytes(""))).toBe(event(failed));
  });

  it("S6: an event named error is one, whatever it says", () => {
    const recorder = openAiCompletions.recordStream({ maxEventBytes: 1000 });
    recorder.push(bytes(`${event(piece("a"))}event: error\n${event({ choices: [] })}`));
    expect(recorder.facts()).toMatchObject({ error: true, terminal: false });
  });
});

describe("chunks put together", () => {
  const logprobs = (tokens: readonly string[], tops: readonly unknown[] | null) => ({
    tokens,
    token_logprobs: tokens.map(() => -0.5),
    top_logprobs: tops,
    text_offset: tokens.map((_, at) => at),
  });

  it("have the log probabilities of all, and tokens that look like fields stay apart", () => {
    const top = { index: 0, type: -1 };
    const [choice] = assembled(
      piece("index", { logprobs: logprobs(["index"], [top]) }),
      piece(" a b", { logprobs: logprobs([" a", " b"], [{ index: 0, x: -2 }, null]) }),
      piece("", { finish_reason: "stop" }),
    ).choices;
    expect(choice.logprobs).toEqual({
      tokens: ["index", " a", " b"],
      token_logprobs: [-0.5, -0.5, -0.5],
      top_logprobs: [top, { index: 0, x: -2 }, null],
      text_offset: [0, 0, 1],
    });
  });

  it("keep what nobody knows: lists grow, of all else the last value stands", () => {
    const [choice] = assembled(
      piece("a", { token_ids: [1], prompt_token_ids: [7, 8], stop_reason: null, nested: { list: [1], name: "x" } }),
      piece("b", { token_ids: [2, 2], prompt_token_ids: null, stop_reason: null, nested: { list: [2], name: "y" } }),
      piece("", { token_ids: [], stop_reason: 128_001, finish_reason: "stop" }),
    ).choices;
    expect(choice).toEqual({
      text: "ab",
      index: 0,
      logprobs: null,
      token_ids: [1, 2, 2],
      prompt_token_ids: [7, 8],
      stop_reason: 128_001,
      nested: { list: [1, 2], name: "y" },
      finish_reason: "stop",
    });
  });

  it("have the usage of the last chunk that has some, and what stands at the top", () => {
    const usage = (completion_tokens: number) => ({ prompt_tokens: 1, completion_tokens });
    const last = piece("", { finish_reason: "stop" }, { usage: usage(2), timings: { predicted_n: 2 } });
    expect(assembled(piece("a", {}, { usage: usage(1) }), last)).toMatchObject({
      object: "text_completion",
      usage: usage(2),
      timings: { predicted_n: 2 },
    });
  });
});
