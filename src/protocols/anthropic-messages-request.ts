import type { MarkablePrompt } from "../core/cache-marks.ts";
import { type JsonObject, type JsonValue, type KeepOrder, orderOf, serializeJson } from "../core/canonical-json.ts";
import type { PromptSection } from "../core/prompt.ts";
import type { Dependency, Expectations, ForwardOptions, ParsedRequest, RequestFacts } from "../core/protocol.ts";
import type { Question } from "../core/question.ts";
import { markablePrompt, markedMembers } from "./anthropic-messages-breakpoints.ts";
import { withoutMarks } from "./anthropic-messages-marks.ts";
import { systemText } from "./anthropic-messages-system.ts";
import { boundOf, objectAt, objectsIn, textOf } from "./json-fields.ts";
import { lastMessage, questionOf } from "./last-words.ts";
import { promptSections } from "./prompt-sections.ts";
import {
  memberTexts,
  objectText,
  parseRequestBody,
  readFlag,
  readModel,
  readNumber,
  rejectField,
  userName,
} from "./request-body.ts";
import { withSortedTools } from "./sorted-tools.ts";

/** A request for a message: what it asks, its keyed form, and what is sent to the origin. */

/**
 * Fields that do not belong to the key, each with the reason why it cannot change the answer. Every other field counts.
 * `cache_control` stands for the field and for the marks of that name on tools and blocks, see `anthropic-messages-marks.ts`.
 */
export const unkeyedFields: Readonly<Record<string, string>> = {
  stream: "the form of the answer; one recording replays in both",
  metadata: "names the end user for abuse reports; separate caches per user are a matter of policy",
  service_tier: "speed and price of the computation",
  cache_control: "where the provider may keep the prompt's prefix; the tokens that follow are the same",
};

const sorted: KeepOrder = { sorted: {} };
const block: KeepOrder = { sorted: { source: sorted, cache_control: sorted, citations: sorted } };
const blocks: KeepOrder = {
  each: { sorted: { source: sorted, cache_control: sorted, citations: sorted, content: { each: block } } },
};

/**
 * The fields whose objects are read by name, so that the order of their keys cannot matter. In all other fields (tools,
 * schemas, the input of an earlier tool call, what nobody knows yet) it may reach the model, and is kept.
 */
const orders: Readonly<Record<string, KeepOrder>> = {
  messages: { each: { sorted: { content: blocks } } },
  system: blocks,
  cache_control: sorted,
  metadata: sorted,
  output_config: sorted,
  thinking: sorted,
  tool_choice: sorted,
};

/**
 * Of Claude's models those that still take a temperature: up to 4.6. The later ones answer 400 to any ("`temperature`
 * is deprecated for this model"). What is no Claude, on a server that is compatible, takes one.
 */
const takesTemperature =
  /claude-(?:instant|[123](?:[-.:@]|$)|(?:opus|sonnet|haiku)-4(?:-[0-6])?(?:-\d{8})?(?:$|[@:]|-latest|-v\d))/i;

const encoder = new TextEncoder();

export function parseMessagesRequest(body: Uint8Array): ParsedRequest {
  return new MessagesRequest(parseRequestBody(body));
}

class MessagesRequest implements ParsedRequest {
  readonly #body: JsonObject;
  readonly #texts: ReadonlyMap<string, string>;
  readonly facts: RequestFacts;
  readonly canonical: string;
  readonly expectations: Expectations;

  constructor(body: JsonObject, texts = memberTexts(body, orders)) {
    this.#body = body;
    this.#texts = texts;
    this.facts = requestFacts(body);
    this.canonical = canonicalOf(body, texts);
    this.expectations = expectationsOf(body);
  }

