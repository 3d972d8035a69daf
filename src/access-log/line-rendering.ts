import { askerOf } from "../core/call.ts";
import type { Billed, Pricer } from "../core/cost.ts";
import { isDirectiveHeader } from "../core/directives.ts";
import { type EmbeddingProtocol, isEmbeddingProtocol } from "../core/embedding-protocol.ts";
import type { Protocol } from "../core/protocol.ts";
import type { AnswerFacts, Recording, Usage } from "../core/recording.ts";
import { classifyHeader } from "../policy/scope.ts";
import type { LogContent } from "./access-log-options.ts";
import type { EndedCall } from "./ended-call.ts";
import { maskedJson, maskedText } from "./masking.ts";
import type { Redactor } from "./redaction.ts";

/** A call to one line of JSON. Done in the background, since it parses bodies; what cannot be read is left out. */

export interface RenderingParts {
  readonly content: LogContent;
  readonly redactor: Redactor;
  readonly pricer: Pricer;
}

/** Raised when a field gets another meaning. */
export const lineVersion = 1;

const decoder = new TextDecoder();
const largestEvent = 16 * 1024 * 1024;

export function renderLine(parts: RenderingParts, { id, call, answer, end, request, at }: EndedCall): string {
  const { protocol, endpoint, query } = request;
  const { content, redactor } = parts;
  const tenant = askerOf(call);
  // In a shared scope the user of what is stored stands for the whole tenant.
  const user = call.sharing === undefined ? call.principal.user : undefined;
  const answered = isEmbeddingProtocol(protocol)
    ? vectorsOf(protocol, request, answer)
    : answerOf(parts, protocol, answer, end.complete?.recording);
  const usage = answered?.facts?.usage ?? answer.saved?.usage;
  const billed: Billed = {
    protocol: protocol.name,
    originId: call.originId,
    model: call.facts.model,
    answeredBy: answered?.facts?.model,
    usage,
  };
  const price = answer.saved?.price ?? parts.pricer.price(billed, at).price;
  const { outcome } = answer;
  return JSON.stringify({
    v: lineVersion,
    at,
    id,
    tenant,
    user: user === undefined ? undefined : redactor.text(user),
    protocol: protocol.name,
    endpoint,
    query: shownQuery(query, protocol.unkeyedParameters),
    origin: call.originId,
    model: call.facts.model,
    stream: call.facts.stream === true,
    content,
    headers: shownHeaders(parts, request.rawHeaders, protocol.keyedHeaders, user),
    request: shown(parts, parsed(request.body)),
    outcome: outcome.kind,
    ...told(outcome, end.complete?.stored),
    status: answer.status,
    failure: answer.failure?.failure ?? end.failure,
    response: answered?.body,
    usage,
    answeredBy: answered?.facts?.model,
    usd: price?.usd,
    prices: price?.source,
    bytes: answer.body instanceof Uint8Array ? answer.body.length : end.complete?.recording?.body.length,
    waitMs: rounded(end.waitMs),
    durationMs: rounded(end.durationMs),
    gone: end.isGone || undefined,
  });
}

export function renderRefusal(at: number, id: string, protocol: string, code: string, status: number): string {
  return JSON.stringify({ v: lineVersion, at, id, protocol, outcome: "error", reason: code, status });
}

/** That calls are missing here. */
export function renderDropped(at: number, dropped: number): string {
  return JSON.stringify({ v: lineVersion, at, dropped });
}

type Told = EndedCall["answer"]["outcome"];

function told(outcome: Told, complete: Extract<Told, { kind: "miss" }>["stored"] | undefined): object {
  if (outcome.kind === "error") return { reason: outcome.code };
  if (outcome.kind === "bypass") return { reason: outcome.reason };
  if (outcome.kind === "hit" || outcome.kind === "stale") {
    const { layer, entry, ageMs } = outcome;
    const why = outcome.kind === "stale" ? { reason: outcome.why } : { similarity: outcome.similarity };
    return { layer, entry, ageMs: rounded(ageMs), ...why };
  }
  const stored = complete ?? outcome.stored;
  return {
    reason: outcome.kind === "miss" ? outcome.reason : undefined,
    stored: stored.state === "refused" ? stored.reason : stored.state === "stored" ? "stored" : undefined,
    entry: stored.state === "stored" ? stored.entry : undefined,
  };
}

