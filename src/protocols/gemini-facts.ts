import { type JsonObject, type JsonValue, serializeJson } from "../core/canonical-json.ts";
import type { AnswerFacts, ChoiceFacts, FinishReason, ToolCallFacts } from "../core/recording.ts";
import { geminiUsage } from "./gemini-usage.ts";
import { isIndex, isObject, objectAt, optionalText, textOf } from "./json-fields.ts";

/** What admission needs to know of a `GenerateContentResponse`, sent as JSON or assembled from its chunks. */

/** Every other reason, such as `MALFORMED_FUNCTION_CALL` or `OTHER`, says that something went wrong. */
const finishReasons: ReadonlyMap<string, FinishReason> = new Map<string, FinishReason>([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["FINISH_REASON_UNSPECIFIED", "unfinished"],
  ...[
    "SAFETY",
    "RECITATION",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MODEL_ARMOR",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
  ].map((reason) => [reason, "content_filter"] as const),
]);

export function responseFacts(response: JsonValue): Omit<AnswerFacts, "terminal"> {
  if (!isObject(response)) {
    const error = Array.isArray(response) && response.some(reportsError);
    return { wellFormed: false, error, model: undefined, usage: undefined, choices: [] };
  }
  const list = response.get("candidates") ?? [];
  const elements: readonly JsonValue[] = Array.isArray(list) ? list : [];
  const read = elements.map((candidate) => (isObject(candidate) ? candidateFacts(candidate) : undefined));
  const choices = read.filter((choice) => choice !== undefined);
  const blocked = isBlocked(response);
  const fits = Array.isArray(list) && choices.length === elements.length && hasOwnIndexes(elements);
  return {
    wellFormed: fits && (elements.length > 0 || blocked),
    error: reportsError(response),
    model: modelOf(response),
    usage: geminiUsage(response.get("usageMetadata")),
    choices: blocked ? [...choices, withheld] : choices,
  };
}

/** A prompt that was not let through is answered without candidates. */
const withheld: ChoiceFacts = { finish: "content_filter", text: "", refused: false, toolCalls: [], hasContent: false };

export function isBlocked(response: JsonObject): boolean {
  return textOf(objectAt(response, "promptFeedback")?.get("blockReason")) !== undefined;
}

export function modelOf(response: JsonObject): string | undefined {
  return textOf(response.get("modelVersion"));
}

export function reportsError(value: JsonValue): boolean {
  return isObject(value) && (value.get("error") ?? null) !== null;
}

/** An index that is left out is 0, as ProtoJSON writes it. */
export function indexOf(candidate: JsonObject): number | undefined {
  const index: JsonValue = candidate.get("index") ?? 0;
  return isIndex(index) ? index : undefined;
}

function hasOwnIndexes(candidates: readonly JsonValue[]): boolean {
  return new Set(candidates.map((candidate) => isObject(candidate) && indexOf(candidate))).size === candidates.length;
}

/** `undefined` when the candidate does not fit the schema. */
function candidateFacts(candidate: JsonObject): ChoiceFacts | undefined {
  const content: JsonValue = candidate.get("content") ?? new Map();
  const finish = finishOf(candidate);
  if (!isObject(content) || finish === undefined || indexOf(candidate) === undefined) return undefined;
  const parts: JsonValue = content.get("parts") ?? [];
  if (!Array.isArray(parts)) return undefined;
  let text = "";
  let hasContent = false;
  const toolCalls: ToolCallFacts[] = [];
  for (const part of parts as readonly JsonValue[]) {
    const written = isObject(part) ? optionalText(part.get("text")) : undefined;
    const calls = isObject(part) ? callsOf(part) : undefined;
    if (!isObject(part) || written === undefined || calls === undefined) return undefined;
    if (part.get("thought") === true) continue;
    text += written;
    toolCalls.push(...calls);
    hasContent ||= written !== "" || [...part.keys()].some((name) => !silent.has(name));
  }
  return { finish, text, refused: false, toolCalls, hasContent };
}

/** Members of a part that say nothing by themselves. */
const silent: ReadonlySet<string> = new Set(["text", "thought", "thoughtSignature", "partMetadata"]);

/** `undefined` when `finishReason` is no string. */
export function finishOf(candidate: JsonObject): FinishReason | undefined {
  const reason = optionalText(candidate.get("finishReason"));
  if (reason === undefined) return undefined;
  if (reason === "") return "unfinished";
  return finishReasons.get(reason) ?? "other";
}

/**
 * The function that a part calls, if it does. Arguments that come in fragments (`partialArgs`, which Vertex AI sends on
 * request) are not put together, so such a call does not fit.
 */
function callsOf(part: JsonObject): readonly ToolCallFacts[] | undefined {
  const call = part.get("functionCall") ?? null;
  if (call === null) return [];
  if (!isObject(call) || call.has("partialArgs") || call.has("willContinue")) return undefined;
  const name = textOf(call.get("name"));
  const given: JsonValue = call.get("args") ?? new Map();
  return name === undefined || !isObject(given) ? undefined : [{ name, arguments: serializeJson(given, true) }];
}
