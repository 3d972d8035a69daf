import { anthropicMessages } from "./anthropic-messages.ts";

/** Small makers of messages and events that the tests of this folder share. */

export const bytes = (text: string) => new TextEncoder().encode(text);
export const text = (value: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(value);
export const whole = { includeUsage: true, zeroUsage: false };
export const zero = { includeUsage: true, zeroUsage: true };

export interface Event {
  readonly type: string;
  readonly [name: string]: unknown;
}

/** Events as the API frames them; a string goes into the stream as it is. */
export const streamOf = (...events: readonly (Event | string)[]) =>
  events
    .map((one) => (typeof one === "string" ? one : `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`))
    .join("");

export const eventsIn = (stream: string): Event[] =>
  stream
    .split("\n\n")
    .slice(0, -1)
    .map((block) => JSON.parse(block.slice(block.indexOf("data: ") + 6)));

export function recordingOf(stream: string | Uint8Array) {
  const recorder = anthropicMessages.recordStream({ maxEventBytes: 1_000_000 });
  const items = recorder.push(typeof stream === "string" ? bytes(stream) : stream);
  recorder.end();
  return { recorder, items, recording: recorder.recording(), facts: recorder.facts() };
}

export const fromJson = (json: unknown) =>
  anthropicMessages.readJson(bytes(typeof json === "string" ? json : JSON.stringify(json)));
export const streamed = (json: unknown, view = whole) =>
  text(anthropicMessages.replayEvents(fromJson(json).recording, view));
export const assembled = (...events: readonly (Event | string)[]) =>
  JSON.parse(text(anthropicMessages.replayJson(recordingOf(streamOf(...events)).recording, whole)));

export const usage = { input_tokens: 5, output_tokens: 7 };
export const message = (content: readonly unknown[], more: object = {}) => ({
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content,
  stop_reason: "end_turn",
  stop_sequence: null,
  usage,
  ...more,
});

export const start = (more: object = {}): Event => ({
  type: "message_start",
  message: message([], { stop_reason: null, usage: { input_tokens: 5, output_tokens: 1 }, ...more }),
});
export const begin = (index: unknown, content_block: unknown, more: object = {}): Event => ({
  type: "content_block_start",
  index,
  content_block,
  ...more,
});
export const grow = (index: unknown, delta: unknown): Event => ({ type: "content_block_delta", index, delta });
export const stop = (index: unknown): Event => ({ type: "content_block_stop", index });
export const close = (reason: unknown = "end_turn", more: object = {}): Event => ({
  type: "message_delta",
  delta: { stop_reason: reason, stop_sequence: null },
  usage: { output_tokens: 7 },
  ...more,
});
export const done: Event = { type: "message_stop" };
export const hello = (index = 0): readonly Event[] => [
  begin(index, { type: "text", text: "" }),
  grow(index, { type: "text_delta", text: "Hello" }),
  stop(index),
];
/** A block of its own with one delta. */
export const block = (content_block: object, ...deltas: readonly object[]): readonly Event[] => [
  begin(0, content_block),
  ...deltas.map((delta) => grow(0, delta)),
  stop(0),
];
