import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnswerFacts, ChoiceFacts } from "../core/recording.ts";
import { type ProtocolFixture, protocolContract } from "../testing/protocol-contract.ts";
import { gemini } from "./gemini.ts";
import { endpoint, streamEndpoint, text } from "./gemini-samples.ts";

const folder = new URL("../../test/conformance/fixtures/gemini/", import.meta.url);

function fixture(name: string, usage: AnswerFacts["usage"], choices: readonly Partial<ChoiceFacts>[], model?: string) {
  const empty = { finish: "stop", text: "", refused: false, toolCalls: [], hasContent: true } as const;
  return {
    name,
    stream: Uint8Array.from(readFileSync(new URL(`${name}.sse`, folder))),
    json: Uint8Array.from(readFileSync(new URL(`${name}.json`, folder))),
    facts: {
      wellFormed: true,
      error: false,
      terminal: true,
      model: model ?? "gemini-2.5-flash",
      usage,
      choices: choices.map((choice) => ({ ...empty, ...choice })),
    },
  } satisfies ProtocolFixture;
}

const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
const call = (city: string) => ({
  name: "get_weather",
  arguments: JSON.stringify({ city, days: 2, units: { wind: "m/s" } }),
});

const fixtures: readonly ProtocolFixture[] = [
  fixture("text", { ...usage, inputTokens: 9, outputTokens: 21 }, [
    { text: 'Good morning, "Ada"! 👋🏽\n¿Qué tal? \\o/ 日本語 \u2028 </done>' },
  ]),
  fixture(
    "sources",
    { ...usage, inputTokens: 5, outputTokens: 7 },
    [{ text: "It is 4,806 m." }],
    "gemini-1.5-flash-002",
  ),
  fixture(
    "thoughts",
    { ...usage, inputTokens: 30, outputTokens: 112, cachedInputTokens: 12, reasoningTokens: 104 },
    [{ text: "The answer is **42**." }],
    "gemini-3-pro-preview",
  ),
  fixture(
    "parallel-calls",
    { ...usage, inputTokens: 107, outputTokens: 179, reasoningTokens: 148 },
    [
      {
        text: "Let me look.",
        toolCalls: [call('Athens, "old" town'), call("Πειραιάς"), { name: "now", arguments: "{}" }],
      },
    ],
    "gemini-3-flash-preview",
  ),
  fixture("code-and-picture", { ...usage, inputTokens: 51, outputTokens: 50 }, [{ text: "Running it:Done." }]),
  fixture("two-candidates", { ...usage, inputTokens: 4, outputTokens: 8 }, [
    { text: "Alpha one." },
    { text: "Beta two", finish: "length" },
  ]),
  fixture("safety", { ...usage, inputTokens: 6, outputTokens: 3 }, [{ text: "Well, ", finish: "content_filter" }]),
  fixture("blocked-prompt", { ...usage, inputTokens: 8 }, [{ finish: "content_filter", hasContent: false }]),
];

describe.each([endpoint, streamEndpoint])("gemini keeps the contract of a protocol at %s", (at) => {
  const checks = protocolContract({ protocol: gemini, endpoint: at, fixtures: at === endpoint ? fixtures : [] });
  for (const check of checks) it(check.name, () => check.run());
});

describe("the same streams with other line ends", () => {
  const other = (from: ProtocolFixture, lineEnd: string): ProtocolFixture => {
    const stream = new TextEncoder().encode(text(from.stream).replaceAll("\n", lineEnd));
    return { ...from, name: `${from.name}, ${JSON.stringify(lineEnd)}`, stream };
  };
  const some = fixtures.slice(0, 2).flatMap((from) => [other(from, "\r"), other(from, "\r\n")]);
  const checks = protocolContract({ protocol: gemini, endpoint, fixtures: some });
  for (const check of checks) it(check.name, () => check.run());
});

describe("renderError", () => {
  it.each([
    [400, "INVALID_ARGUMENT"],
    [401, "UNAUTHENTICATED"],
    [403, "PERMISSION_DENIED"],
    [404, "NOT_FOUND"],
    [413, "INVALID_ARGUMENT"],
    [429, "RESOURCE_EXHAUSTED"],
    [500, "INTERNAL"],
    [502, "UNAVAILABLE"],
    [504, "DEADLINE_EXCEEDED"],
  ])("%s is %s", (status, name) => {
    const body = text(gemini.renderError({ status, code: "some_code", message: "what and why" }, "json"));
    const info = { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "SOME_CODE", domain: "reprise" };
    expect(JSON.parse(body)).toEqual({
      error: { code: status, message: "what and why", status: name, details: [info] },
    });
    expect(text(gemini.renderError({ status, code: "some_code", message: "what and why" }, "event"))).toBe(
      `data: ${body}\n\n`,
    );
  });

  it("says which field is wrong", () => {
    const error = { status: 400, code: "invalid_request", message: "must be a number", param: "contents" };
    expect(JSON.parse(text(gemini.renderError(error, "json"))).error.details[1]).toEqual({
      "@type": "type.googleapis.com/google.rpc.BadRequest",
      fieldViolations: [{ field: "contents", description: "must be a number" }],
    });
  });
});
