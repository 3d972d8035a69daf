import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { type CallableTool, GoogleGenAI, type Part } from "@google/genai";
import { generateText, isStepCount, jsonSchema, streamText, tool, wrapLanguageModel } from "ai";
import OpenAI from "openai";
import { expect, onTestFinished, test } from "vitest";
import { type Cache, createCache } from "../../src/cache.ts";
import { languageModelCache } from "../../src/integrations/ai-sdk.ts";
import { inMemory, runGateway, runOrigin } from "../e2e/running-gateway.ts";
import { plans, weather } from "./matrix/matrix-client.ts";

/**
 * The loops in which SDKs run tools by themselves: the model calls one, its result goes back together with what the model
 * said and thought, and the model answers. A second run makes the same calls only if every answer from the cache goes
 * back as it came, ids and signatures included.
 */

const question = "What is the weather?";
const result = "Sunny, 21 degrees";
const { name, description, schema } = weather;

interface Places {
  readonly gateway: string;
  readonly origin: string;
  readonly cache: Cache;
}

const aiTool = tool({ description, inputSchema: jsonSchema(schema), execute: async () => result });

const aiSdk = (streamed: boolean, modelOf: (places: Places) => Parameters<typeof generateText>[0]["model"]) => {
  return async (places: Places): Promise<string> => {
    const request = {
      model: modelOf(places),
      prompt: question,
      tools: { [name]: aiTool },
      stopWhen: isStepCount(3),
      providerOptions: { openai: { reasoningEffort: "low" } },
    };
    return streamed ? await streamText(request).text : (await generateText(request)).text;
  };
};

const provider = (url: string) => createOpenAI({ apiKey: "sk-loop", baseURL: `${url}/v1` });
const aiChat = ({ gateway }: Places) => provider(gateway).chat("gpt-5-mini");
const aiResponses = ({ gateway }: Places) => provider(gateway).responses("gpt-5-mini");
const aiCached = ({ origin, cache }: Places) =>
  wrapLanguageModel({ model: provider(origin).responses("gpt-5-mini"), middleware: languageModelCache(cache) });

const openAi = async ({ gateway }: Places, stream: boolean): Promise<string> => {
  const client = new OpenAI({ apiKey: "sk-loop", baseURL: `${gateway}/v1`, maxRetries: 0 });
  const functionTool = {
    type: "function" as const,
    function: { name, description, parameters: schema, parse: JSON.parse, function: async () => result },
  };
  const request = {
    model: "gpt-5-mini",
    messages: [{ role: "user" as const, content: question }],
    tools: [functionTool],
  };
  const runner = stream
    ? client.chat.completions.runTools({ ...request, stream: true })
    : client.chat.completions.runTools(request);
  return (await runner.finalContent()) ?? "";
};

const anthropic = async ({ gateway }: Places, stream: boolean): Promise<string> => {
  const client = new Anthropic({ apiKey: "sk-loop", baseURL: gateway, maxRetries: 0 });
  const runner = client.beta.messages.toolRunner({
    model: "claude-sonnet-4-6",
    max_tokens: 2048,
    thinking: { type: "enabled", budget_tokens: 1024 },
    messages: [{ role: "user", content: question }],
    tools: [{ name, description, input_schema: schema, run: async () => result, parse: (input: unknown) => input }],
    stream,
    // A thread of the provider can be continued only once, so calls with one pass by the cache.
    thread: false,
  });
  const { content } = await runner.runUntilDone();
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
};

const gemini = async ({ gateway }: Places, stream: boolean): Promise<string> => {
  const ai = new GoogleGenAI({ apiKey: "AIza-loop", httpOptions: { baseUrl: gateway } });
  const callable: CallableTool = {
    tool: async () => ({ functionDeclarations: [{ name, description, parametersJsonSchema: schema }] }),
    callTool: async (calls): Promise<Part[]> =>
      calls.map(({ id }) => ({
        functionResponse: { name, response: { result }, ...(id !== undefined && { id }) },
      })),
  };
  const request = { model: "gemini-2.5-flash", contents: question, config: { tools: [callable] } };
  if (!stream) return (await ai.models.generateContent(request)).text ?? "";
  let text = "";
  for await (const { candidates } of await ai.models.generateContentStream(request))
    for (const part of candidates?.[0]?.content?.parts ?? []) if (part.thought !== true) text += part.text ?? "";
  return text;
};

const loops: Readonly<Record<string, (places: Places) => Promise<string>>> = {
  "openai, chat completions": (places) => openAi(places, false),
  "openai, chat completions, streamed": (places) => openAi(places, true),
  anthropic: (places) => anthropic(places, false),
  "anthropic, streamed": (places) => anthropic(places, true),
  gemini: (places) => gemini(places, false),
  "gemini, streamed": (places) => gemini(places, true),
  "AI SDK, chat completions": aiSdk(false, aiChat),
  "AI SDK, chat completions, streamed": aiSdk(true, aiChat),
  "AI SDK, responses": aiSdk(false, aiResponses),
  "AI SDK, responses, streamed": aiSdk(true, aiResponses),
  "AI SDK with middleware": aiSdk(false, aiCached),
  "AI SDK with middleware, streamed": aiSdk(true, aiCached),
};

test.each(Object.entries(loops))("S16: a loop with tools, %s: the second run asks no model", async (_, loop) => {
  const origin = await runOrigin();
  const gateway = await runGateway(origin, inMemory);
  const cache = await createCache();
  onTestFinished(() => cache.close());
  origin.plan(({ json }) => (JSON.stringify(json).includes(result) ? {} : { ...plans.tools, ...plans.reasoning }));
  const places = { gateway: gateway.url, origin: new URL(origin.url).origin, cache };
  const first = await loop(places);
  expect(first).toContain("heard");
  expect(origin.callCount).toBe(2);
  expect(await loop(places)).toBe(first);
  expect(origin.callCount).toBe(2);
});
