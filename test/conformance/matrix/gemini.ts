import { type Content, type GenerateContentParameters, GoogleGenAI } from "@google/genai";
import { type Connection, collected, type MatrixClient, picture, type Question, weather } from "./matrix-client.ts";

/** Google's official SDK. */

const name = "@google/genai";
const routes = ["gateway", "fetch"] as const;
const inlineData = { mimeType: "image/png", data: picture };

export const geminiClients: readonly MatrixClient[] = [
  {
    name,
    capability: "models.generateContent",
    routes,
    forms: ["whole", "streamed"],
    features: ["text", "tools", "reasoning", "vision"],
    ask: askContent,
  },
  {
    name,
    capability: "models.embedContent",
    routes,
    forms: ["whole"],
    features: ["text", "vision"],
    ask: askEmbeddings,
  },
];

function modelsOf({ url, options }: Connection): GoogleGenAI["models"] {
  return new GoogleGenAI({ apiKey: "AIza-matrix", httpOptions: { baseUrl: url, ...options } }).models;
}

async function askContent(connection: Connection, { feature, form, text }: Question): Promise<unknown> {
  const contents: Content[] = [{ role: "user", parts: [...(feature === "vision" ? [{ inlineData }] : []), { text }] }];
  const { name, description, schema } = weather;
  const request: GenerateContentParameters = {
    model: "gemini-2.5-flash",
    contents,
    config: {
      ...(feature === "tools" && {
        tools: [{ functionDeclarations: [{ name, description, parametersJsonSchema: schema }] }],
      }),
      ...(feature === "reasoning" && { thinkingConfig: { includeThoughts: true } }),
    },
  };
  const models = modelsOf(connection);
  if (form === "whole") return plain(await models.generateContent(request));
  return plain(await collected(await models.generateContentStream(request)));
}

async function askEmbeddings(connection: Connection, { feature, text }: Question): Promise<unknown> {
  const parts = [...(feature === "vision" ? [{ inlineData }] : []), { text }];
  return plain(
    await modelsOf(connection).embedContent({ model: "gemini-embedding-2", contents: [{ role: "user", parts }] }),
  );
}

/** The SDK adds the header fields of the response, which say what the cache did. */
function plain(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) => (key === "sdkHttpResponse" ? undefined : value));
}
