import type { Asked, Call } from "../core/call.ts";
import type { PersonalKind } from "../core/personal-data.ts";
import type { Protocol } from "../core/protocol.ts";
import type { AnswerFacts, Recording } from "../core/recording.ts";
import type { Trace } from "../core/trace.ts";
import { mayStore } from "../policy/eligibility.ts";
import { kindsInAnswer, textOfRequest } from "../policy/personal-data/found-kinds.ts";
import { heldPolicy, looksForPersonalData, personalDataOf } from "../policy/personal-data/held-policy.ts";
import { textOfJson } from "../policy/personal-data/json-text.ts";
import type { CompleteAnswer } from "./origin-answer.ts";

/**
 * Personal data in an answer. The key was made before there was one, so an answer that is for its user alone cannot be stored
 * where others look; all else that the rule says of such data is done to the entry.
 */

/** The call as its answer is to be kept: itself, unless the answer holds what its request did not. */
export function heldFor(asked: Asked, answer: CompleteAnswer, trace: Trace): Call {
  const { call } = asked;
  const { facts, recording } = answer;
  // What is not regular is not kept anyway, and cannot be read either.
  if (recording === undefined || answer.status !== 200 || facts?.wellFormed !== true || facts.error) return call;
  if (!mayStore(call) || !looksForPersonalData(call.policy)) return call;
  const request = () => textOfRequest(asked.parsed().canonical);
  const { added, kinds } = kindsInAnswer(answerText(call.protocol, recording, facts), request, call.policy);
  for (const kind of kinds) trace({ type: "personal-data", kind });
  return added.length === 0 ? call : withKinds(call, added);
}

function withKinds(call: Call, added: readonly PersonalKind[]): Call {
  const kinds = [...new Set([...(call.personal?.kinds ?? []), ...added])];
  const personal = personalDataOf(call.policy.personalData, kinds);
  if (personal === undefined) return call;
  const policy = heldPolicy(call.policy, personal);
  return { ...call, policy, personal, forModel: (model) => withKinds(call.forModel(model), added) };
}

/** All that it says, not only its words: reasoning, arguments of tools, sources; what says nothing is left out. */
function answerText(protocol: Protocol, recording: Recording, { choices }: AnswerFacts): string {
  try {
    const json = protocol.replayJson(recording, { includeUsage: true, zeroUsage: false });
    const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString("utf8");
    return textOfJson(text, { withNumbers: false, without: protocol.wordlessFields });
  } catch {
    // Nested deeper than can be walked, or put together wrongly: then its words.
    return choices
      .map(({ text, toolCalls }) => [text, ...toolCalls.map((tool) => tool.arguments)].join("\n"))
      .join("\n");
  }
}

/** Once for a call that a stored answer does not serve. */
export function tellPersonalData({ personal }: Call, trace: Trace): void {
  if (personal === undefined) return;
  for (const kind of personal.kinds) trace({ type: "personal-data", kind });
}
