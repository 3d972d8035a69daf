import { openAiCompletions } from "./openai-completions.ts";

/** Small makers of completions and chunks that the tests of this folder share. */

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (value: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
export const whole = { includeUsage: true, zeroUsage: false };
export const lean = { includeUsage: false, zeroUsage: false };

export const event = (chunk: unknown) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`;

export function recordingOf(stream: string | Uint8Array) {
  const recorder = openAiCompletions.recordStream({ maxEventBytes: 1_000_000 });
  const items = recorder.push(typeof stream === "string" ? bytes(stream) : stream);
  recorder.end();
  return { recording: recorder.recording(), facts: recorder.facts(), items };
}

/** Of these chunks and the end of a stream. */
export const recorded = (...chunks: readonly unknown[]) => recordingOf([...chunks, "[DONE]"].map(event).join(""));
export const assembled = (...chunks: readonly unknown[]) =>
  JSON.parse(text(openAiCompletions.replayJson(recorded(...chunks).recording, whole)));

export const fromJson = (json: unknown) =>
  openAiCompletions.readJson(bytes(typeof json === "string" ? json : JSON.stringify(json)));
export const streamed = (json: unknown, view = whole) =>
  text(openAiCompletions.replayEvents(fromJson(json).recording, view));
export const chunksIn = (stream: string) =>
  stream
    .split("\n\n")
    .slice(0, -2)
    .map((block) => JSON.parse(block.slice("data: ".length)));

/** A completion or a chunk with one choice. */
export const completion = (choice: object = {}, top: object = {}) => ({
  id: "cmpl-1",
  object: "text_completion",
  created: 1,
  model: "m",
  choices: [{ text: "Hi", index: 0, logprobs: null, finish_reason: "stop", ...choice }],
  ...top,
});
export const piece = (text: unknown, choice: object = {}, top: object = {}) =>
  completion({ text, finish_reason: null, ...choice }, top);
