import OpenAI from "openai";
import type { Response, ResponseCreateParamsNonStreaming } from "openai/resources/responses/responses";
import { describe, expect, test } from "vitest";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { inMemory, type RunningGateway, runBoth } from "./running-gateway.ts";

/** OpenAI's official SDK and its responses, pointed at the gateway and otherwise unaware of it. */

type Request = Omit<ResponseCreateParamsNonStreaming, "stream">;
const base: Request = { model: "scripted-large", input: "What is the weather in Athens?" };
const city = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const answer = { ...city, properties: { answer: { type: "string" } }, required: ["answer"] };

const cases: Readonly<Record<string, readonly [Request, PlannedReply]>> = {
  text: [base, {}],
  reasoning: [{ ...base, reasoning: { effort: "low", summary: "auto" } }, { reasoning: "First\n🤔 then that." }],
  "function tools": [
    { ...base, tools: [{ type: "function", name: "weather", strict: true, parameters: city }] },
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
      input: [
        {
          role: "user",
          content: [
            { type: "input_image", detail: "auto", image_url: "data:image/png;base64,iVBORw0KGgo=" },
            { type: "input_text", text: "What is this?" },
          ],
        },
      ],
    },
    {},
  ],
  "structured output": [
    { ...base, text: { format: { type: "json_schema", name: "answer", strict: true, schema: answer } } },
    {},
  ],
};

/** All ways to get one answer with the SDK. */
const ways: Readonly<Record<string, (client: OpenAI, request: Request) => Promise<unknown>>> = {
  "create()": (client, request) => client.responses.create(request),
  "stream().finalResponse()": (client, request) => client.responses.stream(request).finalResponse(),
  "async iteration": async (client, request) => {
    let last: unknown;
    const numbers: number[] = [];
    for await (const event of await client.responses.create({ ...request, stream: true })) {
      numbers.push(event.sequence_number);
      if (event.type === "response.completed") last = event.response;
    }
    expect(numbers).toEqual(numbers.map((_, index) => index));
    return last;
  },
};

/** Without what the SDK itself adds to a response. */
function plain(response: unknown): Response {
  return JSON.parse(JSON.stringify(response), (name, value: unknown) =>
    name === "output_text" || name === "output_parsed" || name.startsWith("parsed") ? undefined : value,
  );
}

function clientOf(gateway: RunningGateway, apiKey = "sk-e2e"): OpenAI {
  return new OpenAI({ logLevel: "off", apiKey, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
}

async function ask(client: OpenAI, request: Request) {
  const { data, response } = await client.responses.create(request).withResponse();
  return {
    data,
    status: response.headers.get("x-ai-cache-status"),
    reason: response.headers.get("x-ai-cache-reason"),
  };
}

describe.each(Object.entries(cases))("S16: %s with OpenAI's SDK", (_, [request, plan]) => {
  test.each(Object.keys(ways))("filled by %s, is the same in every form", async (filling) => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan(plan);
    const client = clientOf(gateway);
    const first = plain(await ways[filling]!(client, request));
    expect([first.status, first.output.length]).toEqual([
      "completed",
      1 + (plan.toolCalls ?? []).length + (plan.reasoning === undefined ? 0 : 1),
    ]);
    expect(first.usage?.output_tokens).toBeGreaterThan(1);
    for (const way of Object.values(ways)) expect(plain(await way(client, request))).toEqual(first);
    expect((await ask(client, request)).status).toBe("HIT");
    expect([origin.callCount, origin.calls[0]?.path]).toEqual([1, "/v1/responses"]);
  });
});

test("the answer before is part of the key, and so is metadata, which an answer repeats", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const client = clientOf(gateway);
  const first = await client.responses.create(base);
  for (const previous_response_id of [first.id, "resp_other"]) {
    const asked = { ...base, previous_response_id };
    const filled = await ask(client, asked);
    expect(filled.data.previous_response_id).toBe(previous_response_id);
    expect(await ask(client, asked)).toMatchObject({ status: "HIT", data: { id: filled.data.id } });
  }
  expect(origin.callCount).toBe(3);
  const labelled = await ask(client, { ...base, metadata: { trace: "2" } });
  expect([labelled.data.metadata, origin.callCount]).toEqual([{ trace: "2" }, 4]);
});

test.each([{ conversation: "conv_1" }, { background: true }])("%o passes by the cache", async (state) => {
  const { origin, gateway } = await runBoth(inMemory);
  const client = clientOf(gateway);
  for (let call = 1; call <= 2; call++) {
    expect(await ask(client, { ...base, ...state })).toMatchObject({ status: "BYPASS", reason: "provider_state" });
    expect(origin.callCount).toBe(call);
  }
});

test.each([
  ["length", "finish_length"],
  ["content_filter", "content_filter"],
])("an answer that is incomplete by %s is not stored", async (finishReason, reason) => {
  const { origin, gateway } = await runBoth(inMemory);
  origin.plan({ finishReason });
  const client = clientOf(gateway);
  for (let call = 1; call <= 2; call++) {
    const { data, reason: told } = await ask(client, base);
    expect([data.status, told, origin.callCount]).toEqual(["incomplete", reason, call]);
  }
  const streamed = await client.responses.stream(base).finalResponse();
  expect([streamed.status, origin.callCount]).toEqual(["incomplete", 3]);
});

test("S6: the SDK rejects a stream that broke off and one that reports an error; neither is stored", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, coalescing: { errorBackoff: "0s" } });
  const client = clientOf(gateway);
  origin.plan({ cut: { afterChunks: 6, how: "fin" } });
  await expect(client.responses.stream(base).finalResponse()).rejects.toThrow();
  origin.plan({ errorEvent: { atChunk: 5 } });
  await expect(client.responses.stream(base).finalResponse()).rejects.toThrow();
  origin.plan({});
  expect((await client.responses.stream(base).finalResponse()).status).toBe("completed");
  expect(origin.callCount).toBe(3);
});

test("I1: two credentials never share", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const clients = ["one", "two"].map((key) => clientOf(gateway, key));
  const answers = await Promise.all(clients.map((client) => client.responses.create(base)));
  expect(answers[0]?.output_text).not.toBe(answers[1]?.output_text);
  for (const [index, client] of clients.entries()) {
    expect(plain(await client.responses.create(base))).toEqual(plain(answers[index]));
  }
  expect(origin.callCount).toBe(2);
});
