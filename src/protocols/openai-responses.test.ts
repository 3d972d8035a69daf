import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ChoiceFacts } from "../core/recording.ts";
import { type ProtocolFixture, protocolContract } from "../testing/protocol-contract.ts";
import { openAiResponses } from "./openai-responses.ts";

const folder = new URL("../../test/conformance/fixtures/openai-responses/", import.meta.url);
const usage = { inputTokens: 40, cachedInputTokens: 8, cacheWriteTokens: 2, outputTokens: 25, reasoningTokens: 6 };

function fixture(name: string, choice: Partial<ChoiceFacts>): ProtocolFixture {
  const empty = { finish: "stop", text: "", refused: false, toolCalls: [], hasContent: true } as const;
  return {
    name,
    stream: Uint8Array.from(readFileSync(new URL(`${name}.sse`, folder))),
    json: Uint8Array.from(readFileSync(new URL(`${name}.json`, folder))),
    facts: {
      wellFormed: true,
      error: false,
      terminal: true,
      model: "gpt-4.1-2025-04-14",
      usage,
      choices: [{ ...empty, ...choice }],
    },
  };
}

const call = (city: string) => ({ name: "weather", arguments: `{"city":"${city}"}` });

const fixtures = [
  fixture("text", { text: 'Grüße 👩‍🚀 says "hi"\n\\o/ and 😀 done' }),
  fixture("reasoning-tools", {
    finish: "tool_calls",
    toolCalls: [call("Berlin"), call("東京"), { name: "python", arguments: '{"input":"print(\\"é\\")"}' }],
  }),
  fixture("refusal", { refused: true }),
  fixture("incomplete", { finish: "length", text: "Once upon" }),
  fixture("provider-tools", { text: "Found." }),
];

describe("openai-responses keeps the contract of a protocol", () => {
  const contract = { protocol: openAiResponses, endpoint: "/responses", fixtures };
  for (const check of protocolContract(contract)) it(check.name, () => check.run());
});

describe("the endpoint", () => {
  it.each(["/v1/responses/resp_1", "/v1/responses/compact", "/v1/responses/input_tokens", "/v1/responses/"])(
    "%s is not one",
    (path) => expect(openAiResponses.endpointOf(path)).toBeUndefined(),
  );
});
