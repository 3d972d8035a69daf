import { describe, expect, it } from "vitest";
import { gemini } from "./gemini.ts";
import {
  assembled,
  bytes,
  candidate,
  factsOf,
  finished,
  fromJson,
  recordingOf,
  said,
  sse,
  text,
  whole,
} from "./gemini-samples.ts";

describe("the end of a stream", () => {
  it("is its proper end, when every candidate has finished", () => {
    expect(factsOf(said("a"), finished("b")).terminal).toBe(true);
    expect(factsOf(said("a"), said("b")).terminal).toBe(false);
    expect(factsOf(said("a", { finishReason: "FINISH_REASON_UNSPECIFIED" })).terminal).toBe(false);
    expect(factsOf(finished("a"), { candidates: [candidate([{ text: "b" }], { index: 1 })] }).terminal).toBe(false);
    expect(factsOf({ usageMetadata: { promptTokenCount: 1 } }).terminal).toBe(false);
    expect(factsOf({ promptFeedback: { blockReason: "SAFETY" } }).terminal).toBe(true);
  });

  it("is no chunk with a finish reason: text may follow, and usage, and sources", () => {
    const chunks = [
      { candidates: [{ content: { parts: [], role: "model" }, finishReason: "STOP", index: 0 }] },
      finished("one "),
      finished("two"),
      { usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2 } },
    ];
    const recorder = gemini.recordStream({ maxEventBytes: 1000 });
    const items = recorder.push(bytes(sse(...chunks)));
    expect(items.map((item) => item.terminal)).toEqual([false, false, false, false]);
    expect(recorder.close?.()).toMatchObject({ terminal: true, bytes: new Uint8Array(0) });
    expect(recorder.facts()).toMatchObject({ choices: [{ text: "one two" }], usage: { outputTokens: 2 } });
    expect(recorder.close?.()).toBeUndefined();
  });

  it("is not within an event, whatever has been said before", () => {
    const recorder = gemini.recordStream({ maxEventBytes: 1000 });
    recorder.push(bytes(`${sse(finished("a"))}data: {"candidates"`));
    expect(recorder.close?.()).toBeUndefined();
    expect(recorder.facts().terminal).toBe(false);
  });

  it("is not an error", () => {
    expect(factsOf(finished("a"), { error: { code: 503, message: "m", status: "UNAVAILABLE" } })).toMatchObject({
      error: true,
      terminal: false,
    });
    expect(recordingOf(`event: error\n${sse("{}")}`).facts.error).toBe(true);
  });
});

describe("what does not fit", () => {
  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["candidates that are no list", { candidates: {} }],
    ["a candidate that is no object", { candidates: [7] }],
    ["an index below 0", { candidates: [{ index: -1, finishReason: "STOP" }] }],
    ["a finish reason that is no text", { candidates: [{ finishReason: 7 }] }],
    ["a content that is no object", { candidates: [{ content: "x", finishReason: "STOP" }] }],
    ["parts that are no list", { candidates: [{ content: { parts: "x" }, finishReason: "STOP" }] }],
    ["a part that is no object", { candidates: [candidate(["x"])] }],
    ["a text that is no text", { candidates: [candidate([{ text: 7 }])] }],
    ["a call without a name", { candidates: [candidate([{ functionCall: { args: {} } }])] }],
    ["arguments that are no object", { candidates: [candidate([{ functionCall: { name: "f", args: "{" } }])] }],
    ["a call in fragments", { candidates: [candidate([{ functionCall: { name: "f", partialArgs: [{}] } }])] }],
  ])("%s is a fact in both forms", (_, chunk) => {
    expect(factsOf(chunk, finished("a")).wellFormed).toBe(false);
    const json = typeof chunk === "string" ? chunk : JSON.stringify(chunk);
    expect(fromJson(json).facts.wellFormed).toBe(false);
  });

  it("two candidates of one index, no candidates at all, an error in a list", () => {
    expect(fromJson({ candidates: [candidate([]), candidate([])] }).facts.wellFormed).toBe(false);
    expect(fromJson({ candidates: [] }).facts.wellFormed).toBe(false);
    expect(fromJson({}).facts.wellFormed).toBe(false);
    expect(fromJson([{ error: { code: 400 } }]).facts.error).toBe(true);
  });
});

