import type { JsonObject, JsonValue, KeepOrder } from "../core/canonical-json.ts";
import type { Expectations, ParsedRequest, RequestFacts } from "../core/protocol.ts";
import { boundOf, countOf } from "./json-fields.ts";
import { expectationsOf as formatOf, unkeyedFields } from "./openai-chat-request.ts";
import { systemText } from "./openai-completions-system.ts";
import { type OpenAiDialect, parseOpenAiRequest } from "./openai-request.ts";
import { readFlag, readModel, readNumber, readOptions, rejectField, userName } from "./request-body.ts";

/**
 * A request for a completion of text: what it asks, and what of it is the key. What does not belong to the key is what
 * does not in chat completions either, since the same servers take both.
 */

const sorted: KeepOrder = { sorted: {} };

/** See the chat completions: the fields whose objects are read by name. */
const orders: Readonly<Record<string, KeepOrder>> = {
  logit_bias: sorted,
  metadata: sorted,
  stream_options: sorted,
};

/** A batch of prompts may be given as tokens, a number each. */
const maxValues = 400_000;

const dialect: OpenAiDialect = {
  unkeyedFields,
  orders,
  promptFields: ["prompt"],
  usageOnRequest: true,
  factsOf,
  expectationsOf,
  systemText,
  maxValues,
};

export function parseCompletionRequest(body: Uint8Array): ParsedRequest {
  return parseOpenAiRequest(dialect, body);
}

function factsOf(body: JsonObject): RequestFacts {
  const model = readModel(body);
  checkPrompt(body, model);
  const includeUsage = readOptions(body, "stream_options").get("include_usage");
  return {
    model,
    stream: readFlag(body.get("stream"), "stream"),
    includeUsage: readFlag(includeUsage, "stream_options.include_usage"),
    temperature: readNumber(body.get("temperature"), "temperature"),
    mostOutputTokens: boundOf(body.get("max_tokens"), Math.max(countOf(body.get("n")), countOf(body.get("best_of")))),
    user: userName(body.get("user")) ?? userName(body.get("safety_identifier")),
    dependencies: [],
  };
}

/**
 * A string, or an array of strings, of tokens or of arrays of tokens. Without a prompt the model begins a new document.
 * What an array holds is the origin's to judge: llama.cpp takes strings and tokens mixed, and objects with images.
 */
function checkPrompt(body: JsonObject, model: string): void {
  const prompt = body.get("prompt") ?? null;
  if (typeof prompt === "number" || typeof prompt === "boolean") {
    rejectField("prompt", "'prompt' must be a string, or an array of strings, tokens or arrays of tokens");
  }
  if (prompt === null && model === "") rejectField("prompt", "The request must have a 'prompt' or name a 'model'");
}

/** A text that begins with the prompt is not the structured output that the format asks for. */
function expectationsOf(body: JsonObject): Expectations {
  const choices = promptsIn(body.get("prompt")) * countOf(body.get("n"));
  return body.get("echo") === true
    ? { json: false, schema: undefined, tools: new Map(), choices }
    : { ...formatOf(body), choices };
}

/** An array is several prompts, unless it is one of tokens. */
function promptsIn(prompt: JsonValue | undefined): number {
  if (!Array.isArray(prompt)) return 1;
  const prompts = prompt as readonly JsonValue[];
  return prompts.every((one) => typeof one === "string" || Array.isArray(one)) ? Math.max(1, prompts.length) : 1;
}
