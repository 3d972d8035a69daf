import type { JsonObject, JsonValue, KeepOrder } from "../core/canonical-json.ts";
import type { Dependency, Expectations, ParsedRequest, RequestFacts } from "../core/protocol.ts";
import { boundOf, countOf, isObject, objectAt, objectsIn, textOf } from "./json-fields.ts";
import { lastMessage } from "./last-words.ts";
import type { Turn } from "./openai-breakpoints.ts";
import { systemText } from "./openai-chat-system.ts";
import { type OpenAiDialect, parseOpenAiRequest } from "./openai-request.ts";
import { readFlag, readModel, readNumber, readOptions, rejectField, userName } from "./request-body.ts";

/** A request for a chat completion: what it asks, and what of it is the key. */

/** Fields that do not belong to the key, each with the reason why it cannot change the answer. Every other field counts. */
export const unkeyedFields: Readonly<Record<string, string>> = {
  stream: "the form of the answer; one recording replays in both",
  stream_options: "which extra chunks a stream has; replay adds or leaves out usage",
  user: "names the end user for abuse reports; separate caches per user are a matter of policy",
  metadata: "labels for the provider's own records",
  safety_identifier: "names the end user for abuse reports; separate caches per user are a matter of policy",
  prompt_cache_key: "routes to a machine that has the prompt's prefix",
  prompt_cache_retention: "how long the provider keeps the prompt's prefix",
  service_tier: "speed and price of the computation",
};

const sorted: KeepOrder = { sorted: {} };
const contentPart: KeepOrder = { sorted: { image_url: sorted, input_audio: sorted, file: sorted } };
const toolCall: KeepOrder = { sorted: { function: sorted, custom: sorted } };
const message: KeepOrder = {
  sorted: { content: { each: contentPart }, tool_calls: { each: toolCall }, function_call: sorted, audio: sorted },
};

/**
 * The fields whose objects are read by name, so that the order of their keys cannot matter. In all other fields
 * (schemas, tools, grammars, what nobody knows yet) it may reach the model or steer what it writes, and is kept.
 */
const orders: Readonly<Record<string, KeepOrder>> = {
  messages: { each: message },
  audio: sorted,
  function_call: sorted,
  logit_bias: sorted,
  metadata: sorted,
  prediction: { sorted: { content: { each: contentPart } } },
  stream_options: sorted,
  tool_choice: toolCall,
  web_search_options: { sorted: { user_location: { sorted: { approximate: sorted } } } },
};

const promptFields = ["tools", "functions", "messages"];

const dialect: OpenAiDialect = {
  unkeyedFields,
  orders,
  promptFields,
  usageOnRequest: true,
  factsOf,
  expectationsOf,
  systemText,
  lastWords,
  breakpoints: {
    list: "messages",
    head: ["tools", "functions", "response_format", "reasoning_effort", "verbosity", "service_tier"],
    elsewhere: [],
    textType: "text",
    turnOf,
  },
};

/** Messages of the model take no breakpoint. */
function turnOf(message: JsonObject): Turn | undefined {
  const role = message.get("role");
  if (role === "assistant") return { by: "model", blocks: undefined };
  if (role === "system" || role === "developer") return { by: "head", blocks: "content" };
  if (role === "user" || role === "tool") return { by: role, blocks: "content" };
  // Not even parts: the content of the old role `function` is a string.
  return undefined;
}

const textParts: ReadonlySet<JsonValue> = new Set<JsonValue>(["text", "refusal"]);

function lastWords(body: JsonObject) {
  return lastMessage(body, "messages", { parts: "content", isText: (part) => textParts.has(part.get("type") ?? null) });
}

export function parseChatRequest(body: Uint8Array): ParsedRequest {
  return parseOpenAiRequest(dialect, body);
}

function factsOf(body: JsonObject): RequestFacts {
  const model = readModel(body);
  const messages = body.get("messages");
  if (!Array.isArray(messages) || messages.length === 0) {
    rejectField("messages", "'messages' must be an array with at least one message");
  }
  const includeUsage = readOptions(body, "stream_options").get("include_usage");
  return {
    model,
    stream: readFlag(body.get("stream"), "stream"),
    includeUsage: readFlag(includeUsage, "stream_options.include_usage"),
    temperature: readNumber(body.get("temperature"), "temperature"),
    mostOutputTokens: boundOf(body.get("max_completion_tokens") ?? body.get("max_tokens"), countOf(body.get("n"))),
    user: userName(body.get("user")) ?? userName(body.get("safety_identifier")),
    dependencies: dependenciesOf(body),
  };
}

/** `store` keeps the completion in the provider's own records. */
function dependenciesOf(body: JsonObject): readonly Dependency[] {
  const dependencies: Dependency[] = [];
  if (looksAround(body)) dependencies.push("provider_tools");
  if (body.get("store") === true) dependencies.push("kept");
  return dependencies;
}

/** OpenAI's models that search the web before each answer. */
const searchModel = /-search-(?:preview|api)(?:-|$)/;

/**
 * Whether the provider may run something of its own, which the request alone does not decide: search options and models
 * (OpenAI), live search (xAI), the plugin for the web (OpenRouter), tools that are no function of the caller's (Groq, Z.ai,
 * Moonshot).
 */
function looksAround(body: JsonObject): boolean {
  const isOwnTool = (tool: JsonObject): boolean => !callersTools.has(tool.get("type") ?? null);
  const search = body.get("search_parameters") ?? null;
  return (
    (body.get("web_search_options") ?? null) !== null ||
    searchModel.test(textOf(body.get("model")) ?? "") ||
    (search !== null && !(isObject(search) && search.get("mode") === "off")) ||
    objectsIn(body.get("plugins")).some((plugin) => plugin.get("id") === "web") ||
    objectsIn(body.get("tools")).some(isOwnTool)
  );
}

/** Some clients leave the type out, since it was once the only one. */
const callersTools: ReadonlySet<JsonValue> = new Set<JsonValue>(["function", "custom", null]);

export function expectationsOf(body: JsonObject): Expectations {
  const format = objectAt(body, "response_format");
  const type = format?.get("type");
  const tools = new Map<string, JsonValue | undefined>();
  for (const tool of objectsIn(body.get("tools"))) {
    const called = objectAt(tool, "function") ?? objectAt(tool, "custom");
    const name = textOf(called?.get("name"));
    if (name !== undefined) tools.set(name, called?.get("parameters"));
  }
  for (const called of objectsIn(body.get("functions"))) {
    const name = textOf(called.get("name"));
    if (name !== undefined) tools.set(name, called.get("parameters"));
  }
  return {
    json: type === "json_object" ? "object" : type === "json_schema" && "any",
    schema: type === "json_schema" && format !== undefined ? objectAt(format, "json_schema")?.get("schema") : undefined,
    tools,
    choices: countOf(body.get("n")),
  };
}
