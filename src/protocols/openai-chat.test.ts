import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnswerFacts, ChoiceFacts } from "../core/recording.ts";
import { type ProtocolFixture, protocolContract } from "../testing/protocol-contract.ts";
import { openAiChat } from "./openai-chat.ts";

const folder = new URL("../../test/conformance/fixtures/openai-chat/", import.meta.url);

function fixture(name: string, model: string, usage: AnswerFacts["usage"], choices: readonly Partial<ChoiceFacts>[]) {
  const empty = { finish: "stop", text: "", refused: false, toolCalls: [], hasContent: true } as const;
  return {
    name,
    stream: Uint8Array.from(readFileSync(new URL(`${name}.sse`, folder))),
    json: Uint8Array.from(readFileSync(new URL(`${name}.json`, folder))),
    facts: {
      wellFormed: true,
      error: false,
      terminal: true,
      model,
      usage,
      choices: choices.map((choice) => ({ ...empty, ...choice })),
    },
  } satisfies ProtocolFixture;
}

const usage = { cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
const call = (city: string) => ({ name: "weather", arguments: `{"city":"${city}"}` });

const fixtures: readonly ProtocolFixture[] = [
  fixture("text", "gpt-4o-mini-2024-07-18", { ...usage, inputTokens: 21, outputTokens: 12, cachedInputTokens: 8 }, [
    { text: 'Grüße 👩‍🚀 says "hi"\n\\o/ \u2028 and 😀 done' },
  ]),
  fixture("parallel-tools", "gpt-4o-2024-08-06", { ...usage, inputTokens: 80, outputTokens: 41 }, [
    { finish: "tool_calls", toolCalls: [call("Berlin"), call("東京")] },
  ]),
  fixture("three-choices", "gpt-4o-2024-08-06", undefined, [
    { text: "alpha one" },
    { text: "beta", finish: "length" },
    { text: "gamma" },
  ]),
  fixture("refusal", "gpt-4o-2024-08-06", undefined, [{ refused: true }]),
  fixture(
    "reasoning",
    "deepseek/deepseek-r1",
    { ...usage, inputTokens: 9, outputTokens: 30, cachedInputTokens: 4, reasoningTokens: 22 },
    [{ text: "42" }],
  ),
  fixture("logprobs", "gpt-4o-2024-08-06", undefined, [{ text: "Hé 🙂" }]),
];

const contract = { protocol: openAiChat, endpoint: "/chat/completions", usageOnRequest: true };

describe("openai-chat keeps the contract of a protocol", () => {
  for (const check of protocolContract({ ...contract, fixtures })) it(check.name, () => check.run());
});

describe("the same streams with other line ends", () => {
  const other = (from: ProtocolFixture, lineEnd: string): ProtocolFixture => {
    const text = new TextDecoder().decode(from.stream).replaceAll("\n", lineEnd);
    return { ...from, name: `${from.name}, ${JSON.stringify(lineEnd)}`, stream: new TextEncoder().encode(text) };
  };
  const some = fixtures.slice(0, 2).flatMap((from) => [other(from, "\r"), other(from, "\r\n")]);
  for (const check of protocolContract({ ...contract, fixtures: some })) it(check.name, () => check.run());
});

describe("renderError", () => {
  const types = { 400: "invalid_request_error", 401: "authentication_error", 403: "permission_error" };
  const more = {
    404: "invalid_request_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
    504: "api_error",
  };
  it.each(Object.entries({ ...types, ...more }))("%s is a %s", (status, type) => {
    const error = { status: Number(status), code: "some_code", message: "what and why", param: "messages" };
    const body = new TextDecoder().decode(openAiChat.renderError(error, "json"));
    expect(JSON.parse(body)).toEqual({
      error: { message: "what and why", type, param: "messages", code: "some_code" },
    });
    expect(new TextDecoder().decode(openAiChat.renderError(error, "event"))).toBe(`data: ${body}\n\n`);
  });
});
