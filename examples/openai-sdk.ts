/**
 * The official OpenAI SDK against a running gateway; only the base URL is different.
 *
 *     npm run origin -- --port 9000
 *     npm start -- --upstream http://127.0.0.1:9000/v1
 *     npx node examples/openai-sdk.ts
 *
 * Against the real API start the gateway with `npm start`, and set OPENAI_API_KEY and MODEL.
 */
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: process.env["REPRISE_URL"] ?? "http://127.0.0.1:8787/v1",
  apiKey: process.env["OPENAI_API_KEY"] ?? "sk-example",
});
const model = process.env["MODEL"] ?? "scripted-large";
const messages = [{ role: "user" as const, content: "Name three things that a cache must never do." }];

// The same question as JSON, as JSON again, and as a stream: one call to the origin.
for (const attempt of ["first", "again"]) {
  const { data, response } = await client.chat.completions.create({ model, messages }).withResponse();
  console.log(`${attempt}: ${response.headers.get("x-ai-cache-status")}: ${data.choices[0]?.message.content}`);
}

const { data: stream, response } = await client.chat.completions
  .create({ model, messages, stream: true })
  .withResponse();
let text = "";
for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
console.log(`stream: ${response.headers.get("x-ai-cache-status")}: ${text}`);

// One call that asks for a new answer, and replaces the stored one.
const fresh = await client.chat.completions
  .create({ model, messages }, { headers: { "Cache-Control": "no-cache" } })
  .withResponse();
console.log(`no-cache: ${fresh.response.headers.get("x-ai-cache-status")}`);
