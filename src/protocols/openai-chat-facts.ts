import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { AnswerFacts, ChoiceFacts, ToolCallFacts } from "../core/recording.ts";
import { factsOfChoices, finishReason } from "./choice-facts.ts";
import { isObject, optionalText } from "./json-fields.ts";

/** What admission needs to know of a chat completion, sent as JSON or assembled from its chunks. */

export function completionFacts(completion: JsonValue): Omit<AnswerFacts, "terminal"> {
  return factsOfChoices(completion, choiceFacts);
}

/** `undefined` when the choice does not fit the schema. */
function choiceFacts(choice: JsonObject): ChoiceFacts | undefined {
  const message = choice.get("message");
  if (!isObject(message)) return undefined;
  const text = optionalText(message.get("content"));
  const refusal = optionalText(message.get("refusal"));
  const toolCalls = toolCallFacts(message);
  const finish = finishReason(choice.get("finish_reason"));
  if (text === undefined || refusal === undefined || toolCalls === undefined || finish === undefined) return undefined;
  const refused = refusal !== "" || finish === "refusal";
  const hasContent = text !== "" || refused || toolCalls.length > 0 || isObject(message.get("audio"));
  return { finish, text, refused, toolCalls, hasContent };
}

function toolCallFacts(message: JsonObject): readonly ToolCallFacts[] | undefined {
  const facts: ToolCallFacts[] = [];
  const calls = message.get("tool_calls") ?? [];
  if (!Array.isArray(calls)) return undefined;
  for (const call of calls as readonly JsonValue[]) {
    const fact = isObject(call) ? toolCall(call) : undefined;
    if (fact === undefined) return undefined;
    facts.push(fact);
  }
  const legacy = message.get("function_call") ?? null;
  if (legacy === null) return facts;
  const fact = calledFunction(legacy, "arguments");
  return fact === undefined ? undefined : [...facts, fact];
}

function toolCall(call: JsonObject): ToolCallFacts | undefined {
  const custom = call.get("custom") ?? null;
  if (custom === null) return calledFunction(call.get("function"), "arguments");
  // The input of a custom tool is free text by definition; as a member it is the JSON that it need not be.
  const fact = calledFunction(custom, "input");
  return fact && { name: fact.name, arguments: JSON.stringify({ input: fact.arguments }) };
}

function calledFunction(value: JsonValue | undefined, input: string): ToolCallFacts | undefined {
  const name = isObject(value) ? value.get("name") : undefined;
  const given = isObject(value) ? optionalText(value.get(input)) : undefined;
  return typeof name !== "string" || name === "" || given === undefined ? undefined : { name, arguments: given };
}
