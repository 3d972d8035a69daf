import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openAiCompletions } from "./openai-completions.ts";
import {
  bytes,
  chunksIn,
  completion,
  event,
  fromJson,
  lean,
  piece,
  recordingOf,
  streamed,
  text,
  whole,
} from "./openai-completions-samples.ts";

const choicesIn = (stream: string) => chunksIn(stream).flatMap((chunk) => chunk.choices);

describe("JSON as a stream", () => {
  it("has text, a finish reason, usage for those who asked, and the end", () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const json = completion({}, { usage, system_fingerprint: "fp" });
    const envelope = { id: "cmpl-1", object: "text_completion", created: 1, model: "m", system_fingerprint: "fp" };
    const expected = [
      { ...envelope, choices: [{ text: "Hi", index: 0, logprobs: null, finish_reason: null }] },
      { ...envelope, choices: [{ text: "", index: 0, logprobs: null, finish_reason: "stop" }] },
    ];
    expect(chunksIn(streamed(json, lean))).toEqual(expected);
    expect(chunksIn(streamed(json))).toEqual([
      ...expected.map((chunk) => ({ ...chunk, usage: null })),
      { ...envelope, choices: [], usage },
    ]);
    expect(streamed(json).endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("sends a long text in pieces, each choice with its index", () => {
    const texts = [`${"word ".repeat(50)}${"長".repeat(100)}`, "👩‍🚀".repeat(40)];
    const pieces = choicesIn(streamed({ choices: texts.map((text) => ({ text, finish_reason: "stop" })) }));
    for (const [index, text] of texts.entries()) {
      const own = pieces.filter((piece) => piece.index === index);
      expect(own.map((piece) => piece.text).join("")).toBe(text);
      expect(own.length).toBeGreaterThan(3);
      expect(own.every((piece) => piece.text.length <= 64 && piece.text.isWellFormed())).toBe(true);
      expect(own.map((piece) => piece.finish_reason)).toEqual([...own.slice(1).map(() => null), "stop"]);
    }
  });

  const logprobs = {
    tokens: ["He", "llo", " 🌊"],
    token_logprobs: [null, -1, -2],
    top_logprobs: [null, { llo: -1 }, { " 🌊": -2 }],
    text_offset: [0, 2, 5],
  };

  it("sends each token with its own log probabilities", () => {
    const sent = choicesIn(streamed(completion({ text: "Hello 🌊", logprobs })));
    expect(sent.map(({ text, logprobs }) => [text, logprobs])).toEqual([
      ["He", { tokens: ["He"], token_logprobs: [null], top_logprobs: [null], text_offset: [0] }],
      ["llo", { tokens: ["llo"], token_logprobs: [-1], top_logprobs: [{ llo: -1 }], text_offset: [2] }],
      [" 🌊", { tokens: [" 🌊"], token_logprobs: [-2], top_logprobs: [{ " 🌊": -2 }], text_offset: [5] }],
      ["", null],
    ]);
    const bare = choicesIn(streamed(completion({ text: "Hello 🌊", logprobs: { ...logprobs, top_logprobs: null } })));
    expect(bare.map((choice) => choice.logprobs?.top_logprobs)).toEqual([null, null, null, undefined]);
  });

  it("sends what is no list among log probabilities once", () => {
    const more = { ...logprobs, refused: { list: [1] } };
    const stream = streamed(completion({ text: "Hello 🌊", logprobs: more }));
    expect(choicesIn(stream).map((choice) => choice.logprobs?.refused)).toEqual([{ list: [1] }, ...Array(3)]);
    const again = openAiCompletions.replayJson(recordingOf(stream).recording, whole);
    expect(JSON.parse(text(again)).choices[0].logprobs).toEqual(more);
  });

  it("sends many tokens in a thousand pieces at most", () => {
    const tokens = Array.from({ length: 2_500 }, (_, at) => ` ${at}`);
    const sent = choicesIn(streamed(completion({ text: tokens.join(""), logprobs: { tokens } })));
    expect(sent.length).toBeLessThanOrEqual(1_001);
    expect(sent.flatMap((choice) => choice.logprobs?.tokens ?? [])).toEqual(tokens);
  });

  it.each([
    ["tokens that do not make up the text", { ...logprobs, tokens: ["bytes:\\xf0", "b", "c"] }],
    ["lists of unlike length", { ...logprobs, text_offset: [0] }],
    ["a token that is no text", { tokens: ["Hello", " 🌊", null] }],
    ["no tokens", { content: [{ token: "Hello 🌊", logprob: -1 }] }],
    ["nothing known", "x"],
  ])("sends log probabilities once, with the first piece: %s", (_, given) => {
    const sent = choicesIn(streamed(completion({ text: "Hello 🌊", logprobs: given })));
    expect(sent.map((choice) => [choice.text, choice.logprobs])).toEqual([
      ["Hello 🌊", given],
      ["", null],
    ]);
  });

  it("sends what is said of the prompt and the reasoning first, the rest last, and what stands at the top once", () => {
    const json = completion(
      { prompt_logprobs: [null], stop_reason: ".", reasoning: "hm", token_ids: [1], logprobs: undefined },
      { kv_transfer_params: null, citations: ["x"] },
    );
    const stream = streamed(json);
    expect(choicesIn(stream)).toEqual([
      { text: "", index: 0, prompt_logprobs: [null], reasoning: "hm", finish_reason: null },
      { text: "Hi", index: 0, finish_reason: null },
      { text: "", index: 0, stop_reason: ".", token_ids: [1], finish_reason: "stop" },
    ]);
    expect(stream.match(/"citations":\["x"\]/g)).toHaveLength(1);
  });

  const value = fc.jsonValue({ maxDepth: 3, stringUnit: "grapheme" });
  const string = fc.string({ unit: "grapheme", maxLength: 200 });
  const without = (...names: readonly string[]) =>
    fc.dictionary(
      fc.string({ unit: "grapheme" }).filter((name) => !names.includes(name)),
      value,
      { maxKeys: 4 },
    );
  const ofTokens = fc
    .array(fc.tuple(string, fc.option(fc.double({ noNaN: true })), fc.option(without())))
    .map((list) => ({
      text: list.map(([token]) => token).join(""),
      logprobs: {
        tokens: list.map(([token]) => token),
        token_logprobs: list.map(([, logprob]) => (Number.isFinite(logprob) ? logprob : null)),
        top_logprobs: list.map(([, , top]) => top),
      },
    }));
  const ofAny = fc.record({ text: string, logprobs: fc.option(value) }, { requiredKeys: ["text"] });
  const choice = fc.record(
    {
      written: fc.oneof(ofTokens, ofAny),
      finish_reason: fc.option(fc.constantFrom("stop", "length", "content_filter", "other")),
      rest: without("index", "text", "logprobs", "finish_reason"),
      token_ids: fc.array(fc.nat()),
      prompt_logprobs: fc.option(fc.array(fc.option(without()))),
      reasoning_details: fc.array(fc.record({ index: fc.nat(2), type: fc.constantFrom("a", "b"), text: string })),
    },
    { requiredKeys: ["written", "finish_reason", "rest"] },
  );
  const body = fc
    .record({
      choices: fc.array(choice, { minLength: 1, maxLength: 3 }),
      rest: without("object", "choices", "usage", "obfuscation"),
      usage: fc.option(without()),
    })
    .map(({ choices, rest, usage }) => ({
      ...rest,
      object: "text_completion",
      choices: choices.map(({ written, rest: more, ...known }, index) => ({ ...more, ...written, index, ...known })),
      ...(Object.keys(rest).length % 2 === 0 && { usage }),
    }));

  it("loses nothing on the way to events and back, whatever the fields", () => {
    fc.assert(
      fc.property(body, (json) => {
        const played = openAiCompletions.replayEvents(fromJson(json).recording, whole);
        const { recording, facts } = recordingOf(played);
        expect(facts.terminal).toBe(true);
        expect(facts).toEqual(fromJson(json).facts);
        expect(JSON.parse(text(openAiCompletions.replayJson(recording, whole)))).toEqual(
          JSON.parse(JSON.stringify(json)),
        );
        expect(text(openAiCompletions.replayEvents(recording, lean))).toBe(streamed(json, lean));
      }),
      { seed: 11, numRuns: 400 },
    );
  });

  it("writes out what the stream cannot leave out", () => {
    const json = { id: "c1", object: "x", obfuscation: "o", choices: [{ text: null }] };
    const again = openAiCompletions.replayJson(recordingOf(streamed(json)).recording, whole);
    expect(JSON.parse(text(again))).toEqual({
      id: "c1",
      object: "text_completion",
      choices: [{ text: "", index: 0, finish_reason: null }],
    });
  });
});

describe("a stream played again", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  const chunks = [
    piece("a", { token_ids: null }, { usage: null }),
    piece("", { finish_reason: "stop" }, { usage: null }),
    { id: "cmpl-1", choices: [], usage },
  ];
  const stream = `${[...chunks, "[DONE]"].map(event).join("")}`;

  it("is byte for byte what was received, and has usage only for those who asked", () => {
    const { recording, items } = recordingOf(bytes(stream));
    const played = (view: typeof whole) => text(openAiCompletions.replayEvents(recording, view));
    expect(played(whole)).toBe(stream);
    const without = stream.replaceAll(',"usage":null', "").replace(event(chunks[2]), "");
    expect(played(lean)).toBe(without);
    expect(items.map((item) => text(item.lean ?? bytes(""))).join("")).toBe(without);
    expect(JSON.parse(text(openAiCompletions.replayJson(recording, lean))).usage).toEqual(usage);
  });

  it("keeps usage on chunks with choices, since it does not come of asking", () => {
    const unasked = `${event(piece("a", { finish_reason: "stop" }, { usage }))}${event("[DONE]")}`;
    const { recording } = recordingOf(unasked);
    expect(text(openAiCompletions.replayEvents(recording, lean))).toBe(unasked);
  });
});
