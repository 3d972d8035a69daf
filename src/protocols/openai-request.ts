import type { MarkablePrompt } from "../core/cache-marks.ts";
import { type JsonObject, type KeepOrder, orderOf, serializeJson } from "../core/canonical-json.ts";
import type { PromptSection } from "../core/prompt.ts";
import type { Expectations, ForwardOptions, ParsedRequest, RequestFacts } from "../core/protocol.ts";
import type { Question } from "../core/question.ts";
import { objectAt } from "./json-fields.ts";
import { type LastWords, questionOf } from "./last-words.ts";
import { type BreakpointPlaces, markablePrompt, markedMembers } from "./openai-breakpoints.ts";
import { promptSections } from "./prompt-sections.ts";
import { memberTexts, objectText, parseRequestBody } from "./request-body.ts";
import { withSortedTools } from "./sorted-tools.ts";

/** How one of OpenAI's APIs is asked. */
export interface OpenAiDialect {
  /** Fields that do not belong to the key, each with the reason why it cannot change the answer. Every other field counts. */
  readonly unkeyedFields: Readonly<Record<string, string>>;
  /** The fields whose objects are read by name; see `KeepOrder`. */
  readonly orders: Readonly<Record<string, KeepOrder>>;
  /** The fields that the model reads, in its order. */
  readonly promptFields: readonly string[];
  /** Whether a stream has usage only where `stream_options.include_usage` asks for it. */
  readonly usageOnRequest: boolean;
  /** Throws `RequestRejectedError`. */
  readonly factsOf: (body: JsonObject) => RequestFacts;
  readonly expectationsOf: (body: JsonObject) => Expectations;
  /** Of fields that count only in part, the canonical text of that part by name; `undefined` where nothing of it counts. */
  readonly keyedParts?: Readonly<Record<string, (body: JsonObject) => string | undefined>>;
  /** The text of the user that ends the request. Default: there is none that stands for itself. */
  readonly lastWords?: (body: JsonObject) => LastWords | undefined;
  /** How the system prompt begins. */
  readonly systemText: (body: JsonObject) => string | undefined;
  /** Where breakpoints may stand. Default: nowhere. */
  readonly breakpoints?: BreakpointPlaces;
  /** Values and keys that a request may have. Default: what suits conversations. */
  readonly maxValues?: number;
}

export function parseOpenAiRequest(dialect: OpenAiDialect, body: Uint8Array): ParsedRequest {
  return new OpenAiRequest(dialect, parseRequestBody(body, dialect.maxValues));
}

/**
 * Models that answer 400 to any temperature but their own: OpenAI's o series, GPT-5 and later but not `gpt-5-chat`
 * (of these the later ones take one only when told not to reason), and the search models. A prefix such as
 * `openai/` or `ft:` may stand before the name.
 */
const fixedTemperature = /(?:^|[/:])(?:o[1-9]\d*(?:-|$)|gpt-(?:[5-9]|\d\d)(?!-chat)|.*-search-(?:preview|api))/i;

const encoder = new TextEncoder();

class OpenAiRequest implements ParsedRequest {
  readonly #dialect: OpenAiDialect;
  readonly #body: JsonObject;
  readonly #texts: ReadonlyMap<string, string>;
  readonly facts: RequestFacts;
  readonly canonical: string;
  readonly expectations: Expectations;

  constructor(dialect: OpenAiDialect, body: JsonObject, texts = memberTexts(body, dialect.orders)) {
    this.#dialect = dialect;
    this.#body = body;
    this.#texts = texts;
    this.facts = dialect.factsOf(body);
    this.canonical = canonicalOf(dialect, body, texts);
    this.expectations = dialect.expectationsOf(body);
  }

  deterministic(): ParsedRequest | undefined {
    const { model } = this.facts;
    if (model === "" || fixedTemperature.test(model)) return undefined;
    if (this.facts.temperature === 0) return this;
    return new OpenAiRequest(
      this.#dialect,
      new Map(this.#body).set("temperature", 0),
      new Map(this.#texts).set("temperature", "0"),
    );
  }

  sorted(): ParsedRequest | undefined {
    const body = withSortedTools(this.#body);
    return body && new OpenAiRequest(this.#dialect, body);
  }

  question(): Question | undefined {
    const { lastWords, orders } = this.#dialect;
    return questionOf(lastWords?.(this.#body), this.expectations, (body) =>
      canonicalOf(this.#dialect, body, memberTexts(body, orders)),
    );
  }

  system(): string | undefined {
    return this.#dialect.systemText(this.#body);
  }

  prompt(): readonly PromptSection[] {
    const { orders, promptFields } = this.#dialect;
    return promptSections(this.#body, promptFields, orders);
  }

  markable(): MarkablePrompt | undefined {
    const { breakpoints, orders } = this.#dialect;
    return breakpoints === undefined ? undefined : markablePrompt(breakpoints, this.#body, this.#texts, orders);
  }

  forward(options?: ForwardOptions): Uint8Array {
    const texts = new Map(this.#texts);
    const { breakpoints, orders } = this.#dialect;
    if (options?.cacheMarks !== undefined && breakpoints !== undefined)
      for (const [name, value] of markedMembers(breakpoints, this.#body, options.cacheMarks, orders))
        texts.set(name, serializeJson(value, orderOf(name, orders)));
    if (options?.temperature !== undefined) texts.set("temperature", serializeJson(options.temperature));
    if (options?.cacheSalt !== undefined) texts.set("cache_salt", serializeJson(options.cacheSalt));
    if (options?.slot !== undefined) texts.set("id_slot", serializeJson(options.slot));
    if (this.#dialect.usageOnRequest && this.facts.stream && options?.requestUsage !== false) {
      const given = objectAt(this.#body, "stream_options");
      texts.set("stream_options", serializeJson(new Map(given).set("include_usage", true)));
    }
    return encoder.encode(objectText(texts));
  }
}

function canonicalOf(dialect: OpenAiDialect, body: JsonObject, texts: ReadonlyMap<string, string>): string {
  const keyed = new Map(texts);
  for (const [name, partOf] of Object.entries(dialect.keyedParts ?? {})) {
    const part = body.has(name) ? partOf(body) : undefined;
    if (part === undefined) keyed.delete(name);
    else keyed.set(name, part);
  }
  return objectText(keyed, (name) => name !== "model" && !Object.hasOwn(dialect.unkeyedFields, name));
}
