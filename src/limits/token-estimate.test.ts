import { describe, expect, it } from "vitest";
import { estimatedTokens } from "./token-estimate.ts";

const estimate = (request: unknown) => estimatedTokens(Buffer.from(JSON.stringify(request)));
const picture = Buffer.from("iVBOR".repeat(40_000)).toString("base64");
const url = `data:image/png;base64,${picture}`;
const letters = "x".repeat(400_000);
const said = (...content: unknown[]) => ({ model: "m", messages: [{ role: "user", content }] });

describe("the tokens of a request", () => {
  it("are a quarter of its bytes", () => {
    expect(estimatedTokens(Buffer.from("x".repeat(401)))).toBe(101);
    expect(estimatedTokens(Buffer.from("some words ".repeat(1_000)))).toBe(2_750);
  });

  it.each([
    ["OpenAI's chat", said({ type: "text", text: "what?" }, { type: "image_url", image_url: { url } })],
    ["OpenAI's sound", said({ type: "input_audio", input_audio: { data: picture, format: "wav" } })],
    ["OpenAI's files", said({ type: "file", file: { filename: "a.pdf", file_data: picture } })],
    ["OpenAI's responses", { input: [{ role: "user", content: [{ type: "input_image", image_url: url }] }] }],
    ["the output of a tool", { input: [{ type: "function_call_output", output: [{ image_url: url }] }] }],
    ["Anthropic", said({ type: "image", source: { type: "base64", media_type: "image/png", data: picture } })],
    [
      "what a tool of Anthropic gave",
      said({ type: "tool_result", content: [{ source: { type: "base64", data: picture } }] }),
    ],
    ["Gemini", { contents: [{ parts: [{ inlineData: { mimeType: "image/png", data: picture } }] }] }],
    [
      "Gemini in its other spelling",
      { contents: [{ parts: [{ inline_data: { mime_type: "image/png", data: picture } }] }] },
    ],
  ])("are 1,600 for a picture or sound: %s", (_, request) => {
    expect(estimate(request)).toBeGreaterThan(1_600);
    expect(estimate(request)).toBeLessThan(1_700);
  });

  it.each([
    ["text", said({ type: "text", text: letters })],
    ["text that looks like a picture", said({ type: "text", text: `data:image/png;base64,${letters}` })],
    ["a message of letters", { messages: [{ role: "user", content: letters }] }],
    ["a system prompt", { system: letters, messages: [] }],
    ["a description of a tool", { tools: [{ type: "function", function: { name: "f", description: letters } }] }],
    ["data in a schema", { tools: [{ input_schema: { default: { data: letters } } }], messages: [] }],
    ["arguments of a tool", said({ type: "tool_use", name: "f", input: { data: letters, source: { data: letters } } })],
    [
      "a document of text",
      said({ type: "document", source: { type: "text", media_type: "text/plain", data: letters } }),
    ],
    ["text in base64", { contents: [{ parts: [{ inlineData: { mimeType: "text/plain", data: letters } }] }] }],
    ["text in a URL", said({ type: "file", file: { file_data: `data:text/plain;base64,${letters}` } })],
    ["a broken request", `{"messages":[{"content":[{"source":{"type":"base64","data":"${letters}"}}]`],
  ])("are those of text for letters without a blank: %s", (_, request) => {
    expect(estimate(request)).toBeGreaterThan(100_000);
  });

  it("are found however deep a request is", () => {
    const deep = `{"messages":${"[".repeat(10_000)}"${letters}"${"]".repeat(10_000)}}`;
    expect(estimatedTokens(Buffer.from(deep))).toBeGreaterThan(100_000);
  });
});
