/**
 * Anthropic's official SDK against a running gateway; only the base URL is different.
 *
 *     npm run origin -- --port 9000
 *     npm start -- --upstream http://127.0.0.1:9000/v1
 *     npx node examples/anthropic-sdk.ts
 *
 * Against the real API start the gateway with `npm start`, and set ANTHROPIC_API_KEY and MODEL.
 */
import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({
  // Without /v1, which this SDK adds by itself.
  baseURL: process.env["ANTHROPIC_BASE_URL"] ?? "http://127.0.0.1:8787",
  apiKey: process.env["ANTHROPIC_API_KEY"] ?? "sk-ant-example",
});
const model = process.env["MODEL"] ?? "claude-haiku-4-5";
const request: Anthropic.MessageCreateParamsNonStreaming = {
  model,
  max_tokens: 300,
  messages: [{ role: "user", content: "Why does a cache need to forget?" }],
};

// The same question as JSON, as JSON again, and as a stream: one call to the origin.
for (const attempt of ["first", "again"]) {
  const { data, response } = await client.messages.create(request).withResponse();
  console.log(`${attempt}: ${told(response)}: ${textOf(data)}`);
}

const { data: stream, response } = await client.messages.stream(request).withResponse();
console.log(`stream: ${told(response)}: ${textOf(await stream.finalMessage())}`);

// Marks for the provider's own cache of prompts are sent on and change nothing about the key.
const marked = await client.messages.create({ ...request, cache_control: { type: "ephemeral" } }).withResponse();
console.log(`with a mark: ${told(marked.response)}: ${textOf(marked.data)}`);

function textOf({ content }: Anthropic.Message): string {
  return content.map((block) => (block.type === "text" ? block.text : "")).join("");
}

function told({ headers }: { readonly headers: Headers }): string {
  const saved = headers.get("x-ai-cache-saved-usd");
  return `${headers.get("x-ai-cache-status")}${saved === null ? "" : `, saved ${saved} USD`}`;
}
