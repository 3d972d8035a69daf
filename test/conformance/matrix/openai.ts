import OpenAI from "openai";
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

/** OpenAI's official SDK: chat completions, responses and embeddings. */

const model = "gpt-5-mini";
const routes = ["gateway", "fetch"] as const;
const pictureUrl = `data:image/png;base64,${picture}`;

export const openAiClients: readonly MatrixClient[] = [
  {
    name: "openai",
    capability: "chat.completions",
    routes,
    forms: ["whole", "streamed"],
    features: ["text", "tools", "structured", "reasoning", "vision"],
    ask: askChat,
  },
  {
    name: "openai",
    capability: "responses",
    routes,
    forms: ["whole", "streamed"],
    features: ["text", "tools", "structured", "reasoning", "vision"],
    ask: askResponses,
  },
  {
    name: "openai",
    capability: "completions",
    routes,
    forms: ["whole", "streamed"],
    features: ["text"],
    ask: askCompletions,
  },
  { name: "openai", capability: "embeddings", routes, forms: ["whole"], features: ["text"], ask: askEmbeddings },
];

function clientOf({ url, options }: Connection): OpenAI {
  return new OpenAI({ logLevel: "off", apiKey: "sk-matrix", baseURL: `${url}/v1`, maxRetries: 0, ...options });
}

async function askChat(connection: Connection, { feature, form, text }: Question): Promise<Answer> {
  const { name, description, schema } = weather;
  const content: string | OpenAI.ChatCompletionContentPart[] =
    feature === "vision"
      ? [
          { type: "image_url", image_url: { url: pictureUrl } },
          { type: "text", text },
        ]
      : text;
  const request: OpenAI.ChatCompletionCreateParamsNonStreaming = {
    model,
    messages: [{ role: "user", content }],
    ...(feature === "tools" && { tools: [{ type: "function", function: { name, description, parameters: schema } }] }),
    ...(feature === "structured" && {
      response_format: { type: "json_schema", json_schema: { ...verdict, strict: true } },
    }),
    ...(feature === "reasoning" && { reasoning_effort: "low" }),
  };
  const { completions } = clientOf(connection).chat;
  if (form === "whole") {
    const all = await completions.create(request);
    return { all, essence: [chatEssence(all), thoughtOf(all.choices[0]?.message)] };
  }
  const stream = completions.stream({ ...request, stream: true, stream_options: { include_usage: true } });
  const all = await collected(stream);
  const thought = all.map((chunk) => thoughtOf(chunk.choices[0]?.delta)).join("");
  return { all, essence: [chatEssence(await stream.finalChatCompletion()), thought] };
}

async function askResponses(connection: Connection, { feature, form, text }: Question): Promise<Answer> {
  const { name, description, schema } = weather;
  const request: Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, "stream"> = {
    model,
    input:
      feature === "vision"
        ? [
            {
              role: "user",
              content: [
                { type: "input_image", detail: "auto", image_url: pictureUrl },
                { type: "input_text", text },
              ],
            },
          ]
        : text,
    ...(feature === "tools" && {
      tools: [{ type: "function", name, description, strict: true, parameters: schema }],
    }),
    ...(feature === "structured" && { text: { format: { type: "json_schema", ...verdict, strict: true } } }),
    ...(feature === "reasoning" && { reasoning: { effort: "low", summary: "auto" } }),
  };
  const { responses } = clientOf(connection);
  if (form === "whole") {
    const all = await responses.create(request);
    return { all, essence: without(addedByTheSdk, all) };
  }
  const stream = responses.stream(request);
  return { all: await collected(stream), essence: without(addedByTheSdk, await stream.finalResponse()) };
}

async function askCompletions(connection: Connection, { form, text }: Question): Promise<Answer> {
  const request = { model: "gpt-3.5-turbo-instruct", prompt: text, max_tokens: 64 };
  const { completions } = clientOf(connection);
  const all =
    form === "whole"
      ? [await completions.create(request)]
      : await collected(await completions.create({ ...request, stream: true }));
  const choices = all.flatMap((part) => part.choices);
  const said = choices.map((choice) => choice.text).join("");
  return { all, essence: [all[0]?.id, said, choices.at(-1)?.finish_reason] };
}

async function askEmbeddings(connection: Connection, { text }: Question): Promise<Answer> {
  const request = { model: "text-embedding-3-small", input: [text, "constant"] };
  const all = await clientOf(connection).embeddings.create(request);
  return { all, essence: all };
}

/** Not OpenAI's own, but that of many who speak its API; its SDK hands it on and does not put it together. */
function thoughtOf(message: object | undefined): string {
  return (message as { readonly reasoning_content?: string } | undefined)?.reasoning_content ?? "";
}

function chatEssence({ id, model, usage, choices }: OpenAI.ChatCompletion): unknown {
  return {
    id,
    model,
    usage,
    choices: choices.map(({ index, finish_reason, message: { role, content, refusal, tool_calls = [] } }) => {
      return { index, finish_reason, role, content, refusal, tools: without(addedByTheSdk, tool_calls) };
    }),
  };
}

const addedByTheSdk: ReadonlySet<string> = new Set(["output_text", "output_parsed", "parsed", "parsed_arguments"]);
