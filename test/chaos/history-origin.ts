import { isWhole, sealed } from "../../src/testing/scripted-text.ts";
import type { AnswerFacts, HistoryModel } from "./history-model.ts";

/**
 * An origin that puts every call down in the history. Each answer is another one, says for whom and from what it was
 * computed, and is sealed by a checksum. Some calls are slow, and some fail, in the ways origins do.
 */

export interface AskedOrigin {
  /** As `Authorization` says it. */
  readonly tenant: string;
  readonly body: ChatRequest;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
  readonly user: string;
  /** What the caller's tags are; of no influence on the key. */
  readonly metadata: { readonly tags: string };
}

export interface OriginReply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Breaks off after the body. */
  readonly isCut: boolean;
}

export interface OriginOptions {
  readonly history: HistoryModel;
  readonly fraction: () => number;
  /** Shares of calls. */
  readonly failing: number;
  readonly slow: number;
  readonly slowestMs: number;
}

/** `undefined`: it does not answer at all. */
export function historyOrigin(options: OriginOptions): (asked: AskedOrigin) => Promise<OriginReply | undefined> {
  const { history, fraction, failing, slow, slowestMs } = options;
  return async ({ tenant, body }) => {
    const { model, user, metadata, messages } = body;
    const tags = metadata.tags === "" ? [] : metadata.tags.split(",");
    const call = history.originBegins({ tenant, model, question: messages[0]?.content ?? "", user, tags });
    const failure = fraction() < failing ? Math.floor(fraction() * failures.length) : undefined;
    const delayMs = fraction() < slow ? fraction() * slowestMs : 0;
    if (delayMs > 0) await new Promise((resolve) => void setTimeout(resolve, delayMs));
    if (failure === undefined) return reply(body, call.facts, false);
    const how = failures[failure] as Failure;
    history.originFails(call, String(how));
    if (how === "unreachable") return undefined;
    if (how === "cut") return reply(body, call.facts, true);
    const error = { error: { message: "not now", type: "server_error", code: null, param: null } };
    return { status: how, contentType: "application/json", body: JSON.stringify(error), isCut: false };
  };
}

type Failure = number | "unreachable" | "cut";
const failures: readonly Failure[] = [500, 503, 429, "unreachable", "cut"];

/** `undefined` for what is not a whole, unaltered answer of this origin. */
export function factsIn(text: string): AnswerFacts | undefined {
  if (!isWhole(text)) return undefined;
  return JSON.parse(text.slice(0, text.indexOf("\n"))) as AnswerFacts;
}

function reply(request: ChatRequest, facts: AnswerFacts, isCut: boolean): OriginReply {
  const text = sealed(`${JSON.stringify(facts)}\n${"and so on and on ".repeat(1 + (facts.serial % 40))}`);
  const base = { id: `chatcmpl-${facts.serial}`, created: 1, model: request.model };
  const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
  if (request.stream !== true) {
    const choice = { index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" };
    const whole = JSON.stringify({ ...base, object: "chat.completion", choices: [choice], usage });
    return replyOf("application/json", whole, isCut);
  }
  const chunk = (choices: readonly object[], extra = {}) =>
    `data: ${JSON.stringify({ ...base, object: "chat.completion.chunk", choices, ...extra })}\n\n`;
  const half = text.length >> 1;
  const deltas = [{ role: "assistant", content: "" }, { content: text.slice(0, half) }, { content: text.slice(half) }];
  const events = [
    ...deltas.map((delta) => chunk([{ index: 0, delta, finish_reason: null }])),
    chunk([{ index: 0, delta: {}, finish_reason: "stop" }]),
    chunk([], { usage }),
    "data: [DONE]\n\n",
  ];
  return replyOf("text/event-stream", events.join(""), isCut);
}

function replyOf(contentType: string, body: string, isCut: boolean): OriginReply {
  return { status: 200, contentType, body: isCut ? body.slice(0, body.length >> 1) : body, isCut };
}
