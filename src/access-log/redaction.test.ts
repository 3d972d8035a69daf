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

test("a prompt of token ids, and the bytes of an answer's tokens, are texts; they stay lists as long", () => {
  const prompt = [15496, 11, 703, 527, 499];
  const hidden = redactor.json({ prompt, n: 2, stop: [prompt] }) as { prompt: number[]; n: number; stop: number[][] };
  expect(hidden.prompt).toHaveLength(5);
  expect(hidden.prompt.filter((id) => prompt.includes(id))).toEqual([]);
  expect(hidden.prompt.every((id) => Number.isInteger(id) && id >= 0)).toBe(true);
  expect(hidden.n).toBe(2);
  expect(hidden.stop).toEqual([hidden.prompt]);
  const other = redactor.json({ prompt: [...prompt.slice(0, 4), 500] }) as { prompt: number[] };
  // Whoever sees two lists does not see where they agree.
  expect(other.prompt.filter((id, at) => id === hidden.prompt[at])).toEqual([]);
  const logprobs = { content: [{ token: "hi", bytes: [104, 105], logprob: -0.5 }] };
  expect(JSON.stringify(redactor.json({ logprobs }))).not.toContain("104,105");
});

test("numbers that a tool is called with are hidden, those of its schema are not", () => {
  const call = { type: "tool_use", input: { account: 4711, days: [1, 2], right: true } };
  const hidden = redactor.json(call) as typeof call;
  expect(hidden.input.account).not.toBe(4711);
  expect(hidden.input.days).not.toEqual([1, 2]);
  expect([typeof hidden.input.account, hidden.input.days.length, hidden.input.right]).toEqual(["number", 2, true]);
  expect(redactor.json(call)).toEqual(hidden);
  const schema = { parameters: { properties: { days: { enum: [1, 2], minimum: 1 } } } };
  expect(redactor.json(schema)).toEqual(schema);
});

test("another secret gives other tokens", () => {
  const other = new Redactor(fingerprintKey(Buffer.alloc(32, 2)));
  expect(other.text("heron")).not.toBe(redactor.text("heron"));
});

test("texts are equal when their tokens are, structure and numbers stay but for lists of them", () => {
  const shapeOf = (value: unknown): unknown => {
    if (typeof value === "string") return "";
    if (Array.isArray(value)) return value.map((item) => (Number.isSafeInteger(item) ? 0 : shapeOf(item)));
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
