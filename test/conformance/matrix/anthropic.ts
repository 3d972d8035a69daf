import Anthropic from "@anthropic-ai/sdk";
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

/** Anthropic's official SDK. */

export const anthropicClients: readonly MatrixClient[] = [
  {
    name: "@anthropic-ai/sdk",
    capability: "messages",
    routes: ["gateway", "fetch"],
    forms: ["whole", "streamed"],
    features: ["text", "tools", "structured", "reasoning", "vision"],
    ask,
  },
];

const addedByTheSdk: ReadonlySet<string> = new Set(["parsed", "parsed_output"]);

async function ask({ url, options }: Connection, { feature, form, text }: Question): Promise<Answer> {
  const client = new Anthropic({ logLevel: "off", apiKey: "sk-matrix", baseURL: url, maxRetries: 0, ...options });
  const content: string | Anthropic.ContentBlockParam[] =
    feature === "vision"
      ? [
          { type: "image", source: { type: "base64", media_type: "image/png", data: picture } },
          { type: "text", text },
        ]
      : text;
  const { name, description, schema } = weather;
  const request: Anthropic.MessageCreateParamsNonStreaming = {
    model: "claude-sonnet-4-6",
    max_tokens: 2048,
    messages: [{ role: "user", content }],
    ...(feature === "tools" && { tools: [{ name, description, input_schema: schema }] }),
    ...(feature === "structured" && { output_config: { format: { type: "json_schema", schema: verdict.schema } } }),
    ...(feature === "reasoning" && { thinking: { type: "enabled", budget_tokens: 1024 } }),
  };
  if (form === "whole") {
    const all = await client.messages.create(request);
    return { all, essence: without(addedByTheSdk, all) };
  }
  const stream = client.messages.stream(request);
  return { all: await collected(stream), essence: without(addedByTheSdk, await stream.finalMessage()) };
}
