import { createOpenAI } from "@ai-sdk/openai";
import {
  embedMany,
  generateText,
  jsonSchema,
  type LanguageModel,
  type ModelMessage,
  Output,
  streamText,
  tool,
  wrapEmbeddingModel,
  wrapLanguageModel,
} from "ai";
import { embeddingModelCache, languageModelCache } from "../../../src/integrations/ai-sdk.ts";
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

/** The Vercel AI SDK with its provider for OpenAI, whose models speak both APIs, and with the middleware. */

// Otherwise it writes of every option that one of the APIs does not have.
globalThis.AI_SDK_LOG_WARNINGS = false;

const name = "ai";
const texts = {
  name,
  forms: ["whole", "streamed"],
  features: ["text", "tools", "structured", "reasoning", "vision"],
} as const satisfies Partial<MatrixClient>;
const modelId = "gpt-5-mini";

export const aiSdkClients: readonly MatrixClient[] = [
  {
    ...texts,
    capability: "generateText and streamText, chat completions",
    routes: ["gateway", "fetch"],
    // This API tells how long a model thought, not what.
    thought: '"reasoningTokens":5',
    ask: (connection, question) => askText(providerOf(connection).chat(modelId), question),
  },
  {
    ...texts,
    capability: "generateText and streamText, responses",
    routes: ["gateway", "fetch", "integration"],
    ask: (connection, question) => askText(responsesOf(connection), question),
  },
  {
    ...texts,
    capability: "generateText and streamText, completions",
    routes: ["gateway", "fetch"],
    features: ["text"],
    ask: (connection, question) => askText(providerOf(connection).completion("gpt-3.5-turbo-instruct"), question),
  },
  {
    name,
    capability: "embedMany",
    routes: ["gateway", "fetch", "integration"],
    forms: ["whole"],
    features: ["text"],
    ask: askEmbeddings,
  },
];

function providerOf({ url, options }: Connection) {
  return createOpenAI({ apiKey: "sk-matrix", baseURL: `${url}/v1`, ...options });
}

function responsesOf(connection: Connection): LanguageModel {
  const model = providerOf(connection).responses(modelId);
  if (connection.cache === undefined) return model;
  return wrapLanguageModel({ model, middleware: languageModelCache(connection.cache) });
}

async function askText(model: LanguageModel, { feature, form, text }: Question): Promise<Answer> {
  const messages: ModelMessage[] = [
    {
      role: "user",
      content: [
        ...(feature === "vision" ? [{ type: "file" as const, data: picture, mediaType: "image/png" }] : []),
        { type: "text", text },
      ],
    },
  ];
  const request: Parameters<typeof generateText>[0] & Parameters<typeof streamText>[0] = {
    model,
    messages,
    maxRetries: 0,
    ...(feature === "tools" && {
      tools: {
        [weather.name]: tool({ description: weather.description, inputSchema: jsonSchema(weather.schema) }),
      },
    }),
    ...(feature === "structured" && { output: Output.object({ schema: jsonSchema(verdict.schema) }) }),
    ...(feature === "reasoning" && {
      providerOptions: { openai: { reasoningEffort: "low", reasoningSummary: "auto" } },
    }),
  };
  if (form === "whole") {
    const { steps } = await generateText(request);
    return { all: without(ofOneCall, steps), essence: essenceOf(steps) };
  }
  const stream = streamText(request);
  return { all: without(ofOneCall, await collected(stream.fullStream)), essence: essenceOf(await stream.steps) };
}

/** What differs from call to call: the header fields, which say what the cache did, the SDK's own id, and its times. */
const ofOneCall: ReadonlySet<string> = new Set(["headers", "callId", "performance"]);

function essenceOf(steps: readonly Step[]): unknown {
  const essences = steps.map(({ content, finishReason, usage }) => ({ content, finishReason, usage }));
  return without(ofOneCall, essences);
}

type Step = Awaited<ReturnType<typeof generateText>>["steps"][number];

async function askEmbeddings(connection: Connection, { text }: Question): Promise<Answer> {
  const inner = providerOf(connection).embeddingModel("text-embedding-3-small");
  const { cache } = connection;
  const model =
    cache === undefined ? inner : wrapEmbeddingModel({ model: inner, middleware: embeddingModelCache(cache) });
  const { embeddings, values } = await embedMany({ model, values: [text, "constant"], maxRetries: 0 });
  const all = { embeddings, values };
  return { all, essence: all };
}
