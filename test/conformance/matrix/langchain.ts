import { type AIMessage, type AIMessageChunk, HumanMessage } from "@langchain/core/messages";
import { ChatOpenAI, OpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { CachedEmbeddings, LangChainCache } from "../../../src/integrations/langchain.ts";
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

/** LangChain with its package for OpenAI, over both APIs, and with its own cache interface. */

const name = "@langchain/openai";
const texts = {
  name,
  routes: ["gateway", "fetch"],
  forms: ["whole", "streamed"],
  features: ["text", "tools", "structured", "reasoning", "vision"],
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
    features: ["text", "tools", "structured", "reasoning"],
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

async function askChat(connection: Connection, question: Question, useResponsesApi: boolean): Promise<Answer> {
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
  // LangChain's `withStructuredOutput` asks the same, but does not read a stream of the responses API.
  const json_schema = { ...verdict, strict: true };
  const asked = model.withConfig(
    feature === "structured" ? { response_format: { type: "json_schema", json_schema } } : {},
  );
  const runnable = feature === "tools" ? model.bindTools([weather]) : asked;
  const content =
    feature === "vision"
      ? [
          { type: "image_url", image_url: { url: `data:image/png;base64,${picture}` } },
          { type: "text", text },
        ]
      : text;
  const messages = [new HumanMessage({ content })];
  if (form === "whole") {
    const answer = await runnable.invoke(messages);
    const all = cache === undefined ? answer.toDict() : without(usageFields, answer.toDict());
    return { all, essence: essenceOf(answer) };
  }
  const chunks: readonly AIMessageChunk[] = await collected(await runnable.stream(messages));
  const whole = chunks.reduce((before, chunk) => before.concat(chunk));
  return { all: chunks.map((chunk) => chunk.toDict()), essence: essenceOf(whole) };
}

function essenceOf({ id, text, tool_calls, usage_metadata }: AIMessage | AIMessageChunk): unknown {
  return { id, text, tool_calls, usage_metadata };
}

/** LangChain itself counts no tokens for what its own cache answers. */
const usageFields: ReadonlySet<string> = new Set(["usage_metadata", "tokenUsage", "estimatedTokenUsage"]);

async function askCompletions(connection: Connection, { form, text }: Question): Promise<Answer> {
  const model = new OpenAI({ ...clientOptions(connection), model: "gpt-3.5-turbo-instruct" });
  const all = form === "whole" ? [await model.invoke(text)] : await collected(await model.stream(text));
  return { all, essence: all.join("") };
}

async function askEmbeddings(connection: Connection, { text }: Question): Promise<Answer> {
  const model = "text-embedding-3-small";
  const inner = new OpenAIEmbeddings({ ...clientOptions(connection), model });
  const { cache } = connection;
  const embeddings = cache === undefined ? inner : new CachedEmbeddings(inner, cache, { model });
  const all = await embeddings.embedDocuments([text, "constant"]);
  return { all, essence: all };
}
