import { JsonNumber, type JsonObject, type JsonValue, type KeepOrder, serializeJson } from "../core/canonical-json.ts";
import type { KeepablePrompt } from "../core/kept-content.ts";
import type { PromptSection } from "../core/prompt.ts";
import type { Dependency, Expectations, ForwardOptions, ParsedRequest, RequestFacts } from "../core/protocol.ts";
import type { Question } from "../core/question.ts";
import { keepablePrompt, withKeptContent } from "./gemini-contents.ts";
import { asksUsualForm, type GeminiEndpoint, readEndpoint } from "./gemini-endpoint.ts";
import { fieldOf, listOf, snakeCase } from "./gemini-fields.ts";
import { jsonSchemaOf } from "./gemini-schema.ts";
import { systemText } from "./gemini-system.ts";
import { boundOf, countOf, isObject, textOf } from "./json-fields.ts";
import { lastMessage, questionOf } from "./last-words.ts";
import { promptSections } from "./prompt-sections.ts";
import { memberTexts, objectText, parseRequestBody, rejectField } from "./request-body.ts";
import { withSortedTools } from "./sorted-tools.ts";

/**
 * A request for generated content: what it asks, its keyed form, and what is sent to the origin. Fields may be written in
 * camel case or in snake case. Both are understood, and each is keyed and sent as it stands.
 */

/** Fields that do not belong to the key, each with the reason why it cannot change the answer. Every other field counts. */
export const unkeyedFields: Readonly<Record<string, string>> = {
  labels: "groups calls on the bill of Vertex AI",
  serviceTier: "speed and price of the computation",
  service_tier: "speed and price of the computation",
};

const sorted: KeepOrder = { sorted: {} };
const part = bothSpellings({
  inlineData: sorted,
  fileData: sorted,
  functionCall: { sorted: {} },
  functionResponse: { sorted: {} },
  executableCode: sorted,
  codeExecutionResult: sorted,
  videoMetadata: sorted,
});
const content: KeepOrder = { sorted: { parts: { each: { sorted: part } } } };

/**
 * The fields whose objects are read by name, so that the order of their keys cannot matter. In all other fields (schemas,
 * tools, the arguments and results of functions, what nobody knows yet) it may reach the model, and is kept.
 */
const orders = bothSpellings({
  contents: { each: content },
  systemInstruction: content,
  generationConfig: { sorted: bothSpellings({ thinkingConfig: sorted }) },
  toolConfig: { sorted: bothSpellings({ functionCallingConfig: sorted }) },
  safetySettings: { each: sorted },
  labels: sorted,
});

function bothSpellings(rules: Readonly<Record<string, KeepOrder>>): Readonly<Record<string, KeepOrder>> {
  return Object.fromEntries(
    Object.entries(rules).flatMap(([name, rule]) => [
      [name, rule],
      [snakeCase(name), rule],
    ]),
  );
}

const encoder = new TextEncoder();

export function parseGeminiRequest(body: Uint8Array, endpoint: string, query = ""): ParsedRequest {
  const target = readEndpoint(endpoint);
  return new GeminiRequest(parseRequestBody(body), target, asksUsualForm(query, target.streams));
}

/** The API takes both spellings. */
const promptFields = ["tools", "systemInstruction", "system_instruction", "contents"];

class GeminiRequest implements ParsedRequest {
  readonly #body: JsonObject;
  readonly #target: GeminiEndpoint;
  readonly #usualForm: boolean;
  readonly #texts: ReadonlyMap<string, string>;
  readonly facts: RequestFacts;
  readonly canonical: string;
  readonly expectations: Expectations;

