/**
 * LangChain with the cache, without a gateway: `cache.fetch` beneath a model, LangChain's own cache, and embeddings.
 *
 *     npm run origin -- --port 9000
 *     OPENAI_BASE_URL=http://127.0.0.1:9000/v1 npx node examples/langchain.ts
 *
 * Without OPENAI_BASE_URL it asks the real API; set OPENAI_API_KEY and MODEL.
 */
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
// In a project of your own: from "reprise" and "reprise/langchain".
import { createCache } from "../src/index.ts";
import { CachedEmbeddings, LangChainCache } from "../src/integrations/langchain.ts";

const cache = await createCache();
const apiKey = process.env["OPENAI_API_KEY"] ?? "sk-example";
const model = process.env["MODEL"] ?? "gpt-4o-mini";
const found = () => cache.stats().requests.hit;

try {
  // Beneath a model, for everything that it does: streams and images too, and identical calls share one answer.
  const chat = new ChatOpenAI({ model, apiKey, configuration: { fetch: cache.fetch } });
  const first = await chat.invoke("What is a chain without a link?");
  let text = "";
  for await (const chunk of await chat.stream("What is a chain without a link?")) text += chunk.text;
  console.log(
    `cache.fetch: ${found()} found, the stream ${text === first.text ? "says the same" : "differs"}: ${text}`,
  );
  console.log(`saved: ${cache.stats().savedInAll.usd} USD`);

  // As LangChain's own cache, for models whose client takes no fetch.
  const cached = new ChatOpenAI({ model, apiKey, cache: new LangChainCache(cache, { ttl: "1h" }) });
  const before = found();
  const answers = [
    await cached.invoke("And a link without a chain?"),
    await cached.invoke("And a link without a chain?"),
  ];
  console.log(`LangChainCache: ${found() - before} found: ${answers[1]?.text}`);

  // Of the second list only "cherry" is sent, and of the third nothing.
  const name = "text-embedding-3-small";
  const embeddings = new CachedEmbeddings(new OpenAIEmbeddings({ model: name, apiKey }), cache, { model: name });
  await embeddings.embedDocuments(["apple", "banana"]);
  await embeddings.embedDocuments(["banana", "cherry", "apple"]);
  const known = found();
  const vectors = await embeddings.embedDocuments(["apple", "banana", "cherry"]);
  console.log(`CachedEmbeddings: ${vectors.length} vectors, ${found() - known} list found`);
} finally {
  await cache.close();
}
