import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { AnswerFacts, ChoiceFacts } from "../core/recording.ts";
import { type ProtocolFixture, protocolContract } from "../testing/protocol-contract.ts";
import { anthropicMessages } from "./anthropic-messages.ts";
import { recordingOf, text } from "./anthropic-messages-samples.ts";

const folder = new URL("../../test/conformance/fixtures/anthropic-messages/", import.meta.url);

function fixture(name: string, model: string, usage: Partial<AnswerFacts["usage"]>, choice: Partial<ChoiceFacts>) {
  const none = { inputTokens: 0, cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  return {
    name,
    stream: Uint8Array.from(readFileSync(new URL(`${name}.sse`, folder))),
    json: Uint8Array.from(readFileSync(new URL(`${name}.json`, folder))),
    facts: {
      wellFormed: true,
      error: false,
      terminal: true,
      model,
      usage: { ...none, ...usage },
      choices: [{ finish: "stop", text: "", refused: false, toolCalls: [], hasContent: true, ...choice }],
    },
  } satisfies ProtocolFixture;
}

const fixtures: readonly ProtocolFixture[] = [
  fixture(
    "text",
    "claude-sonnet-4-5-20250929",
    { inputTokens: 1283, cachedInputTokens: 1024, cacheWriteTokens: 248, hourWriteTokens: 100, outputTokens: 17 },
    { text: 'Grüße 👩‍🚀 says "hi"\n\\o/ \u2028 and 😀 done' },
  ),
  fixture(
    "parallel-tools",
    "claude-opus-4-1-20250805",
    { inputTokens: 472, outputTokens: 89 },
    {
      finish: "tool_calls",
      text: "I'll look up both.",
      toolCalls: [
        { name: "weather", arguments: '{"city":"Berlin","unit":"°C"}' },
        { name: "weather", arguments: '{"city":"東京 \\"old\\""}' },
        { name: "now", arguments: "{}" },
        { name: "now", arguments: "{}" },
      ],
    },
  ),
  fixture(
    "thinking",
    "claude-opus-4-6",
    { inputTokens: 41, outputTokens: 104, reasoningTokens: 71 },
    { text: "27 × 453 = **12231**" },
  ),
  fixture(
    "citations",
    "claude-haiku-4-5-20251001",
    { inputTokens: 607, outputTokens: 31 },
    { text: "According to the document, the grass is green and the sky is blue." },
  ),
  fixture(
    "server-tools",
    "claude-sonnet-4-6",
    { inputTokens: 10_682, outputTokens: 510 },
    { text: "Let me search.High tide is at 06:12." },
  ),
  fixture(
    "refusal",
    "claude-opus-5",
    { inputTokens: 564, outputTokens: 22 },
    { finish: "refusal", refused: true, text: "I can" },
  ),
  fixture("unknown-fields", "claude-x", { inputTokens: 9, outputTokens: 2 }, { finish: "length", text: "Hi" }),
];

const contract = { protocol: anthropicMessages, endpoint: "/v1/messages" };

describe("anthropic-messages keeps the contract of a protocol", () => {
  for (const check of protocolContract({ ...contract, fixtures })) it(check.name, () => check.run());
});

describe("the same streams with other line ends", () => {
  const other = (from: ProtocolFixture, lineEnd: string): ProtocolFixture => {
    const ended = text(from.stream).replaceAll("\n", lineEnd);
    return { ...from, name: `${from.name}, ${JSON.stringify(lineEnd)}`, stream: new TextEncoder().encode(ended) };
  };
  const some = [fixtures[0]!, fixtures[2]!].flatMap((from) => [other(from, "\r"), other(from, "\r\n")]);
  for (const check of protocolContract({ ...contract, fixtures: some })) it(check.name, () => check.run());
});

describe("pings", () => {
  it.each(fixtures.map((one) => [one.name, one] as const))("%s: are passed on and not recorded", (_, { stream }) => {
    const expected = recordingOf(stream);
    const pings = ['event: ping\ndata: {"type": "ping"}\n\n', 'data: {"type":"ping"}\n\n'];
    const events = text(stream).split(/(?<=\n\n)/);
    const pinged = recordingOf(events.map((event, index) => pings[index % 2] + event).join(""));
    expect(text(pinged.recording.body)).toBe(text(expected.recording.body));
    expect(pinged.facts).toEqual(expected.facts);
    expect(pinged.items.map((item) => text(item.bytes))).toEqual(
      expected.items.flatMap((item, index) => [pings[index % 2], text(item.bytes)]),
    );
    expect(pinged.recorder.size).toBe(expected.recording.body.length);
  });
});

describe("endpointOf", () => {
  it.each(["/v1/messages/count_tokens", "/v1/messages/batches", "/messages", "/v1/complete", "/v1/threads/t/messages"])(
    "%s is not it",
    (path) => expect(anthropicMessages.endpointOf(path)).toBeUndefined(),
  );
  it.each(["/anthropic/v1/messages", "https://example.com/v1/messages"])("%s is", (path) =>
    expect(anthropicMessages.endpointOf(path)).toBe("/v1/messages"),
  );
});

describe("renderError", () => {
  const types = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "invalid_request_error",
    413: "request_too_large",
    429: "rate_limit_error",
    502: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
  };
  it.each(Object.entries(types))("%s is a %s", (status, type) => {
    const error = { status: Number(status), code: "some_code", message: "what and why" };
    const body = text(anthropicMessages.renderError({ ...error, param: "messages" }, "json"));
    const details = { error_code: "some_code", param: "messages" };
    expect(JSON.parse(body)).toEqual({ type: "error", error: { type, message: "what and why", details } });
    expect(text(anthropicMessages.renderError({ ...error, param: "messages" }, "event"))).toBe(
      `event: error\ndata: ${body}\n\n`,
    );
    expect(JSON.parse(text(anthropicMessages.renderError(error, "json"))).error.details).toEqual({
      error_code: "some_code",
    });
  });
});
