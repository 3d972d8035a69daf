import type { GenerateContentParameters, GenerateContentResponse } from "@google/genai";
import { ApiError, FunctionCallingConfigMode, GoogleGenAI, type Part, Type } from "@google/genai";
import { describe, expect, onTestFinished, test } from "vitest";
import { createCache } from "../../src/cache.ts";
import type { PlannedReply } from "../../src/testing/scripted-plan.ts";
import { inMemory, runBoth, runOrigin } from "./running-gateway.ts";

/** Google's official SDK, pointed at the gateway, or given the cache's fetch, and otherwise unaware of it. */

type Request = GenerateContentParameters;
const base: Request = { model: "gemini-2.5-flash", contents: "What is the weather in Athens?" };
const weather = {
  functionDeclarations: [
    {
      name: "weather",
      parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } }, required: ["city"] },
    },
  ],
};

const cases: Readonly<Record<string, readonly [Request, PlannedReply]>> = {
  text: [base, {}],
  thoughts: [{ ...base, config: { thinkingConfig: { includeThoughts: true } } }, { reasoning: "First\n🤔 then that." }],
  "parallel calls": [
    {
      ...base,
      config: {
        tools: [weather],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
        systemInstruction: "Be quick.",
      },
    },
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
      contents: [
        { role: "user", parts: [{ inlineData: { mimeType: "image/png", data: "iVBORw0KGgo=" } }, { text: "?" }] },
      ],
    },
    {},
  ],
  "a structured output": [
    {
      ...base,
      config: {
        responseMimeType: "application/json",
        responseSchema: { type: Type.OBJECT, properties: { answer: { type: Type.STRING } }, required: ["answer"] },
      },
    },
    {},
  ],
};

interface Turn {
  readonly role: string | undefined;
  readonly parts: readonly Part[];
}

interface Answer {
  readonly parts: readonly Part[];
  readonly text: string;
  readonly calls: readonly unknown[];
  readonly finishReason: unknown;
  readonly usage: unknown;
  readonly id: unknown;
}

/** What an application reads, whatever the form the answer came in. */
function answerOf(responses: readonly GenerateContentResponse[]): Answer {
  const last = responses.at(-1);
  return {
    parts: joined(responses.flatMap((response) => response.candidates?.[0]?.content?.parts ?? [])),
    text: responses.map((response) => textIn(response)).join(""),
    calls: responses.flatMap((response) => response.functionCalls ?? []),
    finishReason: last?.candidates?.[0]?.finishReason,
    usage: last?.usageMetadata,
    id: last?.responseId,
  };
}

/** As the SDK's own getter has it, which warns of parts that are no text. */
function textIn(response: GenerateContentResponse): string {
  const parts = response.candidates?.[0]?.content?.parts ?? [];
  return parts.map((part) => (part.thought === true ? "" : (part.text ?? ""))).join("");
}

function joined(parts: readonly Part[]): readonly Part[] {
  const whole: Part[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (part.text !== undefined && last?.text !== undefined && part.thought === last.thought)
      whole[whole.length - 1] = { ...last, text: last.text + part.text };
    else whole.push(part);
  }
  return whole;
}

async function collected(stream: AsyncIterable<GenerateContentResponse>): Promise<readonly GenerateContentResponse[]> {
  const responses: GenerateContentResponse[] = [];
  for await (const response of stream) responses.push(response);
  return responses;
}

/** All ways to get one answer with the SDK. */
const ways: Readonly<Record<string, (client: GoogleGenAI, request: Request) => Promise<Answer>>> = {
  "generateContent()": async (client, request) => answerOf([await client.models.generateContent(request)]),
  "generateContentStream()": async (client, request) =>
    answerOf(await collected(await client.models.generateContentStream(request))),
};

describe.each(Object.entries(cases))("%s with the official SDK", (_, [request, plan]) => {
  test.each(Object.keys(ways))("filled by %s, is the same in every form", async (filling) => {
    const { origin, gateway } = await runBoth(inMemory);
    origin.plan(plan);
    const client = new GoogleGenAI({ apiKey: "AIza-e2e", httpOptions: { baseUrl: gateway.url } });
    const first = await ways[filling]!(client, request);
    expect(first.finishReason).toBe("STOP");
    expect(first.usage).toMatchObject({ totalTokenCount: expect.any(Number) });
    expect(first.calls).toHaveLength(plan.toolCalls?.length ?? 0);
    for (const way of Object.values(ways)) expect(await way(client, request)).toEqual(first);
    const { sdkHttpResponse } = await client.models.generateContent(request);
    expect(sdkHttpResponse?.headers?.["x-ai-cache-status"]).toBe("HIT");
    expect(origin.callCount).toBe(1);
    expect(origin.calls[0]?.headers["x-goog-api-key"]).toBe("AIza-e2e");
  });
});

