import type { LoggedCall } from "../../access-log/logged-call.ts";
import type { Answer } from "../../core/answer.ts";
import { isEmbeddingProtocol, type WireFormat } from "../../core/embedding-protocol.ts";
import type { AnswerFacts } from "../../core/recording.ts";
import { agreement } from "../../semantic/answer-agreement.ts";
import { answerBytes } from "./simulated-protocol.ts";

/**
 * Whether an answer to a like question was right: the log may hold what the call was really answered by its origin, and two
 * answers may say by themselves whether they say the same. `undefined` where nobody can tell.
 */
export type Verdict = "right" | "wrong" | "unknown" | undefined;

const largestEvent = 16 * 1024 * 1024;
/** An answer that a cache gave is no witness against another one. */
const fromOrigin: ReadonlySet<LoggedCall["outcome"]> = new Set(["miss", "refresh", "bypass", undefined]);

/** `undefined` for what is no answer to a like question. */
export function verdictOf(format: WireFormat, call: LoggedCall, { outcome, body }: Answer): Verdict {
  if (outcome.kind !== "hit" || outcome.layer !== "semantic" || isEmbeddingProtocol(format)) return undefined;
  const own = call.answer;
  if (own?.body === undefined || call.isRedacted || own.status !== 200 || !fromOrigin.has(call.outcome))
    return "unknown";
  const served = factsOf(format, body);
  if (served === undefined) return "unknown";
  const temperature = (call.request as { readonly temperature?: unknown } | undefined)?.temperature;
  const agreed = agreement(served, format.readJson(answerBytes(call, own)).facts, temperature === 0);
  return agreed === undefined ? "unknown" : agreed ? "right" : "wrong";
}

/** Of an answer in either form. */
function factsOf(format: Exclude<WireFormat, { family: string }>, body: Answer["body"]): AnswerFacts | undefined {
  if (!(body instanceof Uint8Array)) return undefined;
  if (body[0] === openingBrace) return format.readJson(body).facts;
  const recorder = format.recordStream({ maxEventBytes: largestEvent });
  recorder.push(body);
  recorder.close?.();
  recorder.end();
  return recorder.facts();
}

const openingBrace = 0x7b;
