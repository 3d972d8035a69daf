import { describe, expect, it } from "vitest";
import { fromPlain, type JsonObject, toPlain } from "../core/canonical-json.ts";
import { openAiChat } from "./openai-chat.ts";
import { CompletionAssembly } from "./openai-chat-assembly.ts";
import { assembled, delta, recordingOf, text, whole } from "./openai-chat-samples.ts";

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

  it("is put together in one go, however many calls and indexed details it has", () => {
    const count = 200_000;
    const callAt = (index: number, id: string) => ({
      index,
      id,
      type: "function",
      function: { name: "f", arguments: "" },
    });
    const calls = Array.from({ length: count }, (_, index) => callAt(index, `i${index}`));
    const details = Array.from({ length: count }, (_, index) => ({ index, type: "t", text: "a" }));
    const nameless = calls.map(({ index: _, ...call }) => ({ ...call, id: `n${call.id}` }));
    const assembly = new CompletionAssembly();
    for (const fields of [
      { tool_calls: calls, reasoning_details: [{ index: -1 }] },
      { tool_calls: nameless, reasoning_details: details },
      { tool_calls: calls, reasoning_details: details },
    ])
      expect(assembly.add(fromPlain(delta(fields)) as JsonObject)).toBe(true);
    const json = toPlain(assembly.completion()) as { choices: { message: Record<string, unknown[]> }[] };
    const { tool_calls = [], reasoning_details = [] } = json.choices[0]?.message ?? {};
    expect([tool_calls.length, reasoning_details.length]).toEqual([2 * count, count + 1]);
    expect(reasoning_details.at(-1)).toEqual({ index: count - 1, type: "t", text: "aa" });
  });
});
