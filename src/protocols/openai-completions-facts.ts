import type { JsonObject, JsonValue } from "../core/canonical-json.ts";
import type { AnswerFacts, ChoiceFacts } from "../core/recording.ts";
import { factsOfChoices, finishReason } from "./choice-facts.ts";

/** What admission needs to know of a completion of text, sent as JSON or assembled from its chunks. */
export function textCompletionFacts(completion: JsonValue): Omit<AnswerFacts, "terminal"> {
  return factsOfChoices(completion, choiceFacts);
}

/** `undefined` when the choice does not fit the schema. */
function choiceFacts(choice: JsonObject): ChoiceFacts | undefined {
  const text = choice.get("text");
  const finish = finishReason(choice.get("finish_reason"));
  if (typeof text !== "string" || finish === undefined) return undefined;
  const refused = finish === "refusal";
  return { finish, text, refused, toolCalls: [], hasContent: text !== "" || refused };
}