  deterministic(): ParsedRequest | undefined {
    if (!mayTakeZero(this.facts.model, this.#body)) return undefined;
    if (this.facts.temperature === 0) return this;
    return new MessagesRequest(new Map(this.#body).set("temperature", 0), new Map(this.#texts).set("temperature", "0"));
  }

  sorted(): ParsedRequest | undefined {
    const body = withSortedTools(this.#body);
    return body && new MessagesRequest(body);
  }

  question(): Question | undefined {
    const isText = (part: JsonObject) => part.get("type") === "text";
    const words = lastMessage(this.#body, "messages", { parts: "content", isText });
    return questionOf(words, this.expectations, (body) => canonicalOf(body, memberTexts(body, orders)));
  }

  system(): string | undefined {
    return systemText(this.#body);
  }

  prompt(): readonly PromptSection[] {
    return promptSections(this.#body, ["tools", "system", "messages"], orders);
  }

  markable(): MarkablePrompt | undefined {
    return markablePrompt(this.#body, this.#texts, orders);
  }

  /** Usage is in every stream unasked. */
  forward({ temperature, cacheMarks }: ForwardOptions = {}): Uint8Array {
    if (temperature === undefined && cacheMarks === undefined) return encoder.encode(objectText(this.#texts));
    const texts = new Map(this.#texts);
    if (temperature !== undefined) texts.set("temperature", serializeJson(temperature));
    if (cacheMarks !== undefined)
      for (const [name, value] of markedMembers(this.#body, cacheMarks, orders))
        texts.set(name, serializeJson(value, orderOf(name, orders)));
    return encoder.encode(objectText(texts));
  }
}

function canonicalOf(body: JsonObject, texts: ReadonlyMap<string, string>): string {
  const keyed = new Map(texts);
  for (const [name, value] of withoutMarks(body, texts)) keyed.set(name, serializeJson(value, orderOf(name, orders)));
  return objectText(keyed, (name) => name !== "model" && !Object.hasOwn(unkeyedFields, name));
}

function requestFacts(body: JsonObject): RequestFacts {
  const model = readModel(body);
  const messages = body.get("messages");
  if (!Array.isArray(messages) || messages.length === 0) {
    rejectField("messages", "'messages' must be an array with at least one message");
  }
  return {
    model,
    stream: readFlag(body.get("stream"), "stream"),
    includeUsage: true,
    temperature: readNumber(body.get("temperature"), "temperature"),
    mostOutputTokens: boundOf(body.get("max_tokens")),
    user: userName(objectAt(body, "metadata")?.get("user_id")),
    dependencies: dependenciesOf(body),
  };
}

/** Neither a thinking model nor one that is told `top_p` takes a temperature beside it. */
function mayTakeZero(model: string, body: JsonObject): boolean {
  if (model === "" || (/claude/i.test(model) && !takesTemperature.test(model))) return false;
  const thinking = objectAt(body, "thinking")?.get("type") ?? "disabled";
  return thinking === "disabled" && isAbsent(body.get("top_p"));
}

function dependenciesOf(body: JsonObject): readonly Dependency[] {
  const dependencies: Dependency[] = [];
  // An answer of a thread can be continued once, so nobody may get the one that another has begun or goes on with.
  if (!isAbsent(body.get("thread"))) dependencies.push("conversation");
  const servers = body.get("mcp_servers");
  const hasServers = !isAbsent(servers) && !(Array.isArray(servers) && servers.length === 0);
  if (hasServers || !isAbsent(body.get("container")) || objectsIn(body.get("tools")).some(runsAtProvider))
    dependencies.push("provider_tools");
  return dependencies;
}

/**
 * Tools whose calls come back to the caller, by the start of their type: its own, and those that Anthropic only
 * describes (shell, editor, memory, screen, browser). The search for tools runs at the provider, but looks at nothing
 * else than the tools of the request. Whatever else has a type may act or look at the live world.
 */
const ownTools =
  /^(?:custom$|(?:bash|text_editor|memory|computer|computer_toolset|browser_toolset)_\d|tool_search_tool_)/;

function runsAtProvider(tool: JsonObject): boolean {
  const type = tool.get("type") ?? "custom";
  return typeof type !== "string" || !ownTools.test(type);
}

function expectationsOf(body: JsonObject): Expectations {
  const format = objectAt(objectAt(body, "output_config"), "format") ?? objectAt(body, "output_format");
  const structured = format?.get("type") === "json_schema";
  const tools = new Map<string, JsonValue | undefined>();
  for (const tool of objectsIn(body.get("tools"))) {
    const name = textOf(tool.get("name")) ?? toolsetName(tool.get("type"));
    if (name !== undefined) tools.set(name, tool.get("input_schema"));
  }
  return { json: structured && "any", schema: structured ? format?.get("schema") : undefined, tools };
}

/** A set of tools has no name of its own; calls of its members carry the name of the set. */
function toolsetName(type: JsonValue | undefined): string | undefined {
  return typeof type === "string" ? /^(\w+)_toolset_\d+$/.exec(type)?.[1] : undefined;
}

function isAbsent(value: JsonValue | undefined): boolean {
  return value === undefined || value === null;
}
