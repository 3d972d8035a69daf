import { openAiChat } from "./openai-chat.ts";

/** Small makers of chat completions and chunks that the tests of this folder share. */

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (value: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
export const whole = { includeUsage: true, zeroUsage: false };
export const lean = { includeUsage: false, zeroUsage: false };

export function recordingOf(stream: string | Uint8Array) {
  const recorder = openAiChat.recordStream({ maxEventBytes: 1_000_000 });
  recorder.push(typeof stream === "string" ? bytes(stream) : stream);
  recorder.end();
  return { recording: recorder.recording(), facts: recorder.facts() };
}

export const fromJson = (json: unknown) =>
  openAiChat.readJson(bytes(typeof json === "string" ? json : JSON.stringify(json)));
export const streamed = (json: unknown, view = whole) => text(openAiChat.replayEvents(fromJson(json).recording, view));
export const chunksOf = (stream: string) =>
  stream
    .split("\n\n")
    .slice(0, -2)
    .map((block) => JSON.parse(block.slice("data: ".length)));
export const assembled = (...chunks: readonly unknown[]) => {
  const stream = chunks
    .map((chunk) => `data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`)
    .join("");
  return JSON.parse(text(openAiChat.replayJson(recordingOf(`${stream}data: [DONE]\n\n`).recording, whole)));
};
export const completion = (message: object, choice: object = {}, top: object = {}) => ({
  id: "c1",
  object: "chat.completion",
  created: 1,
  model: "m",
  ...top,
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "Hi", refusal: null, ...message },
      finish_reason: "stop",
      ...choice,
    },
  ],
});
export const delta = (fields: object, choice: object = {}, top: object = {}) => ({
  id: "c1",
  ...top,
  choices: [{ index: 0, delta: fields, ...choice }],
});
