import { describe, expect, it } from "vitest";
import { completion, fromJson } from "./openai-chat-samples.ts";

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