  constructor(body: JsonObject, target: GeminiEndpoint, usualForm: boolean) {
    if (!hasContents(body)) rejectField("contents", "'contents' must hold at least one content");
    this.#body = body;
    this.#target = target;
    this.#usualForm = usualForm;
    this.#texts = memberTexts(body, orders);
    this.facts = {
      model: target.model,
      stream: target.streams && usualForm,
      includeUsage: true,
      temperature: temperatureOf(body),
      mostOutputTokens: mostOutputTokensOf(body),
      user: undefined,
      dependencies: [...dependenciesOf(body), ...(usualForm ? [] : ["other_form" as const])],
    };
    this.canonical = canonicalOf(this.#texts, target);
    this.expectations = expectationsOf(body);
  }

  deterministic(): ParsedRequest | undefined {
    if (this.facts.temperature === 0) return this;
    return new GeminiRequest(withTemperature(this.#body, 0), this.#target, this.#usualForm);
  }

  sorted(): ParsedRequest | undefined {
    const body = withSortedTools(this.#body);
    return body && new GeminiRequest(body, this.#target, this.#usualForm);
  }

  question(): Question | undefined {
    const contents = listOf(this.#body.get("contents"));
    const listed: JsonObject = new Map(this.#body).set("contents", contents);
    const isText = (part: JsonObject) => typeof part.get("text") === "string";
    const words = lastMessage(listed, "contents", { parts: "parts", isText });
    return questionOf(words, this.expectations, (body) => canonicalOf(memberTexts(body, orders), this.#target));
  }

  system(): string | undefined {
    return systemText(this.#body);
  }

  prompt(): readonly PromptSection[] {
    return promptSections(this.#body, promptFields, orders);
  }

  keepable(): KeepablePrompt | undefined {
    return keepablePrompt(this.#body, this.facts.model, orders);
  }

  forward({ temperature, keptContent }: ForwardOptions = {}): Uint8Array {
    if (temperature === undefined && keptContent === undefined) return encoder.encode(objectText(this.#texts));
    const body = temperature === undefined ? this.#body : withTemperature(this.#body, temperature);
    const sent = keptContent === undefined ? body : withKeptContent(body, keptContent);
    return encoder.encode(objectText(memberTexts(sent, orders)));
  }
}

function canonicalOf(texts: ReadonlyMap<string, string>, target: GeminiEndpoint): string {
  return `[${serializeJson(target.place)},${objectText(texts, (name) => !Object.hasOwn(unkeyedFields, name))}]`;
}

/** A single content may stand without the brackets of its list. */
function hasContents(body: JsonObject): boolean {
  const contents = body.get("contents");
  return isObject(contents) || (Array.isArray(contents) && contents.length > 0);
}

function withTemperature(body: JsonObject, temperature: number): JsonObject {
  const name =
    body.has("generation_config") && !isObject(body.get("generationConfig")) ? "generation_config" : "generationConfig";
  const config = body.get(name);
  return new Map(body).set(name, new Map(isObject(config) ? config : []).set("temperature", temperature));
}

/** ProtoJSON takes a number also as a string. */
function temperatureOf(body: JsonObject): number | undefined {
  const value = generationConfig(body)?.get("temperature") ?? undefined;
  if (value === undefined || typeof value === "number") return value;
  const number = value instanceof JsonNumber ? Number(value.text) : Number(textOf(value) ?? Number.NaN);
  if (Number.isNaN(number)) rejectField("generationConfig.temperature", "'temperature' must be a number or null");
  return number;
}

function mostOutputTokensOf(body: JsonObject): number | undefined {
  const config = generationConfig(body);
  return boundOf(fieldOf(config, "maxOutputTokens"), countOf(fieldOf(config, "candidateCount")));
}

function generationConfig(body: JsonObject): JsonObject | undefined {
  const config = fieldOf(body, "generationConfig");
  if (config !== undefined && !isObject(config))
    rejectField("generationConfig", "'generationConfig' must be an object or null");
  return config;
}

/**
 * All tools but declared functions are the provider's own: they look at the live world (search, maps, URLs, stores of
 * files), run code, or call functions that the request does not declare (computer use).
 */
function dependenciesOf(body: JsonObject): readonly Dependency[] {
  const isOwn = (tool: JsonObject) =>
    [...tool].some(
      ([name, value]) => value !== null && name !== "functionDeclarations" && name !== "function_declarations",
    );
  return listOf(body.get("tools")).filter(isObject).some(isOwn) ? ["provider_tools"] : [];
}

function expectationsOf(body: JsonObject): Expectations {
  const config = generationConfig(body);
  const json =
    textOf(fieldOf(config, "responseMimeType"))?.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
  return {
    json: json && "any",
    schema: json ? responseSchema(config) : undefined,
    tools: declaredFunctions(body),
    choices: countOf(fieldOf(config, "candidateCount")),
  };
}

function responseSchema(config: JsonObject | undefined): JsonValue | undefined {
  const schema = fieldOf(config, "responseSchema");
  if (schema !== undefined) return jsonSchemaOf(schema);
  return fieldOf(config, "responseJsonSchema") ?? config?.get("_responseJsonSchema") ?? undefined;
}

function declaredFunctions(body: JsonObject): ReadonlyMap<string, JsonValue | undefined> {
  const functions = new Map<string, JsonValue | undefined>();
  for (const tool of listOf(body.get("tools")).filter(isObject)) {
    for (const declared of listOf(fieldOf(tool, "functionDeclarations")).filter(isObject)) {
      const name = textOf(declared.get("name"));
      const parameters = fieldOf(declared, "parameters");
      const schema = fieldOf(declared, "parametersJsonSchema") ?? (parameters && jsonSchemaOf(parameters));
      if (name !== undefined) functions.set(name, schema);
    }
  }
  return functions;
}
