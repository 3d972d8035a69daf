import { describe, expect, it } from "vitest";
import { RequestRejectedError } from "../core/errors.ts";
import type { Protocol } from "../core/protocol.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiCompletions } from "./openai-completions.ts";
import { openAiResponses } from "./openai-responses.ts";

const text = 'You are "Ada".\nBe brief — always.';
const user = { role: "user", content: "Hi" };
const system = { role: "system", content: text };
const block = { type: "text", text };
const generate = "/v1beta/models/m:generateContent";
const contents = [{ parts: [{ text: "Hi" }] }];

/** What was sent, and what a client would have written that has the text itself. */
const cases: readonly (readonly [what: string, Protocol, endpoint: string, sent: object, written: object])[] = [
  ["a chat", openAiChat, "", { messages: [user] }, { messages: [system, user] }],
  [
    "a chat with a system prompt",
    openAiChat,
    "",
    { messages: [{ role: "developer", content: "Rhyme." }, user] },
    { messages: [system, { role: "developer", content: "Rhyme." }, user] },
  ],
  ["a response", openAiResponses, "", { input: "Hi" }, { input: "Hi", instructions: text }],
  [
    "a response with instructions",
    openAiResponses,
    "",
    { input: "Hi", instructions: "Rhyme." },
    { input: "Hi", instructions: `${text}\n\nRhyme.` },
  ],
  ["a completion", openAiCompletions, "", { prompt: " Hi" }, { prompt: `${text} Hi` }],
  ["completions", openAiCompletions, "", { prompt: ["a", "b"] }, { prompt: [`${text}a`, `${text}b`] }],
  ["a message", anthropicMessages, "", { messages: [user] }, { messages: [user], system: text }],
  [
    "a message with a system prompt",
    anthropicMessages,
    "",
    { messages: [user], system: "Rhyme." },
    { messages: [user], system: [block, { type: "text", text: "Rhyme." }] },
  ],
  [
    "a message with blocks",
    anthropicMessages,
    "",
    { messages: [user], system: [{ type: "text", text: "Rhyme.", cache_control: { type: "ephemeral" } }] },
    { messages: [user], system: [block, { type: "text", text: "Rhyme.", cache_control: { type: "ephemeral" } }] },
  ],
  ["content", gemini, generate, { contents }, { contents, systemInstruction: { parts: [{ text }] } }],
  [
    "content in snake case",
    gemini,
    generate,
    { contents, system_instruction: { parts: { text: "Rhyme." } } },
    { contents, system_instruction: { parts: [{ text }, { text: "Rhyme." }] } },
  ],
];

const bytes = (body: object) => Buffer.from(JSON.stringify({ max_tokens: 9, model: "m", ...body }));
const put = ({ withSystem }: Protocol, body: object) => withSystem?.(bytes(body), text) as Uint8Array;

describe("a system prompt that is put into a request", () => {
  it.each(cases)("stands in %s where a client would write it", (_, protocol, endpoint, sent, written) => {
    const [referring, whole] = [put(protocol, sent), bytes(written)].map((body) =>
      protocol.parseRequest(body, endpoint),
    );
    expect(referring?.canonical).toBe(whole?.canonical);
    expect(Buffer.from(referring?.forward() ?? []).toString()).toBe(Buffer.from(whole?.forward() ?? []).toString());
    expect(whole?.system?.()?.startsWith(text)).toBe(true);
  });

  it.each(cases)("is not put a second time into %s", (_, protocol, _endpoint, _sent, written) => {
    expect(Buffer.from(put(protocol, written)).toString()).toBe(bytes(written).toString());
  });

  it.each([
    [openAiChat, { messages: [{ ...system, content: `${text} Rhyme.` }, user] }],
    [openAiResponses, { input: "Hi", instructions: `${text} Rhyme.` }],
    [anthropicMessages, { messages: [user], system: [{ ...block, text: `${text} Rhyme.` }] }],
    [gemini, { contents, systemInstruction: { parts: [{ text: `${text} Rhyme.` }] } }],
  ] as const)("is not put before a text that begins with it ($name)", (protocol, body) => {
    expect(Buffer.from(put(protocol, body)).toString()).toBe(bytes(body).toString());
  });

  it("leaves everything else in the order in which it came", () => {
    const tool = { type: "function", function: { name: "f", parameters: { z: 1, a: { y: 1, b: 2 } } } };
    const body = put(openAiChat, { tools: [tool], messages: [user] });
    expect(Buffer.from(body).toString()).toContain(JSON.stringify({ tools: [tool] }).slice(1, -1));
  });

  it.each([
    [openAiChat, { messages: "Hi" }, "messages"],
    [openAiResponses, { input: "Hi", instructions: 1 }, "instructions"],
    [openAiCompletions, { prompt: [1, 2] }, "prompt"],
    [anthropicMessages, { messages: [user], system: {} }, "system"],
    [gemini, { contents, systemInstruction: "Rhyme." }, "systemInstruction"],
    [gemini, { contents, cachedContent: "cachedContents/1" }, "cachedContent"],
  ] as const)("is refused where it has no place ($name %j)", (protocol, body, param) => {
    expect(() => put(protocol, body)).toThrow(RequestRejectedError);
    expect(() => put(protocol, body)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it("is read of a first message in parts, and not of one of the user", () => {
    const read = (protocol: Protocol, body: object) => protocol.parseRequest(bytes(body), "").system?.();
    expect(read(openAiChat, { messages: [{ role: "developer", content: [{ type: "text", text: "a" }] }, user] })).toBe(
      "a",
    );
    expect(read(openAiChat, { messages: [user] })).toBeUndefined();
    expect(read(openAiResponses, { input: [{ role: "system", content: "b" }] })).toBe("b");
    expect(read(anthropicMessages, { messages: [user], system: [{ type: "text", text: "c" }] })).toBe("c");
  });
});

describe("a warm-up", () => {
  it.each([openAiChat, anthropicMessages, gemini])("of $name asks for one token behind the prompt", (protocol) => {
    const { endpoint, body } = protocol.warmUp?.("some-model", text) ?? { endpoint: "", body: Buffer.of() };
    expect(protocol.endpointOf(endpoint)).toBe(endpoint);
    const parsed = protocol.parseRequest(body, endpoint);
    expect(parsed.facts).toMatchObject({ model: "some-model", stream: false });
    expect(parsed.system?.()).toBe(text);
    expect(JSON.stringify(JSON.parse(Buffer.from(body).toString()))).toMatch(/"max(?:_tokens|OutputTokens)":1\b/);
  });

  it("bounds OpenAI's models that think by the name they take", () => {
    const body = openAiChat.warmUp?.("gpt-5-mini", text).body;
    expect(JSON.parse(Buffer.from(body ?? []).toString())).toMatchObject({ max_completion_tokens: 1 });
  });
});
