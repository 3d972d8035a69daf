import { describe, expect, it } from "vitest";
import type { Protocol } from "../core/protocol.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { gemini } from "./gemini.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiResponses } from "./openai-responses.ts";

const parameters = { type: "object", properties: { b: { type: "string" }, a: { type: "string" } } };
const user = { role: "user", content: "Hi" };
const names = ["rain", "sun", "frost"];

const cases: readonly (readonly [Protocol, string, (names: readonly string[]) => object])[] = [
  [
    openAiChat,
    "",
    (order) => ({
      tools: order.map((name) => ({ type: "function", function: { name, parameters } })),
      messages: [user],
    }),
  ],
  [
    openAiResponses,
    "",
    (order) => ({ tools: order.map((name) => ({ type: "function", name, parameters })), input: "Hi" }),
  ],
  [
    anthropicMessages,
    "",
    (order) => ({ tools: order.map((name) => ({ name, input_schema: parameters })), messages: [user], max_tokens: 9 }),
  ],
  [
    gemini,
    "/v1beta/models/m:generateContent",
    (order) => ({
      tools: [{ functionDeclarations: order.map((name) => ({ name, parameters })) }, { googleSearch: {} }],
      contents: [{ parts: [{ text: "Hi" }] }],
    }),
  ],
];

const read = (protocol: Protocol, endpoint: string, body: object) =>
  protocol.parseRequest(Buffer.from(JSON.stringify({ model: "m", ...body })), endpoint);
const sent = (parsed: ReturnType<typeof read> | undefined) => parsed && Buffer.from(parsed.forward()).toString("utf8");

describe("tools in the order of their names", () => {
  it.each(cases)("of $name, with what is in them as it was", (protocol, endpoint, bodyOf) => {
    const given = read(protocol, endpoint, bodyOf(names));
    const other = read(protocol, endpoint, bodyOf([...names].reverse()));
    const byName = read(protocol, endpoint, bodyOf(["frost", "rain", "sun"]));
    expect(sent(given.sorted?.())).toBe(sent(byName));
    expect(sent(other.sorted?.())).toBe(sent(byName));
    expect(given.sorted?.()?.prompt()).toEqual(byName.prompt());
    // Nothing is done where they are in order.
    expect(byName.sorted?.()).toBeUndefined();
    expect(sent(byName)).toContain('"properties":{"b":{"type":"string"},"a":{"type":"string"}}');
    // As it came it stays: the key is of that.
    expect(sent(given)).not.toBe(sent(byName));
  });

  it("leaves tools that the client marked for a cache, and those it cannot tell apart", () => {
    const tools = [{ name: "sun" }, { name: "rain", cache_control: { type: "ephemeral" } }];
    const body = { max_tokens: 9, messages: [user] };
    expect(read(anthropicMessages, "", { ...body, tools }).sorted?.()).toBeUndefined();
    expect(read(anthropicMessages, "", { ...body, tools: [{ name: "sun" }, { a: 1 }] }).sorted?.()).toBeUndefined();
    expect(read(anthropicMessages, "", body).sorted?.()).toBeUndefined();
  });

  it("knows tools of the provider by their type, and keeps the order of equals", () => {
    const tools = [
      { type: "web_search", n: 1 },
      { type: "function", name: "sun" },
      { type: "web_search", n: 2 },
    ];
    const sorted = read(openAiResponses, "", { input: "Hi", tools }).sorted?.()?.prompt();
    expect(sorted?.slice(0, 3).map(({ text }) => JSON.parse(text).n ?? "sun")).toEqual(["sun", 1, 2]);
  });
});
