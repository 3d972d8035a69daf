import Anthropic from "@anthropic-ai/sdk";
import type { Message, MessageCreateParamsNonStreaming } from "@anthropic-ai/sdk/resources/messages";
import { describe, expect, test } from "vitest";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { inMemory, type RunningGateway, runBoth } from "./running-gateway.ts";

/** Anthropic's official SDK, pointed at the gateway and otherwise unaware of it. */

type Request = MessageCreateParamsNonStreaming;
const base: Request = {
  model: "claude-sonnet-4-6",
  max_tokens: 64,
  messages: [{ role: "user", content: "What is the weather in Athens?" }],
};
const weather: Anthropic.Tool = {
  name: "weather",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

const cases: Readonly<Record<string, readonly [Request, PlannedReply]>> = {
  text: [base, {}],
  thinking: [{ ...base, thinking: { type: "enabled", budget_tokens: 1024 } }, { reasoning: "First\n🤔 then that." }],
  "tool calls": [
    { ...base, tools: [weather], system: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral" } }] },
    {
      content: "I look.",
      toolCalls: [
        { name: "weather", arguments: '{"city": "Athens, \\"old\\" town"}' },
        { name: "weather", arguments: '{"city":"Πειραιάς"}' },
      ],
    },
  ],
  "an image": [
    {
      ...base,
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgo=" } },
            { type: "text", text: "What is this?" },
          ],
        },
      ],
    },
    {},
  ],
  "structured output": [
    {
      ...base,
      output_config: {
        format: {
          type: "json_schema",
          schema: { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] },
        },
      },
    },
    {},
  ],
};

/** All ways to get one answer with the SDK. */
const ways: Readonly<Record<string, (client: Anthropic, request: Request) => Promise<unknown>>> = {
  "create()": (client, request) => client.messages.create(request),
  "stream().finalMessage()": (client, request) => client.messages.stream(request).finalMessage(),
  "async iteration": async (client, request) => {
    const stream = client.messages.stream(request);
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect([types[0], types.at(-1)]).toEqual(["message_start", "message_stop"]);
    return stream.finalMessage();
  },
};

/** Without the parsed form that the SDK adds to what it has put together from a stream. */
function plain(message: unknown): Message {
  return JSON.parse(JSON.stringify(message), (name, value: unknown) => (name.startsWith("parsed") ? undefined : value));
}

function clientOf(gateway: RunningGateway, options: { readonly apiKey?: string; readonly authToken?: string } = {}) {
  const { apiKey = null, authToken = null } =
    options.authToken === undefined ? { apiKey: "sk-e2e", ...options } : options;
  return new Anthropic({ logLevel: "off", apiKey, authToken, baseURL: gateway.url, maxRetries: 0 });
}

describe.each(Object.entries(cases))("S16: %s with Anthropic's SDK", (_, [request, plan]) => {
  test.each(Object.keys(ways))("filled by %s, is the same in every form", async (filling) => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan(plan);
    const client = clientOf(gateway);
    const first = plain(await ways[filling]!(client, request));
    expect(first.stop_reason).toBe(request.tools === undefined ? "end_turn" : "tool_use");
    expect(first.usage.output_tokens).toBeGreaterThan(1);
    for (const way of Object.values(ways)) expect(plain(await way(client, request))).toEqual(first);
    const { response } = await client.messages.create(request).withResponse();
    expect(response.headers.get("x-ai-cache-status")).toBe("HIT");
    expect(origin.callCount).toBe(1);
    expect(origin.calls[0]?.path).toBe("/v1/messages");
  });
});

test("the beta endpoint is cached, apart from the other", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const client = clientOf(gateway);
  const asked = { ...base, betas: ["context-1m-2025-08-07"] };
  const first = await client.beta.messages.create(asked);
  expect(plain(await client.beta.messages.stream(asked).finalMessage())).toEqual(plain(first));
  expect([origin.callCount, origin.calls[0]?.path]).toEqual([1, "/v1/messages"]);
  expect(origin.calls[0]?.headers["anthropic-beta"]).toBe("context-1m-2025-08-07");
  await client.messages.create(base);
  expect(origin.callCount).toBe(2);
});

test("counting tokens passes through", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const client = clientOf(gateway);
  for (let call = 1; call <= 2; call++) {
    await client.messages.countTokens({ model: base.model, messages: base.messages });
    expect(origin.callCount).toBe(call);
  }
  expect(origin.calls[1]?.path).toBe("/v1/messages/count_tokens");
});

test("I1: two credentials never share, whether keys or tokens", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const clients = [{ apiKey: "one" }, { apiKey: "two" }, { authToken: "three" }].map((options) =>
    clientOf(gateway, options),
  );
  const answers = await Promise.all(clients.map((client) => client.messages.create(base)));
  expect(origin.callCount).toBe(3);
  expect(new Set(answers.map(({ content }) => JSON.stringify(content))).size).toBe(3);
  for (const [index, client] of clients.entries()) expect(await client.messages.create(base)).toEqual(answers[index]);
  expect(origin.callCount).toBe(3);
});

test("U1: the SDK sees the class, type and retry-after of an origin that refuses", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, coalescing: { errorBackoff: "0s" } });
  const client = clientOf(gateway);
  origin.plan({ status: 429, headers: { "retry-after": "7" } });
  const refused = await client.messages.create(base).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Anthropic.RateLimitError);
  const { status, type, headers } = refused as InstanceType<typeof Anthropic.RateLimitError>;
  expect([status, type, headers?.get("retry-after")]).toEqual([429, "rate_limit_error", "7"]);
});

test("surface: what the gateway itself refuses reaches the SDK as its own error class, with its code", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const refused = await clientOf(gateway)
    .messages.create(base, { headers: { "x-ai-cache-ttl": "soon" } })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Anthropic.BadRequestError);
  expect(refused).toMatchObject({
    status: 400,
    type: "invalid_request_error",
    errorCode: "invalid_header",
    details: { param: "X-AI-Cache-TTL" },
  });
  expect(origin.callCount).toBe(0);
});

test("S6: the SDK rejects a stream that broke off, and one that reports an error", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const client = clientOf(gateway);
  origin.plan({ cut: { afterChunks: 4, how: "fin" } });
  await expect(client.messages.stream(base).finalMessage()).rejects.toMatchObject({ errorCode: "origin_truncated" });
  origin.plan({ errorEvent: { atChunk: 3 } });
  await expect(client.messages.stream(base).finalMessage()).rejects.toMatchObject({ type: "overloaded_error" });
  expect(origin.callCount).toBe(2);
});
