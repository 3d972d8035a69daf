/**
 * OpenAI's responses against a running gateway; only the base URL is different.
 *
 *     npm run origin -- --port 9000
 *     npm start -- --upstream http://127.0.0.1:9000/v1
 *     npx node examples/responses.ts
 *
 * Against the real API start the gateway with `npm start`, and set OPENAI_API_KEY and MODEL.
 */
import OpenAI from "openai";

const client = new OpenAI({
  baseURL: process.env["REPRISE_URL"] ?? "http://127.0.0.1:8787/v1",
  apiKey: process.env["OPENAI_API_KEY"] ?? "sk-example",
});
const model = process.env["MODEL"] ?? "gpt-4o-mini";
const question = { model, input: "Name a thing that is worth keeping." };

// The same question as JSON, as JSON again, and as a stream: one call to the origin.
let previous = "";
for (const attempt of ["first", "again"]) {
  const { data, response } = await client.responses.create(question).withResponse();
  console.log(`${attempt}: ${told(response)}: ${data.output_text}`);
  previous = data.id;
}

const { data: events, response } = await client.responses.create({ ...question, stream: true }).withResponse();
let text = "";
for await (const event of events) if (event.type === "response.output_text.delta") text += event.delta;
console.log(`stream: ${told(response)}: ${text}`);

// A hit has the id of the response that was recorded, so a conversation goes on from it, and is kept as well.
for (const attempt of ["and then", "and again"]) {
  const next = { model, input: "Why?", previous_response_id: previous };
  const { data, response } = await client.responses.create(next).withResponse();
  console.log(`${attempt}: ${told(response)}: ${data.output_text}`);
}

function told({ headers }: { readonly headers: Headers }): string {
  const saved = headers.get("x-ai-cache-saved-usd");
  return `${headers.get("x-ai-cache-status")}${saved === null ? "" : `, saved ${saved} USD`}`;
}
