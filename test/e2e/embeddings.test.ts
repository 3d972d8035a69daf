import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { expect, test } from "vitest";
import { scriptedVector } from "../../src/testing/scripted-embeddings.ts";
import { inMemory, runBoth, runGateway, runOrigin } from "./running-gateway.ts";

/** Official SDKs through the gateway. */

test("OpenAI's SDK: a second batch asks only for what is new", async () => {
  const { origin, gateway } = await runBoth(inMemory);
  const openai = new OpenAI({ apiKey: "sk-1", baseURL: `${gateway.url}/v1`, maxRetries: 0 });
  const embed = (input: string[]) => openai.embeddings.create({ model: "scripted-embed", input }).withResponse();
  await embed(["a", "b"]);
  const { data, response } = await embed(["c", "b", "a", "c"]);
  expect(data.data.map((item) => [item.index, item.embedding])).toEqual(
    ["c", "b", "a", "c"].map((text, index) => [index, scriptedVector(text, "scripted-embed")]),
  );
  expect(data.usage).toEqual({ prompt_tokens: 4, total_tokens: 4 });
  expect(response.headers.get("x-ai-cache-embeddings")).toBe("total=4, cached=2, asked=1");
  expect(origin.calls.map((call) => (call.json as { input: unknown }).input)).toEqual([["a", "b"], ["c"]]);
  const hit = await embed(["a", "c"]);
  expect(hit.response.headers.get("x-ai-cache-status")).toBe("HIT");
  expect(hit.response.headers.get("x-ai-cache-layer")).toBe("embedding");
  expect(origin.callCount).toBe(2);
});

test("Google's SDK: contents of a batch are cached one by one, with their task type", async () => {
  const origin = await runOrigin();
  const gateway = await runGateway({ url: origin.url.replace(/\/v1$/, "") }, inMemory);
  const ai = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl: gateway.url } });
  const embed = (contents: string[], taskType: string) =>
    ai.models.embedContent({ model: "gemini-embedding-001", contents, config: { taskType, outputDimensionality: 4 } });
  const first = await embed(["a", "b"], "RETRIEVAL_QUERY");
  expect(first.embeddings?.map((one) => one.values?.length)).toEqual([4, 4]);
  const second = await embed(["b", "c", "a"], "RETRIEVAL_QUERY");
  expect(second.embeddings?.[0]?.values).toEqual(first.embeddings?.[1]?.values);
  expect(second.embeddings?.[2]?.values).toEqual(first.embeddings?.[0]?.values);
  expect(second.embeddings?.[1]?.values).not.toEqual(first.embeddings?.[0]?.values);
  await embed(["a"], "RETRIEVAL_DOCUMENT");
  const asked = origin.calls.map((call) => (call.json as { requests: unknown[] }).requests.length);
  expect(asked).toEqual([2, 1, 1]);
});
