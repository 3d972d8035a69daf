import { describe, expect, it } from "vitest";
import { openAiChat } from "./openai-chat.ts";
import { bytes, chunksOf, completion, delta, fromJson, lean, recordingOf, text } from "./openai-chat-samples.ts";

describe("usage, by how it was filled and how it is read", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost: 0.5 };
  const withUsage = [
    delta({ content: "a" }, {}, { usage: null }),
    delta({}, { finish_reason: "stop" }, { usage: null }),
    { id: "c1", choices: [], usage },
  ];
  const withoutUsage = [delta({ content: "a" }), delta({}, { finish_reason: "stop" })];
  const stream = (chunks: readonly unknown[]) =>
    recordingOf([...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"].map((data) => `data: ${data}\n\n`).join(""))
      .recording;
  const filled = {
    "events with": stream(withUsage),
    "events without": stream(withoutUsage),
    "JSON with": fromJson(completion({}, {}, { usage })).recording,
    "JSON without": fromJson(completion({})).recording,
  };
  it.each(Object.entries(filled))("%s", (name, recording) => {
    for (const zeroUsage of [false, true]) {
      const expected = zeroUsage ? { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, cost: 0 } : usage;
      const json = JSON.parse(text(openAiChat.replayJson(recording, { includeUsage: false, zeroUsage })));
      const asked = chunksOf(text(openAiChat.replayEvents(recording, { includeUsage: true, zeroUsage })));
      const unasked = text(openAiChat.replayEvents(recording, { includeUsage: false, zeroUsage }));
      expect(unasked).not.toContain("usage");
      expect(chunksOf(unasked).every((chunk) => chunk.choices.length > 0)).toBe(true);
      if (name.endsWith("without")) {
        expect(json).not.toHaveProperty("usage");
        expect(asked).toEqual(chunksOf(unasked));
      } else {
        expect(json.usage).toEqual(expected);
        expect(asked.at(-1)).toMatchObject({ choices: [], usage: expected });
        expect(asked.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
      }
    }
  });

  const chunk = '{"choices":[{"index":0,"delta":{"content":"é \\"usage\\":null}"}}]';
  it.each([
    [`${chunk},"usage":null}`, `${chunk}}`],
    [`${chunk},"usage":null,"obfuscation":"aB3_"}`, `${chunk},"obfuscation":"aB3_"}`],
    [`${chunk},"usage":null,"obfuscation":"=="}`, `${chunk},"obfuscation":"=="}`],
    [`${chunk},"usage" : null}`, `${chunk}}`],
    [`${chunk},"usage":null,"x":{"usage":null}}`, `${chunk},"x":{"usage":null}}`],
    [`${chunk},"x":{"usage":null}}`, `${chunk},"x":{"usage":null}}`],
    [`${chunk},"x":"a\\",\\"usage\\":null}"}`, `${chunk},"x":"a\\",\\"usage\\":null}"}`],
    [`${chunk},"usage":{"a":1}}`, `${chunk},"usage":{"a":1}}`],
    ['{"choices":[ ],"usage":{"a":1}}', undefined],
  ])("is cut out of %s alike, live and replayed", (data, expected) => {
    const recorder = openAiChat.recordStream({ maxEventBytes: 10_000 });
    const items = recorder.push(bytes(`data: ${data}\n\ndata: ${data}\n\ndata: [DONE]\n\n`));
    const left = expected === undefined ? "" : `data: ${expected}\n\n`;
    expect(text(openAiChat.replayEvents(recorder.recording(), lean))).toBe(`${left}${left}data: [DONE]\n\n`);
    expect(items.slice(0, 2).map((item) => item.lean && text(item.lean))).toEqual(
      expected === undefined ? [undefined, undefined] : [left, left],
    );
  });

  it("in JSON is set to zero without touching another byte", () => {
    const json =
      '{ "choices":[{"message":{"content":"\\"usage\\":{\\"a\\":1}"}}],\n "n":1.50, "usage" : {"prompt_tokens": 7, "d":{"x":[1,2.5]}} , "z":1}';
    expect(text(openAiChat.replayJson(fromJson(json).recording, { includeUsage: true, zeroUsage: true }))).toBe(
      json.replace('{"prompt_tokens": 7, "d":{"x":[1,2.5]}}', '{"prompt_tokens":0,"d":{"x":[0,0]}}'),
    );
  });
});
