import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { AnswerFacts, ChoiceFacts, FinishReason } from "../core/recording.ts";
import { isObject, optionalText } from "./json-fields.ts";
import { reportsError } from "./openai-errors.ts";
import { openAiUsage } from "./usage.ts";

/** What admission needs to know of an answer with choices, as OpenAI's two APIs of completions give it. */

const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  length: "length",
  content_filter: "content_filter",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
  refusal: "refusal",
};

/** `choiceFacts`: `undefined` when the choice does not fit the schema. */
export function factsOfChoices(
  completion: JsonValue,
  choiceFacts: (choice: JsonObject) => ChoiceFacts | undefined,
): Omit<AnswerFacts, "terminal"> {
  if (!isObject(completion)) {
    return { wellFormed: false, error: false, model: undefined, usage: undefined, choices: [] };
  }
  const list = completion.get("choices");
  const elements: readonly JsonValue[] = Array.isArray(list) ? list : [];
  const choices = elements.map((choice) => (isObject(choice) ? choiceFacts(choice) : undefined));
  return {
    wellFormed: elements.length > 0 && choices.every((choice) => choice !== undefined) && hasOwnIndexes(elements),
    error: reportsError(completion) || elements.some((choice) => isObject(choice) && reportsError(choice)),
    model: modelOf(completion),
    usage: openAiUsage(completion.get("usage")),
    choices: choices.filter((choice) => choice !== undefined),
  };
}

export function modelOf(completion: JsonObject): string | undefined {
  const model = completion.get("model");
  return typeof model === "string" && model !== "" ? model : undefined;
}

/** No two choices have one index, and an index left out is the position. */
function hasOwnIndexes(choices: readonly JsonValue[]): boolean {
  const indexes = choices.map((choice, position) => (isObject(choice) ? (choice.get("index") ?? position) : position));
  const allIntegers = indexes.every((index) => Number.isSafeInteger(index) && (index as number) >= 0);
  return allIntegers && new Set(indexes).size === indexes.length;
}

/** `undefined` for what is no text. */
export function finishReason(value: JsonValue | undefined): FinishReason | undefined {
  const reason = optionalText(value);
  if (reason === undefined) return undefined;
  if (reason === "") return "unfinished";
  return Object.hasOwn(finishReasons, reason) ? finishReasons[reason] : "other";
}
