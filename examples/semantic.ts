/** Like questions: the same one in other words is a hit, another one is not. Needs no server: `npx node examples/semantic.ts`. */
import OpenAI from "openai";
// In a project of your own: from "reprise" and "reprise/testing".
import { createCache } from "../src/index.ts";
import { startScriptedOrigin } from "../src/testing/index.ts";

/** Stands for the API of a model. */
const origin = await startScriptedOrigin();
const cache = await createCache({ semantic: { mode: "serve" } });
const client = new OpenAI({ baseURL: origin.url, apiKey: "sk-example", fetch: cache.fetch });

const ask = async (content: string) => {
  const request = { model: "scripted-large", messages: [{ role: "user" as const, content }] };
  const { response } = await client.chat.completions.create(request).withResponse();
  const [status, layer] = [response.headers.get("x-ai-cache-status"), response.headers.get("x-ai-cache-layer")];
  console.log(`${String(status).toLowerCase()}${layer === null ? "" : ` (${layer})`}: ${content}`);
};

// Nothing is stored yet.
await ask("How do I reset my password?");

console.log("and now:");
await ask("How do I reset my password?");
await ask("how can i reset my pasword");
await ask("How do I reset my router?");
await ask("How do I not reset my password?");

console.log(`the origin was asked ${origin.callCount} times`);
await cache.close();
await origin.close();
