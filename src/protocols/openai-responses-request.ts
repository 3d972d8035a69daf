import { type JsonObject, type JsonValue, type KeepOrder, serializeJson } from "../core/canonical-json.ts";
import type { Dependency, Expectations, ParsedRequest, RequestFacts } from "../core/protocol.ts";
import { boundOf, objectAt, objectsIn, textOf } from "./json-fields.ts";
import { type LastWords, lastMessage } from "./last-words.ts";
import type { Turn } from "./openai-breakpoints.ts";
import { type OpenAiDialect, parseOpenAiRequest } from "./openai-request.ts";
import { systemText } from "./openai-responses-system.ts";
import { offeredTools, runsAtProvider } from "./openai-responses-tools.ts";
import { readFlag, readModel, readNumber, readOptions, rejectField, userName } from "./request-body.ts";

/**
 * A request for a response: what it asks, and what of it is the key. `metadata` is keyed, unlike in chat completions,
 * because a response repeats it: whoever sent other labels must not get these.
 */

/** Fields that do not belong to the key, each with the reason why it cannot change the answer. Every other field counts. */
export const unkeyedFields: Readonly<Record<string, string>> = {
  stream: "the form of the answer; one recording replays in both",
  stream_options: "whether events are padded against eavesdroppers",
  user: "names the end user for abuse reports; separate caches per user are a matter of policy",
  safety_identifier: "names the end user for abuse reports; separate caches per user are a matter of policy",
  prompt_cache_key: "routes to a machine that has the prompt's prefix",
  prompt_cache_retention: "how long the provider keeps the prompt's prefix",
  service_tier: "speed and price of the computation",
};

/** Of `prompt_cache_options` these say where and how long the prompt's prefix is kept; the others (`prewarm`) change the answer. */
const unkeyedCacheOptions: ReadonlySet<string> = new Set(["mode", "ttl"]);

const sorted: KeepOrder = { sorted: {} };
const parts: KeepOrder = { each: sorted };
const item: KeepOrder = { sorted: { content: parts, summary: parts, output: parts } };

/**
 * The fields whose objects are read by name, so that the order of their keys cannot matter. In all other fields
 * (schemas, tools, grammars, what nobody knows yet) it may reach the model or steer what it writes, and is kept.
 */
const orders: Readonly<Record<string, KeepOrder>> = {
  input: { each: item },
  conversation: sorted,
  metadata: sorted,
  prompt: { sorted: { variables: sorted } },
  prompt_cache_options: sorted,
  reasoning: sorted,
  stream_options: sorted,
  text: sorted,
  tool_choice: sorted,
};

/** Without an input the model works on what one of these refers to. */
const inputsElsewhere = ["prompt", "previous_response_id", "conversation"];

const dialect: OpenAiDialect = {
  unkeyedFields,
  orders,
  promptFields: ["tools", "instructions", "prompt", "input"],
  usageOnRequest: false,
  factsOf,
  expectationsOf,
  systemText,
  lastWords,
  keyedParts: { prompt_cache_options: keyedCacheOptions },
  breakpoints: {
    list: "input",
    head: ["tools", "instructions", "text", "reasoning", "service_tier"],
    elsewhere: inputsElsewhere,
    textType: "input_text",
    turnOf,
  },
};

/** What the model said takes no breakpoint, and the output of a tool only where it is given in parts. */
function turnOf(item: JsonObject): Turn | undefined {
  const type = item.get("type") ?? "message";
  const role = item.get("role");
  if (type === "message" && (role === "system" || role === "developer")) return { by: "head", blocks: "content" };
  if (type === "message" && role === "user") return { by: "user", blocks: "content" };
  if (typeof type !== "string" || !type.endsWith("_output")) return { by: "model", blocks: undefined };
  return {
    by: "tool",
    blocks: type === "function_call_output" && Array.isArray(item.get("output")) ? "output" : undefined,
  };
}

const textParts: ReadonlySet<JsonValue> = new Set<JsonValue>(["input_text", "output_text", "refusal"]);

/** Steps of an earlier answer (calls of tools, thoughts) stand between the messages as items of their own. */
function lastWords(body: JsonObject): LastWords | undefined {
  const input = body.get("input");
  if (typeof input === "string") return { text: input, without: new Map(body).set("input", null), media: false };
  return lastMessage(body, "input", { parts: "content", isText: (part) => textParts.has(part.get("type") ?? null) });
}

export function parseResponsesRequest(body: Uint8Array): ParsedRequest {
  return parseOpenAiRequest(dialect, body);
}

function keyedCacheOptions(body: JsonObject): string | undefined {
  const value = body.get("prompt_cache_options") ?? null;
  const options = objectAt(body, "prompt_cache_options");
  if (options === undefined) return value === null ? undefined : serializeJson(value, true);
  const counting = [...options].filter(([name]) => !unkeyedCacheOptions.has(name));
  return counting.length === 0 ? undefined : serializeJson(new Map(counting), sorted);
}

function factsOf(body: JsonObject): RequestFacts {
  const model = readModel(body);
  const input = body.get("input") ?? undefined;
  if (input === undefined && !inputsElsewhere.some((name) => (body.get(name) ?? null) !== null)) {
    rejectField("input", "'input' must be given, unless there is a 'prompt', 'previous_response_id' or 'conversation'");
  }
  if (input !== undefined && typeof input !== "string" && !Array.isArray(input)) {
    rejectField("input", "'input' must be a string or an array");
  }
  readOptions(body, "stream_options");
  return {
    model,
    stream: readFlag(body.get("stream"), "stream"),
    includeUsage: true,
    temperature: readNumber(body.get("temperature"), "temperature"),
    mostOutputTokens: boundOf(body.get("max_output_tokens")),
    user: userName(body.get("user")) ?? userName(body.get("safety_identifier")),
    dependencies: dependenciesOf(body),
  };
}

function dependenciesOf(body: JsonObject): readonly Dependency[] {
  const dependencies: Dependency[] = [];
  if ((body.get("conversation") ?? null) !== null || followsTemplate(body)) dependencies.push("conversation");
  if ((body.get("background") ?? false) !== false) dependencies.push("background");
  if (refersToAnswers(body)) dependencies.push("previous_answer");
  if (objectsIn(body.get("tools")).some(runsAtProvider)) dependencies.push("provider_tools");
  if (body.get("store") === true) dependencies.push("kept");
  return dependencies;
}

/** A stored prompt without a version means its current one, which may change at any time, as a conversation does. */
function followsTemplate(body: JsonObject): boolean {
  const prompt = body.get("prompt") ?? null;
  return prompt !== null && textOf(objectAt(body, "prompt")?.get("version")) === undefined;
}

function refersToAnswers(body: JsonObject): boolean {
  if ((body.get("previous_response_id") ?? null) !== null) return true;
  return objectsIn(body.get("input")).some((one) => one.get("type") === "item_reference");
}

function expectationsOf(body: JsonObject): Expectations {
  const format = objectAt(objectAt(body, "text"), "format");
  const type: JsonValue | undefined = format?.get("type");
  return {
    json: type === "json_object" ? "object" : type === "json_schema" && "any",
    schema: type === "json_schema" ? format?.get("schema") : undefined,
    tools: offeredTools(body),
  };
}
