import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fingerprintKey } from "../core/fingerprint.ts";
import type { Protocol } from "../core/protocol.ts";
import { anthropicMessages } from "../protocols/anthropic-messages.ts";
import { gemini } from "../protocols/gemini.ts";
import { openAiChat } from "../protocols/openai-chat.ts";
import { openAiCompletions } from "../protocols/openai-completions.ts";
import { openAiResponses } from "../protocols/openai-responses.ts";
import { isToken, Redactor } from "./redaction.ts";

const redactor = new Redactor(fingerprintKey(Buffer.alloc(32, 1)));
const seed = 20_260_101;

const tool = {
  name: "heron_watch",
  description: "Watches herons",
  parameters: { type: "object", properties: { role: { type: "string", enum: ["grey", "white"] } }, required: ["role"] },
};
const photo = "data:image/png;base64,aGVyb24=";

/** Each tells of herons wherever a caller can write. */
const requests: readonly (readonly [Protocol, string, object])[] = [
  [
    openAiChat,
    "/chat/completions",
    {
      model: "gpt-4o",
      temperature: 0.5,
      stream: true,
      stream_options: { include_usage: true },
      user: "heron@mail.example",
      metadata: { role: "heron", type: "grey" },
      tools: [{ type: "function", function: tool }],
      tool_choice: { type: "function", function: { name: "heron_watch" } },
      messages: [
        { role: "system", content: "You know herons." },
        { role: "user", content: [{ type: "image_url", image_url: { url: photo, detail: "low" } }] },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "c", type: "function", function: { name: "heron_watch", arguments: '{"role":"heron"}' } }],
        },
        { role: "tool", tool_call_id: "c", content: "one heron" },
        { role: "user", content: "And the heron?" },
      ],
    },
  ],
  [
    openAiChat,
    "/chat/completions",
    {
      model: "gpt-4o-audio-preview",
      modalities: ["text", "audio"],
      messages: [{ role: "user", content: "Sing, heron" }],
      response_format: { type: "json_schema", json_schema: { name: "heron", schema: tool.parameters, strict: true } },
    },
  ],
  [
    openAiResponses,
    "/responses",
    {
      model: "gpt-5",
      instructions: "Of herons",
      input: [{ role: "user", content: [{ type: "input_text", text: "Which heron?" }] }],
      tools: [{ type: "web_search_preview" }, { type: "function", ...tool, strict: true }],
      reasoning: { effort: "low" },
      previous_response_id: "resp_heron",
      background: true,
      store: true,
    },
  ],
  [openAiCompletions, "/completions", { model: "gpt-3.5-turbo-instruct", prompt: "The heron", max_tokens: 5, n: 2 }],
  [
    anthropicMessages,
    "/v1/messages",
    {
      model: "claude-sonnet-4-5",
      max_tokens: 10,
      system: [{ type: "text", text: "Herons", cache_control: { type: "ephemeral" } }],
      messages: [
        { role: "user", content: "Look, a heron" },
        {
          role: "assistant",
          content: [{ type: "tool_use", id: "t", name: "heron_watch", input: { type: "heron", role: "grey heron" } }],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "a heron" }] },
      ],
      tools: [{ name: tool.name, description: tool.description, input_schema: tool.parameters }],
    },
  ],
  [
    gemini,
    "/v1beta/models/gemini-2.5-flash:generateContent",
    {
      contents: [{ role: "user", parts: [{ text: "A heron?" }] }],
      systemInstruction: { parts: [{ text: "Herons only" }] },
      generationConfig: { temperature: 0, responseMimeType: "application/json", responseSchema: tool.parameters },
      tools: [{ functionDeclarations: [tool] }],
    },
  ],
];

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value));

describe.each(requests)("%#: a request of $name", (protocol, endpoint, request) => {
  test("holds no word that somebody wrote", () => {
    const strings = stringsIn(redactor.json(request));
    expect(strings.filter((text) => /heron|grey|white|mail/i.test(text))).toEqual([]);
  });

  test("is read as what it was", () => {
    const before = protocol.parseRequest(bytesOf(request), endpoint);
    const after = protocol.parseRequest(bytesOf(redactor.json(request)), endpoint);
    expect({ ...after.facts, user: undefined }).toEqual({ ...before.facts, user: undefined });
  });

  test("has the key of another one only if it is that one", () => {
    const keyOf = (value: unknown) => protocol.parseRequest(bytesOf(redactor.json(value)), endpoint).canonical;
    const again = JSON.parse(JSON.stringify(request)) as object;
    expect(keyOf(again)).toBe(keyOf(request));
    const other = JSON.parse(JSON.stringify(request).replaceAll("heron?", "stork?").replace("The heron", "The stork"));
    if (JSON.stringify(other) !== JSON.stringify(request)) expect(keyOf(other)).not.toBe(keyOf(request));
  });
});

test("a text in a field of the provider's words is a text", () => {
  expect(redactor.json({ type: "my cat is called Tom" })).toEqual({ type: expect.stringMatching(/^~[\w-]{16}:20$/) });
  expect(redactor.json({ type: "text" })).toEqual({ type: "text" });
});

test("another secret gives other tokens", () => {
  const other = new Redactor(fingerprintKey(Buffer.alloc(32, 2)));
  expect(other.text("heron")).not.toBe(redactor.text("heron"));
});

test("texts are equal when their tokens are, structure and numbers stay", () => {
  const shapeOf = (value: unknown): unknown => {
    if (typeof value === "string") return "";
    if (Array.isArray(value)) return value.map(shapeOf);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shapeOf(item)]));
  };
  fc.assert(
    fc.property(fc.json(), fc.string(), fc.string(), (json, one, other) => {
      const value: unknown = JSON.parse(json);
      expect(shapeOf(redactor.json(value))).toEqual(shapeOf(value));
      expect(redactor.text(one) === redactor.text(other)).toBe(one === other);
      expect(isToken(redactor.text(one))).toBe(true);
    }),
    { seed },
  );
});

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}
