/**
 * The Vercel AI SDK with the cache as middleware, without a gateway.
 *
 *     npm run origin -- --port 9000
 *     OPENAI_BASE_URL=http://127.0.0.1:9000/v1 npx node examples/ai-sdk.ts
 *
 * Without OPENAI_BASE_URL it asks the real API; set OPENAI_API_KEY and MODEL.
 */
import { createOpenAI } from "@ai-sdk/openai";
import { embedMany, generateText, streamText, wrapEmbeddingModel, wrapLanguageModel } from "ai";
// In a project of your own: from "reprise" and "reprise/ai-sdk".
import { createCache } from "../src/index.ts";
import { embeddingModelCache, languageModelCache } from "../src/integrations/ai-sdk.ts";

const cache = await createCache();
try {
  const openai = createOpenAI({ apiKey: process.env["OPENAI_API_KEY"] ?? "sk-example" });
  const model = wrapLanguageModel({
    model: openai(process.env["MODEL"] ?? "gpt-4o-mini"),
    middleware: languageModelCache(cache, { ttl: "1h" }),
  });
  const prompt = "What does a middleware sit in the middle of?";

  // One entry serves both functions.
  for (const attempt of ["first", "again"]) {
    const { text, response } = await generateText({ model, prompt });
    console.log(`${attempt}: ${response.headers?.["x-ai-cache-status"]}: ${text}`);
  }
  const stream = streamText({ model, prompt });
  const text = await stream.text;
  console.log(`stream: ${(await stream.response).headers?.["x-ai-cache-status"]}: ${text}`);

  // What one call asks of the cache stands in its own options.
  const fresh = await generateText({ model, prompt, providerOptions: { reprise: { refresh: true } } });
  console.log(`refresh: ${fresh.response.headers?.["x-ai-cache-status"]}: ${fresh.text}`);

  // Of the second batch only "cherry" is sent.
  const embedder = wrapEmbeddingModel({
    model: openai.embeddingModel("text-embedding-3-small"),
    middleware: embeddingModelCache(cache),
  });
  await embedMany({ model: embedder, values: ["apple", "banana"] });
  const { embeddings } = await embedMany({ model: embedder, values: ["banana", "cherry", "apple"] });
  const { hit, miss } = cache.stats().requests;
  // A batch counts as one call, and as found only when every vector of it was.
  console.log(`${embeddings.length} vectors; calls answered from the cache: ${hit}, computed: ${miss}`);
} finally {
  await cache.close();
}
