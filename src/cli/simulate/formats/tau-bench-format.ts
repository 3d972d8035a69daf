import type { LoggedCall } from "../../../access-log/logged-call.ts";
import { type Fields, isFields, type LogFormat, type ReadContext, UnusableRecord } from "./log-format.ts";
import { placeOfUrl } from "./wire-place.ts";

/**
 * Trajectories of agents as tau-bench records them (https://github.com/sierra-research/tau-bench): each message of the
 * assistant is a call, and the messages before it are its request. They have no times, so the calls follow one another,
 * and no model but the one that is named with `--model`.
 */
export const tauBenchFormat: LogFormat = {
  name: "tau-bench",
  fits: (fields) => Array.isArray(fields["traj"]),
  read(fields, context) {
    const messages = fields["traj"] as readonly unknown[];
    if (!messages.every(isFields)) throw new UnusableRecord("traj holds what is not a message");
    return messages.flatMap((message, place) =>
      message["role"] === "assistant" ? [callOf(messages.slice(0, place), message, context)] : [],
    );
  },
};

const { protocol, endpoint, originId } = placeOfUrl("/v1/chat/completions");

function callOf(messages: readonly Fields[], answer: Fields, { line, model = "unknown" }: ReadContext): LoggedCall {
  const isCalling = Array.isArray(answer["tool_calls"]) && answer["tool_calls"].length > 0;
  const choice = { index: 0, message: answer, finish_reason: isCalling ? "tool_calls" : "stop" };
  return {
    line,
    at: undefined,
    durationMs: undefined,
    protocol: protocol.name,
    endpoint,
    query: "",
    originId,
    tenant: undefined,
    user: undefined,
    headers: {},
    isRedacted: false,
    // The tools that were offered are not told.
    areDemandsKnown: false,
    request: { model, temperature: 0, messages },
    answer: {
      status: 200,
      body: { id: "chatcmpl-recorded", object: "chat.completion", created: 0, model, choices: [choice] },
      usage: undefined,
      bytes: undefined,
      model,
      refusal: undefined,
    },
    failure: undefined,
    outcome: undefined,
    goneMs: undefined,
  };
}
