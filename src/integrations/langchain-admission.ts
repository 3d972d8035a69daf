import type { Generation } from "@langchain/core/outputs";

/** Where LangChain's integrations write why the model stopped, and the reasons that make an answer whole. */

const reasonNames = ["finish_reason", "finishReason", "stop_reason", "stopReason", "done_reason"] as const;
const whole: ReadonlySet<string> = new Set([
  "stop",
  "end_turn",
  "stop_sequence",
  "tool_calls",
  "tool_use",
  "function_call",
  "completed",
]);

interface ChatParts {
  readonly message?: {
    readonly response_metadata?: Readonly<Record<string, unknown>>;
    readonly invalid_tool_calls?: readonly unknown[];
  };
}

/** False for an answer that says it was cut or withheld, or whose tool calls do not parse. One that does not say is kept. */
export function mayKeep(generation: Generation): boolean {
  const { message } = generation as Generation & ChatParts;
  if ((message?.invalid_tool_calls?.length ?? 0) > 0) return false;
  const reasons = [generation.generationInfo, message?.response_metadata].flatMap((info) =>
    reasonNames.flatMap((name) => (typeof info?.[name] === "string" ? [(info[name] as string).toLowerCase()] : [])),
  );
  const status = message?.response_metadata?.["status"];
  return reasons.every((reason) => whole.has(reason)) && (typeof status !== "string" || status === "completed");
}
