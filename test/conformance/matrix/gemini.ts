import {
  type Content,
  type GenerateContentParameters,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
} from "@google/genai";
import {
  type Answer,
  type Connection,
  collected,
  type MatrixClient,
  picture,
  type Question,
  verdict,
  weather,
  without,
} from "./matrix-client.ts";

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
    features: ["text", "tools", "structured", "reasoning", "vision"],
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

async function askContent(connection: Connection, { feature, form, text }: Question): Promise<Answer> {
  const contents: Content[] = [{ role: "user", parts: [...(feature === "vision" ? [{ inlineData }] : []), { text }] }];
  const { name, description, schema } = weather;
  const request: GenerateContentParameters = {
    model: "gemini-2.5-flash",
    contents,
    config: {
      ...(feature === "tools" && {
        tools: [{ functionDeclarations: [{ name, description, parametersJsonSchema: schema }] }],
      }),
      ...(feature === "structured" && {
        responseMimeType: "application/json",
        responseJsonSchema: verdict.schema,
      }),
      ...(feature === "reasoning" && { thinkingConfig: { includeThoughts: true } }),
    },
  };
  const models = modelsOf(connection);
  const responses =
    form === "whole"
      ? [await models.generateContent(request)]
      : await collected(await models.generateContentStream(request));
  return { all: without(addedByTheSdk, responses), essence: essenceOf(responses) };
}

async function askEmbeddings(connection: Connection, { feature, text }: Question): Promise<Answer> {
  const parts = [...(feature === "vision" ? [{ inlineData }] : []), { text }];
  const request = { model: "gemini-embedding-2", contents: [{ role: "user", parts }] };
  const all = without(addedByTheSdk, await modelsOf(connection).embedContent(request));
  return { all, essence: all };
}

/** Texts of one kind, one after another, are one text. */
function essenceOf(responses: readonly GenerateContentResponse[]): unknown {
  const parts: Part[] = [];
  for (const part of responses.flatMap((response) => response.candidates?.[0]?.content?.parts ?? [])) {
    const last = parts.at(-1);
    if (part.text !== undefined && last?.text !== undefined && part.thought === last.thought)
      parts[parts.length - 1] = { ...last, text: last.text + part.text };
    else parts.push(part);
  }
  const last = responses.at(-1);
  return [last?.responseId, parts, last?.candidates?.[0]?.finishReason, last?.usageMetadata];
}

/** The header fields of the response, which say what the cache did. */
const addedByTheSdk: ReadonlySet<string> = new Set(["sdkHttpResponse"]);
