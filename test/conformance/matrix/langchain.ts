import { type AIMessageChunk, HumanMessage } from "@langchain/core/messages";
import { ChatOpenAI, OpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { CachedEmbeddings, LangChainCache } from "../../../src/integrations/langchain.ts";
import { type Connection, collected, type MatrixClient, picture, type Question, weather } from "./matrix-client.ts";

/** LangChain with its package for OpenAI, over both APIs, and with its own cache interface. */

const name = "@langchain/openai";
const texts = {
  name,
  routes: ["gateway", "fetch"],
  forms: ["whole", "streamed"],
  features: ["text", "tools", "reasoning", "vision"],
} as const satisfies Partial<MatrixClient>;

export const langChainClients: readonly MatrixClient[] = [
  {
    ...texts,
    capability: "ChatOpenAI, chat completions",
    // This API tells how long a model thought, not what.
    thought: '"reasoning":5',
    ask: (connection, question) => askChat(connection, question, false),
  },
  {
    ...texts,
    capability: "ChatOpenAI, responses",
    ask: (connection, question) => askChat(connection, question, true),
  },
  {
    ...texts,
    capability: "ChatOpenAI with LangChainCache",
    routes: ["integration"],
    forms: ["whole"],
    features: ["text", "tools", "reasoning"],
    ask: (connection, question) => askChat(connection, question, true),
  },
  {
    ...texts,
    capability: "OpenAI, completions",
    features: ["text"],
    // `prompt` is a list of one text, and in a stream the text.
    formsShare: false,
    ask: askCompletions,
  },
  {
    name,
    capability: "OpenAIEmbeddings",
    routes: ["gateway", "fetch", "integration"],
    forms: ["whole"],
    features: ["text"],
    ask: askEmbeddings,
  },
];

function clientOptions({ url, options }: Connection) {
  return { apiKey: "sk-matrix", maxRetries: 0, configuration: { baseURL: `${url}/v1`, ...options } };
}

async function askChat(connection: Connection, question: Question, useResponsesApi: boolean): Promise<unknown> {
  const { feature, form, text } = question;
  const { cache } = connection;
  const model = new ChatOpenAI({
    ...clientOptions(connection),
    model: "gpt-5-mini",
    useResponsesApi,
    ...(cache !== undefined && { cache: new LangChainCache(cache) }),
    // With a summary, LangChain would choose the responses API by itself.
    ...(feature === "reasoning" && { reasoning: { effort: "low", ...(useResponsesApi && { summary: "auto" }) } }),
  });
  const runnable = feature === "tools" ? model.bindTools([weather]) : model;
  const content =
    feature === "vision"
      ? [
          { type: "image_url", image_url: { url: `data:image/png;base64,${picture}` } },
          { type: "text", text },
        ]
      : text;
  const messages = [new HumanMessage({ content })];
  if (form === "whole") {
    const answer = (await runnable.invoke(messages)).toDict();
    return cache === undefined ? answer : withoutUsage(answer);
  }
  const chunks: readonly AIMessageChunk[] = await collected(await runnable.stream(messages));
  return chunks.map((chunk) => chunk.toDict());
}

/** LangChain itself counts no tokens for what its own cache answers. */
function withoutUsage(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, value: unknown) => (usageFields.has(key) ? undefined : value));
}

const usageFields: ReadonlySet<string> = new Set(["usage_metadata", "tokenUsage", "estimatedTokenUsage"]);

async function askCompletions(connection: Connection, { form, text }: Question): Promise<unknown> {
  const model = new OpenAI({ ...clientOptions(connection), model: "gpt-3.5-turbo-instruct" });
  return form === "whole" ? await model.invoke(text) : await collected(await model.stream(text));
}

async function askEmbeddings(connection: Connection, { text }: Question): Promise<unknown> {
  const model = "text-embedding-3-small";
  const inner = new OpenAIEmbeddings({ ...clientOptions(connection), model });
  const { cache } = connection;
  const embeddings = cache === undefined ? inner : new CachedEmbeddings(inner, cache, { model });
  return await embeddings.embedDocuments([text, "constant"]);
}
