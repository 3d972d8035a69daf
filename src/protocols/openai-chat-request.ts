import {
  JsonError,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  joinMembers,
  type KeepOrder,
  orderOf,
  parseJson,
  serializeJson,
} from "../core/canonical-json.ts";
import { RequestRejectedError } from "../core/errors.ts";
import type { Dependency, Expectations, ForwardOptions, ParsedRequest, RequestFacts } from "../core/protocol.ts";
import { isObject } from "./openai-chat-facts.ts";

/** A request for a chat completion: what it asks, its keyed form, and what is sent to the origin. */

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

/**
 * Models that answer 400 to any temperature but their own: OpenAI's o series, GPT-5 and later but not `gpt-5-chat`
 * (of these the later ones take one only when told not to reason), and the search models. A prefix such as
 * `openai/` or `ft:` may stand before the name.
 */
const fixedTemperature = /(?:^|[/:])(?:o[1-9]\d*(?:-|$)|gpt-(?:[5-9]|\d\d)(?!-chat)|.*-search-(?:preview|api))/i;

/** Values and keys that a request may have; many times what a long conversation with many tools has. */
const maxValues = 100_000;

const encoder = new TextEncoder();

export function parseChatRequest(body: Uint8Array): ParsedRequest {
  return new ChatRequest(parsedBody(body));
}

class ChatRequest implements ParsedRequest {
  readonly #body: JsonObject;
  /** Each member in canonical form, by name: the key and the body for the origin are both put together from these. */
  readonly #texts: ReadonlyMap<string, string>;
  readonly facts: RequestFacts;
  readonly canonical: string;
  readonly expectations: Expectations;

  constructor(body: JsonObject, texts = textsOf(body)) {
    this.#body = body;
    this.#texts = texts;
    this.facts = requestFacts(body);
    this.canonical = objectText(texts, (name) => name !== "model" && !Object.hasOwn(unkeyedFields, name));
    this.expectations = expectationsOf(body);
  }

  deterministic(): ParsedRequest | undefined {
    const { model } = this.facts;
    if (model === "" || fixedTemperature.test(model)) return undefined;
    if (this.facts.temperature === 0) return this;
    return new ChatRequest(new Map(this.#body).set("temperature", 0), new Map(this.#texts).set("temperature", "0"));
  }

  forward(options?: ForwardOptions): Uint8Array {
    const texts = new Map(this.#texts);
    if (options?.temperature !== undefined) texts.set("temperature", serializeJson(options.temperature));
    if (this.facts.stream && options?.requestUsage !== false) {
      const given = member(this.#body, "stream_options");
      texts.set("stream_options", serializeJson(new Map(given).set("include_usage", true)));
    }
    return encoder.encode(objectText(texts));
  }
}

function textsOf(body: JsonObject): ReadonlyMap<string, string> {
  return new Map(Array.from(body, ([name, value]) => [name, serializeJson(value, orderOf(name, orders))]));
}

function objectText(texts: ReadonlyMap<string, string>, counts: (name: string) => boolean = () => true): string {
  return joinMembers([...texts.keys()].filter(counts).sort(), (name) => texts.get(name) as string);
}

function parsedBody(bytes: Uint8Array): JsonObject {
  let body: JsonValue;
  try {
    body = parseJson(bytes, { maxValues });
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new RequestRejectedError({
      code: "invalid_json",
      message: `The request body is not strict JSON: ${error.message}.`,
      param: error.path === "" ? undefined : error.path,
      remedy:
        error.reason === "too_many_values"
          ? `Send a body of at most ${maxValues} values and keys, all levels together.`
          : "Send one JSON object in UTF-8, without duplicate keys, NaN or lone surrogates.",
      cause: error,
    });
  }
  if (!isObject(body)) reject(undefined, "The request body must be a JSON object");
  return body;
}

function requestFacts(body: JsonObject): RequestFacts {
  const model = body.get("model") ?? undefined;
  if (model !== undefined && (typeof model !== "string" || model === "")) {
    reject("model", "'model' must be a string that is not empty");
  }
  const messages = body.get("messages");
  if (!Array.isArray(messages) || messages.length === 0) {
    reject("messages", "'messages' must be an array with at least one message");
  }
  const stream = body.get("stream") ?? false;
  if (typeof stream !== "boolean") reject("stream", "'stream' must be true, false or null");
  const streamOptions = body.get("stream_options") ?? new Map();
  if (!isObject(streamOptions)) reject("stream_options", "'stream_options' must be an object or null");
  const includeUsage = streamOptions.get("include_usage") ?? false;
  if (typeof includeUsage !== "boolean") {
    reject("stream_options.include_usage", "'stream_options.include_usage' must be true, false or null");
  }
  const temperature = body.get("temperature") ?? undefined;
  if (temperature !== undefined && typeof temperature !== "number" && !(temperature instanceof JsonNumber)) {
    reject("temperature", "'temperature' must be a number or null");
  }
  return {
    model: model ?? "",
    stream,
    includeUsage,
    temperature: temperature instanceof JsonNumber ? Number(temperature.text) : temperature,
    user: userName(body.get("user")) ?? userName(body.get("safety_identifier")),
    dependencies: dependenciesOf(body),
  };
}

/** The search options let the provider look at the live web; `store` keeps the completion in the provider's own records. */
function dependenciesOf(body: JsonObject): readonly Dependency[] {
  const dependencies: Dependency[] = [];
  if ((body.get("web_search_options") ?? null) !== null) dependencies.push("provider_tools");
  if (body.get("store") === true) dependencies.push("kept");
  return dependencies;
}

function reject(param: string | undefined, rule: string): never {
  throw new RequestRejectedError({ message: `${rule}.`, param });
}

function expectationsOf(body: JsonObject): Expectations {
  const format = member(body, "response_format");
  const type = format?.get("type");
  const tools = new Map<string, JsonValue | undefined>();
  for (const tool of objects(body.get("tools"))) {
    const called = member(tool, "function") ?? member(tool, "custom");
    const name = text(called?.get("name"));
    if (name !== undefined) tools.set(name, called?.get("parameters"));
  }
  for (const called of objects(body.get("functions"))) {
    const name = text(called.get("name"));
    if (name !== undefined) tools.set(name, called.get("parameters"));
  }
  return {
    json: type === "json_object" ? "object" : type === "json_schema" && "any",
    schema: type === "json_schema" && format !== undefined ? member(format, "json_schema")?.get("schema") : undefined,
    tools,
  };
}

function member(object: JsonObject, name: string): JsonObject | undefined {
  const value = object.get(name);
  return isObject(value) ? value : undefined;
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isObject) : [];
}

/** Whatever names the end user keeps users apart, also where it is not the string that it should be. */
function userName(value: JsonValue | undefined): string | undefined {
  return value === undefined || value === null || typeof value === "string" ? text(value) : serializeJson(value);
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
