import { describe, expect, it } from "vitest";
import type { CacheMarks } from "../core/cache-marks.ts";
import type { Protocol } from "../core/protocol.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { openAiChat } from "./openai-chat.ts";
import { openAiResponses } from "./openai-responses.ts";

function sent(protocol: Protocol, body: object, cacheMarks: Partial<CacheMarks>) {
  const parsed = protocol.parseRequest(Buffer.from(JSON.stringify(body)), "", "");
  const options = { requestUsage: false, cacheMarks: { ends: [], key: undefined, ...cacheMarks } };
  return JSON.parse(Buffer.from(parsed.forward(options)).toString("utf8")) as Readonly<Record<string, unknown>>;
}

describe("marks for the longer lifetime", () => {
  const body = {
    model: "claude-sonnet-4-5",
    max_tokens: 9,
    system: "Rules.",
    messages: [
      { role: "user", content: "How?" },
      { role: "assistant", content: "So." },
      { role: "user", content: "Why?" },
    ],
  };

  it("the first marks say an hour, those behind them nothing: longer lifetimes come first", () => {
    const { system, messages } = sent(anthropicMessages, body, { ends: [0, 1, 3], long: 2 });
    const [first, , last] = messages as { readonly content: unknown }[];
    const hour = { type: "ephemeral", ttl: "1h" };
    expect(system).toEqual([{ type: "text", text: "Rules.", cache_control: hour }]);
    expect(first?.content).toEqual([{ type: "text", text: "How?", cache_control: hour }]);
    expect(last?.content).toEqual([{ type: "text", text: "Why?", cache_control: { type: "ephemeral" } }]);
  });

  it.each([
    ["chat", openAiChat, { model: "gpt-5.1", messages: [{ role: "user", content: "How?" }] }],
    ["responses", openAiResponses, { model: "gpt-5.1", input: "How?" }],
  ] as const)("OpenAI's %s: retention is said of the call, and only where it is asked for", (_, protocol, asked) => {
    expect(sent(protocol, asked, { key: "k", isRetained: true })).toMatchObject({
      prompt_cache_key: "k",
      prompt_cache_retention: "24h",
    });
    expect(sent(protocol, asked, { key: "k" })).not.toHaveProperty("prompt_cache_retention");
  });
});
