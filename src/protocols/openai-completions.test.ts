import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnswerFacts, ChoiceFacts } from "../core/recording.ts";
import { type ProtocolFixture, protocolContract } from "../testing/protocol-contract.ts";
import { openAiCompletions } from "./openai-completions.ts";

const folder = new URL("../../test/conformance/fixtures/openai-completions/", import.meta.url);

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

const fixtures: readonly ProtocolFixture[] = [
  fixture(
    "text",
    "gpt-3.5-turbo-instruct:20230824-v2",
    { ...usage, inputTokens: 7, outputTokens: 14, cachedInputTokens: 4 },
    [{ text: '\n\nGrüße 👩‍🚀 says "hi" \\o/ \u2028 and 😀 done' }],
  ),
  fixture("echo-logprobs", "davinci-002", undefined, [{ text: "The index of the index" }]),
  fixture("prompts-and-choices", "babbage-002", undefined, [
    { text: "alpha one" },
    { text: "beta", finish: "length" },
    { text: "gamma" },
    { text: "delta" },
  ]),
  fixture("vllm", "Qwen/Qwen2.5-0.5B", { ...usage, inputTokens: 3, outputTokens: 4 }, [{ text: " Paris" }]),
  fixture("llama-cpp", "qwen2.5-0.5b", { ...usage, inputTokens: 4, outputTokens: 2 }, [{ text: " Œuf." }]),
  fixture("reasoning", "deepseek/deepseek-r1", { ...usage, inputTokens: 9, outputTokens: 30, reasoningTokens: 22 }, [
    { text: "42" },
  ]),
];

const contract = { protocol: openAiCompletions, endpoint: "/completions", usageOnRequest: true };

describe("openai-completions keeps the contract of a protocol", () => {
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

describe("the endpoint", () => {
  it.each(["/completions", "/v1/completions", "/openai/deployments/x/completions"])("%s is it", (path) => {
    expect(openAiCompletions.endpointOf(path)).toBe("/completions");
  });

  it.each(["/chat/completions", "/v1/chat/completions", "/base/chat/completions", "/v1/completion", "/xcompletions"])(
    "%s is another",
    (path) => expect(openAiCompletions.endpointOf(path)).toBeUndefined(),
  );
});

it("an error has OpenAI's shape", () => {
  const error = { status: 504, code: "origin_timeout", message: "what and why" };
  const body = new TextDecoder().decode(openAiCompletions.renderError(error, "json"));
  expect(JSON.parse(body)).toEqual({
    error: { message: "what and why", type: "api_error", param: null, code: "origin_timeout" },
  });
  expect(new TextDecoder().decode(openAiCompletions.renderError(error, "event"))).toBe(`data: ${body}\n\n`);
});