interface ReadAnswer {
  readonly body: unknown;
  readonly facts: { readonly usage: Usage | undefined; readonly model: string | undefined } | undefined;
}

/** Vectors are not written down; what they cost is. */
function vectorsOf(
  protocol: EmbeddingProtocol,
  { body: asked, endpoint }: EndedCall["request"],
  { body, status }: EndedCall["answer"],
): ReadAnswer | undefined {
  if (status !== 200 || !(body instanceof Uint8Array)) return undefined;
  const { inputs, shape } = protocol.parseRequest(asked, endpoint);
  const reading = protocol.readVectors(body, inputs.length, shape);
  if (!reading.ok) return undefined;
  const { tokens: inputTokens, model } = reading;
  const usage = inputTokens === undefined ? undefined : { ...noTokens, inputTokens };
  return { body: undefined, facts: { usage, model } };
}

const noTokens = { cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };

/** The answer as a JSON document, also where it went out as events. */
function answerOf(
  parts: RenderingParts,
  protocol: Protocol,
  { body, status }: EndedCall["answer"],
  recording: Recording | undefined,
): ReadAnswer | undefined {
  try {
    const json =
      recording === undefined
        ? body instanceof Uint8Array
          ? jsonOf(protocol, body)
          : undefined
        : protocol.replayJson(recording, { includeUsage: true, zeroUsage: false });
    if (json === undefined) return undefined;
    const facts: AnswerFacts | undefined = status === 200 ? protocol.readJson(json).facts : undefined;
    return { body: shown(parts, parsed(json)), facts };
  } catch {
    return undefined;
  }
}

/** A stored answer goes out in the form that the caller wants. */
function jsonOf(protocol: Protocol, body: Uint8Array): Uint8Array | undefined {
  if (body[0] === openingBrace) return body;
  const recorder = protocol.recordStream({ maxEventBytes: largestEvent });
  recorder.push(body);
  recorder.close?.();
  recorder.end();
  return recorder.facts().terminal
    ? protocol.replayJson(recorder.recording(), { includeUsage: true, zeroUsage: false })
    : undefined;
}

const openingBrace = 0x7b;

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(body));
  } catch {
    return undefined;
  }
}

function shown({ content, redactor }: RenderingParts, value: unknown): unknown {
  if (value === undefined || content === "full") return value;
  return content === "masked" ? maskedJson(redactor, value) : redactor.json(value);
}

/** What was asked of the cache, and what belongs to the key; no credentials, and nothing that says who the caller is. */
function shownHeaders(
  { content, redactor }: RenderingParts,
  rawHeaders: readonly string[],
  keyedNames: readonly string[],
  user: string | undefined,
): Record<string, string> {
  const shownOnes: Record<string, string> = {};
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = rawHeaders[index + 1] as string;
    const isWish = isDirectiveHeader(name);
    if (!isWish && classifyHeader(name, keyedNames) !== "keyed") continue;
    if (name === "x-ai-user") continue;
    const own = content === "masked" ? () => maskedText(redactor, value, name) : () => redactor.text(value);
    const text = isWish || content === "full" ? value : own();
    shownOnes[name] = shownOnes[name] === undefined ? text : `${shownOnes[name]}, ${text}`;
  }
  if (user !== undefined) shownOnes["x-ai-user"] = redactor.text(user);
  return shownOnes;
}

/** Only parameters that choose the form of the answer; others may be credentials. */
function shownQuery(query: string, unkeyed: readonly string[]): string {
  const kept = [...new URLSearchParams(query)].filter(([name]) => unkeyed.includes(name) || name === "api-version");
  return kept.length === 0 ? "" : `?${new URLSearchParams(kept)}`;
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
