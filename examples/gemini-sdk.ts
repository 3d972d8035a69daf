/**
 * Google's official SDK against a running gateway; only the base URL is different.
 *
 *     npm run origin -- --port 9000
 *     npm start -- --upstream http://127.0.0.1:9000/v1
 *     npx node examples/gemini-sdk.ts
 *
 * Against the real API start the gateway with `npm start`, and set GEMINI_API_KEY and MODEL.
 */
import { type GenerateContentResponse, GoogleGenAI } from "@google/genai";

const client = new GoogleGenAI({
  apiKey: process.env["GEMINI_API_KEY"] ?? "example",
  // Without a version, which this SDK adds by itself.
  httpOptions: { baseUrl: process.env["GOOGLE_GEMINI_BASE_URL"] ?? "http://127.0.0.1:8787" },
});
const request = {
  model: process.env["MODEL"] ?? "gemini-2.5-flash",
  contents: "What do a cache and a good librarian have in common?",
};

// The same question in one piece, again, and as a stream: one call to the origin.
for (const attempt of ["first", "again"]) {
  const answer = await client.models.generateContent(request);
  console.log(`${attempt}: ${told(answer)}: ${answer.text}`);
}

let text = "";
let last: GenerateContentResponse | undefined;
for await (const chunk of await client.models.generateContentStream(request)) {
  text += chunk.text ?? "";
  last = chunk;
}
console.log(`stream: ${told(last)}: ${text}`);

// Another sampling is another question.
const cooler = await client.models.generateContent({ ...request, config: { temperature: 0 } });
console.log(`at temperature 0: ${told(cooler)}: ${cooler.text}`);

/** Every chunk of a stream has the header fields of the answer. */
function told(answer: GenerateContentResponse | undefined): string {
  const headers = answer?.sdkHttpResponse?.headers ?? {};
  const saved = headers["x-ai-cache-saved-usd"];
  return `${headers["x-ai-cache-status"]}${saved === undefined ? "" : `, saved ${saved} USD`}`;
}
