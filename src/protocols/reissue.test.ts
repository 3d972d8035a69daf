import { expect, it } from "vitest";
import type { AnswerIdentity } from "../core/reissue.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiResponses } from "./openai-responses.ts";

const identity: AnswerIdentity = { idFor: (given) => `new ${given}`, at: Date.UTC(2026, 0, 2, 3, 4, 5) };
const json = (protocol: typeof openAiChat, text: string) =>
  Buffer.from(protocol.reissue?.json(Buffer.from(text), identity) ?? []).toString();

it("changes the id and the time of an answer, and no other byte of it", () => {
  const text =
    '{ "id":"chatcmpl-1", "created" : 12,\n"choices":[{"message":{"content":"\\"id\\":\\"chatcmpl-1\\"","tool_calls":[{"id":"call_1"}]}}],"x_groq":{"id":"req_1"},"n":1.0}';
  expect(json(openAiChat, text)).toBe(
    text
      .replace('"id":"chatcmpl-1",', '"id":"new chatcmpl-1",')
      .replace(": 12,", ": 1767323045,")
      .replace("req_1", "new req_1"),
  );
});

it.each([
  [anthropicMessages, '{"id":"msg_1","content":[{"id":"toolu_1"}]}', '{"id":"new msg_1","content":[{"id":"toolu_1"}]}'],
  [
    gemini,
    '{"responseId":"a","createTime":"2025-01-01T00:00:00Z","candidates":[]}',
    '{"responseId":"new a","createTime":"2026-01-02T03:04:05.000Z","candidates":[]}',
  ],
])("knows where a protocol has them", (protocol, given, changed) => {
  expect(json(protocol, given)).toBe(changed);
});

it("names no build of the provider's machines, which tells the day of the answer", () => {
  expect(json(openAiChat, '{"system_fingerprint":"fp_1","n":1}')).toBe('{"system_fingerprint":null,"n":1}');
  const events = openAiChat.reissue?.events(identity);
  const event = Buffer.from('data: {"id":"a","system_fingerprint":"fp_1"}\n\n');
  expect(Buffer.from(events?.push(event) ?? []).toString()).toBe('data: {"id":"new a","system_fingerprint":null}\n\n');
});

it("gives back what is no object, or has none of them, as it is", () => {
  for (const text of ["", "[]", "no json", '{"id":7,"created":null}', '{"id":"a'])
    expect(json(openAiChat, text)).toBe(text);
});

it("goes through a stream however it is cut, and lets no comment pass", () => {
  const start = '{"type":"message_start","message":{"id":"msg_1","content":[]}}';
  const text = `: hello\n\nevent: message_start\r\ndata: ${start}\r\n\r\nretry: 5\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`;
  const wanted = `event: message_start\ndata: ${start.replace("msg_1", "new msg_1")}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`;
  for (const cut of [1, 2, 7, 50, text.length]) {
    const events = anthropicMessages.reissue?.events(identity);
    let seen = "";
    for (let at = 0; at < text.length; at += cut)
      seen += Buffer.from(events?.push(Buffer.from(text.slice(at, at + cut))) ?? []).toString();
    expect(seen).toBe(wanted);
  }
});

it("is not for answers whose ids the provider knows", () => {
  expect(openAiResponses.reissue).toBeUndefined();
});
