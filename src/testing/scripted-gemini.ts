import { isRecord, type JsonRecord } from "./scripted-chat.ts";
import type { PlannedAnswer, PlannedChoice } from "./scripted-plan.ts";
import { digestOf, requestDigest, scriptedText } from "./scripted-text.ts";

/**
 * The answers of a scripted origin in the shapes of Gemini's `generateContent`: one response, or the responses of a stream
 * that say the same. There is no refusal in this API: a planned one is an answer that the filter withheld. Source: the
 * REST reference of the Gemini API, "GenerateContentResponse".
 */

export interface GeminiContext {
  readonly request: JsonRecord;
  /** As the path names it. */
  readonly model: string;
  readonly plan: PlannedAnswer;
  readonly canary: string;
  readonly generation: number;
}

interface Candidate {
  readonly parts: readonly JsonRecord[];
  readonly finishReason: string | null;
}

/** The model in the path of a call, and whether it asks for a stream; `undefined` for every other path. */
export function geminiTarget(path: string): { readonly model: string; readonly streams: boolean } | undefined {
  const [, model, method] = /\/models\/([^/:]+):(generateContent|streamGenerateContent)$/.exec(path) ?? [];
  return model === undefined ? undefined : { model, streams: method === "streamGenerateContent" };
}

/** The answer as one document. */
export function geminiResponse(context: GeminiContext): JsonRecord {
  const candidates = candidatesOf(context).map((candidate, index) =>
    candidateOf(candidate, candidate.parts, index, true),
  );
  return { candidates, ...usageOf(context), ...identityOf(context) };
}

/** The answer as the responses of a stream: text word by word, each function call whole, the candidates in turn. */
export function geminiChunks(context: GeminiContext): readonly JsonRecord[] {
  const candidates = candidatesOf(context);
  const portions = candidates.map(({ parts }) => {
    const pieces = parts.flatMap(piecesOf);
    return pieces.length === 0 ? [undefined] : pieces;
  });
  const chunks: JsonRecord[] = [];
  for (let turn = 0; turn < Math.max(...portions.map((list) => list.length)); turn++) {
    candidates.forEach((candidate, index) => {
      const list = portions[index] ?? [];
      if (turn >= list.length) return;
      const part = list[turn];
      const parts = part === undefined ? [] : [part];
      const candidates = [candidateOf(candidate, parts, index, turn === list.length - 1)];
      chunks.push({ candidates, ...identityOf(context) });
    });
  }
  const last = chunks.pop();
  return last === undefined ? [] : [...chunks, { ...last, ...usageOf(context) }];
}

/** An error in the shape of Google's APIs. */
export function geminiError(status: number): JsonRecord {
  const names: Readonly<Record<number, string>> = {
    401: "UNAUTHENTICATED",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
  };
  const name = names[status] ?? (status >= 500 ? "INTERNAL" : "INVALID_ARGUMENT");
  return { error: { code: status, message: `The scripted origin answers ${status}`, status: name } };
}

function candidatesOf(context: GeminiContext): readonly Candidate[] {
  const { plan, request } = context;
  const config = isRecord(request["generationConfig"]) ? request["generationConfig"] : {};
  const count = typeof config["candidateCount"] === "number" ? config["candidateCount"] : 1;
  const digest = digestFor(context);
  return Array.from({ length: count }, (_, choice) => {
    const derived = () => {
      const { model, canary, generation } = context;
      const question = lastUserText(request["contents"]);
      const text = scriptedText({ question, model, digest, canary, generation, words: plan.words ?? 12, choice });
      return config["responseMimeType"] === "application/json" ? JSON.stringify({ answer: text }) : text;
    };
    return plannedCandidate({ ...plan, ...plan.choices?.[choice] }, digest, derived);
  });
}

function plannedCandidate(plan: PlannedChoice, digest: string, derived: () => string): Candidate {
  const { toolCalls = [], refusal, reasoning, finishReason } = plan;
  const text = plan.content ?? refusal ?? (toolCalls.length > 0 ? "" : derived());
  const calls = toolCalls.map((call, index) => ({
    functionCall: {
      id: call.id ?? `fc_${digest.slice(index, index + 12)}`,
      name: call.name,
      args: parsed(call.arguments),
    },
    ...(index === 0 ? { thoughtSignature: "c2lnbmF0dXJl" } : {}),
  }));
  return {
    parts: [
      ...(reasoning === undefined ? [] : [{ text: reasoning, thought: true }]),
      ...(text === "" ? [] : [{ text }]),
      ...calls,
    ],
    finishReason: finishReason === undefined ? (refusal === undefined ? "STOP" : "SAFETY") : finishReason,
  };
}

/** Arguments are an object in this API, so text that is none stands as it is, where no reader expects it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function candidateOf(candidate: Candidate, parts: readonly JsonRecord[], index: number, isLast: boolean): JsonRecord {
  const { finishReason } = candidate;
  return {
    ...(parts.length === 0 ? {} : { content: { parts, role: "model" } }),
    ...(isLast && finishReason !== null ? { finishReason } : {}),
    index,
  };
}

/** Words with the space before them; what is no text comes whole. */
function piecesOf(part: JsonRecord): readonly JsonRecord[] {
  const text = part["text"];
  if (typeof text !== "string") return [part];
  return wordsOf(text).map((piece) => ({ ...part, text: piece }));
}

function wordsOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

function identityOf(context: GeminiContext): JsonRecord {
  const digest = digestFor(context);
  return { modelVersion: context.plan.model ?? context.model, responseId: digest.slice(0, 22) };
}

function digestFor({ request, model, plan }: GeminiContext): string {
  return digestOf([model, requestDigest(request, plan.salt ?? "")]);
}

function usageOf(context: GeminiContext): JsonRecord {
  const { plan, request } = context;
  if (plan.usage === null) return {};
  const parts = candidatesOf(context).flatMap((candidate) => candidate.parts);
  const tokens = (thought: boolean) =>
    parts
      .filter((part) => (part["thought"] === true) === thought)
      .reduce((sum, part) => sum + wordsOf(String(part["text"] ?? JSON.stringify(part))).length, 0);
  const prompt = Math.ceil(JSON.stringify(request["contents"] ?? "").length / 4);
  const thoughts = tokens(true);
  const usageMetadata = {
    promptTokenCount: prompt,
    candidatesTokenCount: tokens(false),
    totalTokenCount: prompt + tokens(false) + thoughts,
    promptTokensDetails: [{ modality: "TEXT", tokenCount: prompt }],
    ...(thoughts > 0 ? { thoughtsTokenCount: thoughts } : {}),
    ...plan.usage,
  };
  return { usageMetadata };
}

function lastUserText(contents: unknown): string {
  const list: readonly unknown[] = Array.isArray(contents) ? contents : [contents];
  const last = list.findLast((content) => isRecord(content) && content["role"] !== "model");
  const parts = isRecord(last) && Array.isArray(last["parts"]) ? last["parts"].filter(isRecord) : [];
  return parts.map((part) => (typeof part["text"] === "string" ? part["text"] : "")).join("");
}