describe("the facts of a candidate", () => {
  it.each([
    ["STOP", "stop"],
    ["MAX_TOKENS", "length"],
    ["SAFETY", "content_filter"],
    ["RECITATION", "content_filter"],
    ["BLOCKLIST", "content_filter"],
    ["PROHIBITED_CONTENT", "content_filter"],
    ["SPII", "content_filter"],
    ["IMAGE_SAFETY", "content_filter"],
    ["MALFORMED_FUNCTION_CALL", "other"],
    ["OTHER", "other"],
    ["constructor", "other"],
    ["", "unfinished"],
  ])("%s is %s", (finishReason, finish) => {
    expect(fromJson(said("a", { finishReason })).facts.choices[0]?.finish).toBe(finish);
  });

  it("has no thoughts in its text, and content only where something is said", () => {
    const choice = (...parts: readonly unknown[]) => fromJson({ candidates: [candidate(parts)] }).facts.choices[0];
    expect(choice({ text: "hm", thought: true }, { text: "Hi" })).toMatchObject({ text: "Hi", hasContent: true });
    expect(choice({ text: "hm", thought: true })).toMatchObject({ text: "", hasContent: false });
    expect(choice({ text: "", thoughtSignature: "s" })?.hasContent).toBe(false);
    expect(choice({ inlineData: { mimeType: "image/png", data: "" } })?.hasContent).toBe(true);
    expect(choice({ somethingNew: {} })?.hasContent).toBe(true);
  });
});

describe("chunks put together", () => {
  it("join plain text and nothing else", () => {
    const parts = [
      { text: "a", thought: true },
      { text: "b", thought: true },
      { text: "c" },
      { text: "d" },
      { text: "", thoughtSignature: "s" },
      { text: "e" },
      { functionCall: { name: "f" } },
      { functionCall: { name: "f" } },
      { text: "g" },
      { text: "h", partMetadata: {} },
    ];
    expect(
      assembled(...parts.map((part) => ({ candidates: [candidate([part])] }))).candidates[0].content.parts,
    ).toEqual([
      { text: "ab", thought: true },
      { text: "cd" },
      { text: "", thoughtSignature: "s" },
      { text: "e" },
      { functionCall: { name: "f" } },
      { functionCall: { name: "f" } },
      { text: "g" },
      { text: "h", partMetadata: {} },
    ]);
  });

  it("keep what an early chunk said and a later one does not repeat", () => {
    const sources = { groundingMetadata: { webSearchQueries: ["q"] }, urlContextMetadata: { urlMetadata: [] } };
    const { candidates, usageMetadata, extra } = assembled(
      { ...said("a", sources), usageMetadata: { promptTokenCount: 3, trafficType: "ON_DEMAND" }, extra: [1] },
      { ...finished("b", { index: undefined }), usageMetadata: { candidatesTokenCount: 2 } },
    );
    expect(candidates).toEqual([
      { content: { parts: [{ text: "ab" }], role: "model" }, index: 0, ...sources, finishReason: "STOP" },
    ]);
    expect(usageMetadata).toEqual({ promptTokenCount: 3, trafficType: "ON_DEMAND", candidatesTokenCount: 2 });
    expect(extra).toEqual([1]);
  });

  it("take names of prototypes for names", () => {
    const chunk =
      '{"__proto__":{"a":1},"constructor":1,"candidates":[{"__proto__":[1],"finishReason":"STOP","content":{"parts":[{"text":"x"}],"__proto__":2}}]}';
    const json = text(gemini.replayJson(recordingOf(sse(chunk)).recording, whole));
    expect(json).toContain('"__proto__":{"a":1},"constructor":1');
    expect(json).toContain('"__proto__":[1]');
    expect(json).toContain('"__proto__":2');
  });

  it("are cut off beyond the limit of one event", () => {
    const recorder = gemini.recordStream({ maxEventBytes: 20 });
    expect(() => recorder.push(bytes(sse(finished("a".repeat(40)))))).toThrow(/more than 20 bytes/);
    expect(recorder.close?.()).toBeUndefined();
  });
});
