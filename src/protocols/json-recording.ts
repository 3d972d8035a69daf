import type { JsonValue } from "../core/canonical-json.ts";
import type { AnswerFacts, Recording } from "../core/recording.ts";
import { parsedOrNothing } from "./json-fields.ts";

/** An answer in one piece: the document byte for byte, and what its protocol finds in it. What is no JSON is not complete. */
export function recordingOfJson(
  body: Uint8Array,
  factsOf: (answer: JsonValue) => Omit<AnswerFacts, "terminal">,
): { readonly facts: AnswerFacts; readonly recording: Recording } {
  const answer = parsedOrNothing(body);
  const facts = { ...factsOf(answer ?? null), terminal: answer !== undefined };
  return { facts, recording: { form: "json", body, model: facts.model, usage: facts.usage } };
}
