import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gemini } from "./gemini.ts";
import {
  candidate,
  chunksOf,
  finished,
  fromJson,
  recordingOf,
  sse,
  streamed,
  text,
  whole,
  zero,
} from "./gemini-samples.ts";

const identity = { modelVersion: "gemini-2.5-flash", responseId: "r1" };
const usageMetadata = { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 };

describe("JSON as a stream", () => {
  it("has text in several chunks, the finish reason and usage with the last, the identity on each", () => {
    const long = "Déjà vu 🌊 ".repeat(30).trimEnd();
    const sources = { groundingMetadata: { webSearchQueries: ["q"] }, avgLogprobs: -0.5 };
    const chunks = chunksOf(streamed({ ...finished(long, sources), usageMetadata, ...identity }));
    expect(chunks.length).toBeGreaterThan(3);
    const last = chunks.at(-1);
    expect(last).toMatchObject({ candidates: [{ finishReason: "STOP", ...sources }], usageMetadata });
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ candidates: [{ content: { role: "model" }, index: 0 }], ...identity });
      if (chunk === last) continue;
      expect([chunk.usageMetadata, chunk.candidates[0].finishReason, chunk.candidates[0].avgLogprobs]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
    expect(chunks.map((chunk) => chunk.candidates[0].content.parts[0].text).join("")).toBe(long);
  });

  it("sends each call whole, and thoughts before the answer", () => {
    const parts = [
      { text: "hm", thought: true },
      { text: "Hi" },
      { functionCall: { name: "f", args: { a: 1 } }, thoughtSignature: "s" },
      { functionCall: { name: "f", args: { a: 2 } } },
    ];
    const chunks = chunksOf(streamed({ candidates: [candidate(parts, { finishReason: "STOP" })] }));
    expect(chunks.map((chunk) => chunk.candidates[0].content.parts)).toEqual(parts.map((part) => [part]));
  });

  it("is one chunk where there is no candidate, or none with parts", () => {
    for (const json of [
      { promptFeedback: { blockReason: "SAFETY" }, usageMetadata, ...identity },
      { candidates: [], promptFeedback: { blockReason: "SAFETY" } },
      { candidates: [{ finishReason: "SAFETY", index: 0 }] },
      { candidates: [{ content: { role: "model" }, finishReason: "MAX_TOKENS" }], usageMetadata },
      { candidates: [{ content: { parts: [] }, finishReason: "STOP" }] },
    ]) {
      expect(chunksOf(streamed(json))).toEqual([json]);
    }
  });

  it("keeps numbers that no double can hold", () => {
    expect(streamed('{"candidates":[{"finishReason":"STOP","tokenCount":123456789012345678901}]}')).toContain(
      '"tokenCount":123456789012345678901',
    );
  });
});

describe("usage", () => {
  it("is zero where the view says so, and nothing else changes", () => {
    const traffic = { ...usageMetadata, trafficType: "ON_DEMAND", promptTokensDetails: [{ tokenCount: 3 }] };
    const none = {
      promptTokenCount: 0,
      candidatesTokenCount: 0,
      totalTokenCount: 0,
      trafficType: "ON_DEMAND",
      promptTokensDetails: [{ tokenCount: 0 }],
    };
    const json = { ...finished("a 1"), usageMetadata: traffic };
    const { recording } = recordingOf(`: hi\n\nid: 7\n${sse(finished("a ", { tokenCount: 4 }), json)}`);
    expect(text(gemini.replayEvents(recording, zero))).toBe(
      `id: 7\n${sse(finished("a ", { tokenCount: 4 }), { ...json, usageMetadata: none })}`,
    );
    expect(JSON.parse(text(gemini.replayJson(fromJson(json).recording, zero)))).toEqual({
      ...json,
      usageMetadata: none,
    });
  });
});

describe("whatever the fields", () => {
  const value = fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme" });
  const name = fc.string({ unit: "grapheme", maxLength: 5 });
  const others = (...taken: readonly string[]) =>
    fc.dictionary(
      name.filter((key) => !taken.includes(key)),
      value,
      { maxKeys: 3 },
    );
  const words = fc.string({ unit: "grapheme", maxLength: 200 });
  const part = fc.oneof(
    fc.record({ text: words }),
    fc.record({ text: words, thought: fc.boolean() }),
    fc.record({ text: words, thoughtSignature: fc.string() }),
    fc.record({
      functionCall: fc.record({ name: fc.constant("f"), args: others(), id: words }, { requiredKeys: ["name"] }),
    }),
    fc.record({ inlineData: others(), thought: fc.boolean() }, { requiredKeys: ["inlineData"] }),
    others("text", "functionCall"),
  );
  const content = fc
    .tuple(
      others("parts", "role"),
      fc.record({ parts: fc.array(part, { maxLength: 5 }), role: fc.constant("model") }, { requiredKeys: [] }),
    )
    .map(([more, known]) => ({ ...more, ...known }));
  const one = fc
    .tuple(
      others("content", "index", "finishReason"),
      content,
      fc.constantFrom("STOP", "MAX_TOKENS", "SAFETY"),
      fc.boolean(),
    )
    .map(([more, said, finishReason, isSilent]) => ({ ...more, ...(isSilent ? {} : { content: said }), finishReason }));
  const body = fc
    .tuple(
      others("candidates", "usageMetadata", "error"),
      fc.array(one, { minLength: 1, maxLength: 3 }),
      fc.option(others()),
    )
    .map(([more, candidates, usage]) => ({
      ...more,
      candidates: candidates.map((fields, index) => (index === 0 ? fields : { ...fields, index })),
      ...(usage === null ? {} : { usageMetadata: usage }),
      ...identity,
    }));

  it("nothing is lost on the way to events and back", () => {
    fc.assert(
      fc.property(body, (json) => {
        const { recording, facts } = recordingOf(gemini.replayEvents(fromJson(json).recording, whole));
        expect(facts).toEqual(fromJson(json).facts);
        expect(JSON.parse(text(gemini.replayJson(recording, whole)))).toEqual(JSON.parse(JSON.stringify(json)));
      }),
      { seed: 7, numRuns: 400 },
    );
  });
});
