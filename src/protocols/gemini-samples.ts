import { gemini } from "./gemini.ts";

/** Small makers of Gemini's responses and chunks that the tests of this folder share. */

export const endpoint = "/v1beta/models/gemini-2.5-flash:generateContent";
export const streamEndpoint = "/v1beta/models/gemini-2.5-flash:streamGenerateContent";
export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (value: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
export const whole = { includeUsage: true, zeroUsage: false };
export const zero = { includeUsage: true, zeroUsage: true };

export function recordingOf(stream: string | Uint8Array) {
  const recorder = gemini.recordStream({ maxEventBytes: 1_000_000 });
  recorder.push(typeof stream === "string" ? bytes(stream) : stream);
  recorder.close?.();
  recorder.end();
  return { recording: recorder.recording(), facts: recorder.facts() };
}

export const sse = (...chunks: readonly unknown[]) =>
  chunks.map((chunk) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`).join("");
export const factsOf = (...chunks: readonly unknown[]) => recordingOf(sse(...chunks)).facts;
export const assembled = (...chunks: readonly unknown[]) =>
  JSON.parse(text(gemini.replayJson(recordingOf(sse(...chunks)).recording, whole)));

export const fromJson = (json: unknown) =>
  gemini.readJson(bytes(typeof json === "string" ? json : JSON.stringify(json)));
export const streamed = (json: unknown, view = whole) => text(gemini.replayEvents(fromJson(json).recording, view));
export const chunksOf = (stream: string) =>
  stream
    .split("\n\n")
    .slice(0, -1)
    .map((block) => JSON.parse(block.slice("data: ".length)));

export const candidate = (parts: readonly unknown[], more: object = {}) => ({
  content: { parts, role: "model" },
  index: 0,
  ...more,
});
export const said = (written: string, more: object = {}) => ({ candidates: [candidate([{ text: written }], more)] });
export const finished = (written: string, more: object = {}) => said(written, { finishReason: "STOP", ...more });

export const contents = [{ role: "user", parts: [{ text: "Hello" }] }];
export const request = (body: object = {}, at = endpoint, query?: string) =>
  gemini.parseRequest(bytes(JSON.stringify({ contents, ...body })), at, query);
