import OpenAI from "openai";
import type { ChatCompletion, ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions";
import { describe, expect, test } from "vitest";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { inMemory, runBoth } from "./running-gateway.ts";

/** The official SDK, pointed at the gateway and otherwise unaware of it. */

type Request = ChatCompletionCreateParamsNonStreaming;
const base: Request = {
  model: "scripted-large",
  messages: [{ role: "user", content: "What is the weather in Athens?" }],
};
const weather = {
  type: "function" as const,
  function: {
    name: "weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

const cases: Readonly<Record<string, readonly [Request, PlannedReply]>> = {
  text: [base, {}],
  "three choices": [{ ...base, n: 3 }, {}],
  logprobs: [{ ...base, logprobs: true }, {}],
  "tool calls": [
    { ...base, tools: [weather] },
    {
      toolCalls: [
        { name: "weather", arguments: '{"city": "Athens, \\"old\\" town"}' },
        { name: "weather", arguments: '{"city":"Πειραιάς"}' },
      ],
    },
  ],
  "structured output": [
    {
      ...base,
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "a",
          schema: { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] },
        },
      },
    },
    {},
  ],
};

/** All ways to get one answer with the SDK. */
const ways: Readonly<Record<string, (client: OpenAI, request: Request) => Promise<ChatCompletion>>> = {
  "create()": (client, request) => client.chat.completions.create(request),
  "stream().finalChatCompletion()": (client, request) =>
    client.chat.completions
      .stream({ ...request, stream: true, stream_options: { include_usage: true } })
      .finalChatCompletion(),
  "async iteration": async (client, request) => {
    const stream = await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    });
    return assembled(stream);
  },
};

/** Puts chunks together as an application would. */
async function assembled(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<ChatCompletion> {
  type Draft = {
    index: number;
    finish_reason: unknown;
    logprobs: unknown;
    message: { content: string | null; tool_calls?: unknown[] };
  };
  const drafts: Draft[] = [];
  let head: Partial<OpenAI.ChatCompletionChunk> = {};
  for await (const chunk of stream) {
    head = { ...head, ...chunk };
    for (const { index, delta, finish_reason, logprobs } of chunk.choices) {
      drafts[index] ??= { index, finish_reason: null, logprobs: null, message: { content: null } };
      const draft = drafts[index];
      if (typeof delta.content === "string") draft.message.content = (draft.message.content ?? "") + delta.content;
      for (const call of delta.tool_calls ?? []) {
        draft.message.tool_calls ??= [];
        const known = draft.message.tool_calls[call.index] as { function: { arguments: string } } | undefined;
        if (known === undefined) draft.message.tool_calls[call.index] = structuredClone(call);
        else known.function.arguments += call.function?.arguments ?? "";
      }
      if (logprobs?.content) draft.logprobs = [...((draft.logprobs as unknown[] | null) ?? []), ...logprobs.content];
      if (finish_reason !== null) draft.finish_reason = finish_reason;
    }
  }
  return { ...head, choices: drafts } as unknown as ChatCompletion;
}

/** What an application reads, whatever the form the answer came in. */
function essence({ id, model, usage, choices }: ChatCompletion): unknown {
  return {
    id,
    model,
    usage,
    choices: choices.map(({ index, finish_reason, message, logprobs }) => ({
      index,
      finish_reason,
      content: message.content || null,
      tools:
        message.tool_calls?.map((call) =>
          call.type === "function" ? [call.id, call.function.name, call.function.arguments] : [],
        ) ?? [],
      logprobs: (Array.isArray(logprobs) ? logprobs : (logprobs?.content ?? [])).map(({ token, logprob }) => [
        token,
        logprob,
      ]),
    })),
  };
}

describe.each(Object.entries(cases))("S16: %s with the official SDK", (_, [request, plan]) => {
  test.each(Object.keys(ways))("filled by %s, is the same in every form", async (filling) => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan(plan);
    const client = new OpenAI({ apiKey: "sk-e2e", baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const first = await ways[filling]!(client, request);
    expect(first.choices[0]?.finish_reason).toBe(request.tools === undefined ? "stop" : "tool_calls");
    expect(first.usage?.total_tokens).toBeGreaterThan(0);
    for (const way of Object.values(ways)) expect(essence(await way(client, request))).toEqual(essence(first));
    const { response } = await client.chat.completions.create(request).withResponse();
    expect(response.headers.get("x-ai-cache-status")).toBe("HIT");
    expect(origin.callCount).toBe(1);
  });
});

test("U1: the SDK sees the status, code and retry-after of an origin that refuses", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, coalescing: { errorBackoff: "0s" } });
  const client = new OpenAI({ apiKey: "sk-e2e", baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  origin.plan({ status: 429, headers: { "retry-after": "7" } });
  const refused = await client.chat.completions.create(base).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
  const { status, code, headers } = refused as InstanceType<typeof OpenAI.RateLimitError>;
  expect([status, code, headers?.get("retry-after")]).toEqual([429, "rate_limit_exceeded", "7"]);
  origin.plan({});
  expect((await client.chat.completions.create(base)).choices).toHaveLength(1);
});

test("surface: what the gateway itself refuses reaches the SDK as its own error class, with the field", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const client = new OpenAI({ apiKey: "sk-e2e", baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  const refused = await client.chat.completions
    .create(base, { headers: { "x-ai-cache-ttl": "soon" } })
    .catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(OpenAI.BadRequestError);
  expect(refused).toMatchObject({ status: 400, code: "invalid_header", param: "X-AI-Cache-TTL" });
  expect(origin.callCount).toBe(0);
});

test("S6: the SDK rejects a stream that broke off, and one that reports an error", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const client = new OpenAI({ apiKey: "sk-e2e", baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  for (const plan of [{ cut: { afterChunks: 3, how: "fin" } }, { errorEvent: { atChunk: 2 } }] as const) {
    origin.plan(plan);
    const stream = await client.chat.completions.create({ ...base, stream: true });
    await expect(assembled(stream)).rejects.toThrow();
  }
});