test("a conversation that the SDK keeps is the same from a stream and in one piece, and its turns are hits", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const client = new GoogleGenAI({ apiKey: "AIza-e2e", httpOptions: { baseUrl: gateway.url } });
  const talk = async (streamed: boolean): Promise<readonly Turn[]> => {
    const chat = client.chats.create({ model: base.model });
    for (const message of ["Hello", "And now?"]) {
      if (streamed) await collected(await chat.sendMessageStream({ message }));
      else await chat.sendMessage({ message });
    }
    // The SDK keeps each chunk of a stream as a content of its own.
    const turns: Turn[] = [];
    for (const { role, parts = [] } of chat.getHistory()) {
      const last = turns.at(-1);
      if (last?.role === role) turns[turns.length - 1] = { role, parts: joined([...(last?.parts ?? []), ...parts]) };
      else turns.push({ role, parts });
    }
    return turns;
  };
  const whole = await talk(false);
  expect(whole).toHaveLength(4);
  const again = await talk(false);
  expect(again).toEqual(whole);
  expect(origin.callCount).toBe(2);
  const streamed = await talk(true);
  expect(streamed[1]).toEqual(whole[1]);
});

test("the cache's fetch serves the SDK in the program", async () => {
  const origin = await runOrigin();
  const cache = await createCache();
  onTestFinished(() => cache.close());
  const baseUrl = new URL(origin.url).origin;
  const client = new GoogleGenAI({ apiKey: "AIza-e2e", httpOptions: { baseUrl, fetch: cache.fetch } });
  const first = await ways["generateContentStream()"]!(client, base);
  for (const way of Object.values(ways)) expect(await way(client, base)).toEqual(first);
  expect(origin.callCount).toBe(1);
});

test("each version of the API, over an upstream named in the path, and behind a version in the base URL", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  for (const baseUrl of [gateway.url, `${gateway.url}/u/main`, `${gateway.url}/v1`]) {
    for (const apiVersion of ["v1", "v1beta"]) {
      const client = new GoogleGenAI({ apiKey: "AIza-e2e", apiVersion, httpOptions: { baseUrl } });
      await client.models.generateContent(base);
    }
  }
  // The version of the API belongs to the key, the way to the upstream does not.
  const calls = origin.calls.map(({ path }) => path);
  expect(calls).toEqual(["v1", "v1beta"].map((version) => `/${version}/models/gemini-2.5-flash:generateContent`));
});

test("U1: the SDK sees the status and the words of an origin that refuses", async () => {
  const { origin, gateway } = await runBoth({ ...inMemory, coalescing: { errorBackoff: "0s" } });
  const client = new GoogleGenAI({ apiKey: "AIza-e2e", httpOptions: { baseUrl: gateway.url } });
  origin.plan({ status: 429 });
  for (const way of Object.values(ways)) {
    const refused = await way(client, base).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiError);
    expect((refused as ApiError).status).toBe(429);
    expect((refused as ApiError).message).toContain("RESOURCE_EXHAUSTED");
  }
  origin.plan({});
  expect((await ways["generateContent()"]!(client, base)).finishReason).toBe("STOP");
});

test("surface: what the gateway itself refuses reaches the SDK in Google's shape", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const headers = { "x-ai-cache-ttl": "soon" };
  const client = new GoogleGenAI({ apiKey: "AIza-e2e", httpOptions: { baseUrl: gateway.url, headers } });
  const refused = await client.models.generateContent(base).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect(JSON.parse((refused as ApiError).message).error).toMatchObject({
    code: 400,
    status: "INVALID_ARGUMENT",
    details: [{ reason: "INVALID_HEADER" }, { fieldViolations: [{ field: "X-AI-Cache-TTL" }] }],
  });
  expect(origin.callCount).toBe(0);
});

test("S6: the SDK rejects a stream that broke off, and one that reports an error", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const client = new GoogleGenAI({ apiKey: "AIza-e2e", httpOptions: { baseUrl: gateway.url } });
  for (const plan of [{ cut: { afterChunks: 3, how: "fin" } }, { errorEvent: { atChunk: 2 } }] as const) {
    origin.plan(plan);
    await expect(ways["generateContentStream()"]!(client, base)).rejects.toThrow();
  }
  expect(origin.callCount).toBe(2);
});
