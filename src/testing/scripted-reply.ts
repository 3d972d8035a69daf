import { gzipSync } from "node:zlib";
import type { ReceivedCall } from "./received-call.ts";
import { scriptedMessage, scriptedMessageError, scriptedMessageEvents } from "./scripted-anthropic-messages.ts";
import { type ChatContext, chatChunks, chatCompletion, isRecord, type JsonRecord } from "./scripted-chat.ts";
import { textCompletion, textCompletionChunks } from "./scripted-completions.ts";
import { embeddingReply, geminiEmbeddingReply } from "./scripted-embeddings.ts";
import { geminiChunks, geminiError, geminiResponse, geminiTarget } from "./scripted-gemini.ts";
import { providerHeaders } from "./scripted-headers.ts";
import type { PlannedReply } from "./scripted-plan.ts";
import { scriptedResponse, scriptedResponseEvents } from "./scripted-responses.ts";
import { canaryOf } from "./scripted-text.ts";

/** A reply before it travels: what is in it, not when it goes. */
export interface PreparedReply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string | readonly string[]>;
  /** The body, in the pieces between which a delivery may pause or break off. */
  readonly chunks: readonly Uint8Array[];
}

export interface ReplyContext {
  readonly call: ReceivedCall;
  readonly plan: PlannedReply;
  /** Whether answers carry a canary of the credentials. */
  readonly canaries: boolean;
  readonly generation: number;
  readonly models: readonly string[];
}

const encoder = new TextEncoder();

export function prepareReply(context: ReplyContext): PreparedReply {
  const { call, plan } = context;
  const status = plan.status ?? 200;
  if (plan.body !== undefined) return assemble(context, status, ...plannedBody(plan.body));
  const [path = ""] = call.path.split("?", 1);
  if (path.endsWith("/v1/messages") && call.method === "POST") return messagesReply(context, status);
  const target = call.method === "POST" ? geminiTarget(path) : undefined;
  if (target !== undefined) return geminiReply(context, target, status);
  if (status >= 400) return assemble(context, status, "application/json", [json({ error: errorObject(status) })]);
  if (path.endsWith("/embeddings") && call.method === "POST") return embeddingsReply(context, status);
  if (/:(?:batchE|e)mbedContents?$/.test(path) && call.method === "POST") return geminiEmbeddingsReply(context, status);
  if (path.endsWith("/chat/completions") && call.method === "POST") return completionReply(context, status, chat);
  if (path.endsWith("/completions") && call.method === "POST") return completionReply(context, status, text);
  if (path.endsWith("/responses") && call.method === "POST") return responsesReply(context, status);
  if (path.endsWith("/models") && call.method === "GET") {
    return assemble(context, status, "application/json", [json(modelList(context.models))]);
  }
  return assemble(context, status, "application/json", [json(echoOf(call))]);
}

function embeddingsReply(context: ReplyContext, status: number): PreparedReply {
  const { call, plan } = context;
  const reply = isRecord(call.json) ? embeddingReply(call.json, plan.model) : undefined;
  if (reply === undefined) return assemble(context, 400, "application/json", [json({ error: errorObject(400) })]);
  return assemble(context, status, "application/json", [json(reply)]);
}

function geminiEmbeddingsReply(context: ReplyContext, status: number): PreparedReply {
  const { call } = context;
  const [, model = ""] = /models\/([^/:]+):/.exec(call.path) ?? [];
  const reply = isRecord(call.json) ? geminiEmbeddingReply(call.json, model) : undefined;
  if (reply === undefined) return assemble(context, 400, "application/json", [json({ error: errorObject(400) })]);
  return assemble(context, status, "application/json", [json(reply)]);
}

/** An error in the shape of the OpenAI API. */
export function errorObject(status: number): JsonRecord {
  const type = status === 429 ? "rate_limit_error" : status >= 500 ? "server_error" : "invalid_request_error";
  const code = status === 429 ? "rate_limit_exceeded" : status === 401 ? "invalid_api_key" : null;
  return { message: `The scripted origin answers ${status}`, type, param: null, code };
}

/** One of OpenAI's two APIs of completions. */
interface CompletionShapes {
  readonly isRequest: (request: JsonRecord) => boolean;
  readonly whole: (context: ChatContext) => JsonRecord;
  readonly chunks: (context: ChatContext) => readonly JsonRecord[];
}

const chat: CompletionShapes = {
  isRequest: (request) => Array.isArray(request["messages"]),
  whole: chatCompletion,
  chunks: chatChunks,
};
const text: CompletionShapes = { isRequest: () => true, whole: textCompletion, chunks: textCompletionChunks };

function completionReply(context: ReplyContext, status: number, shapes: CompletionShapes): PreparedReply {
  const { call, plan, canaries, generation } = context;
  const request = call.json;
  if (!isRecord(request) || typeof request["model"] !== "string" || !shapes.isRequest(request)) {
    return assemble(context, 400, "application/json", [json({ error: errorObject(400) })]);
  }
  const canary = canaries ? canaryOf(call.headers.authorization) : "";
  const asked = { request, plan, canary, generation };
  if (request["stream"] !== true) return assemble(context, status, "application/json", [json(shapes.whole(asked))]);
  const events = streamEvents(plan, shapes.chunks(asked));
  return assemble(context, status, "text/event-stream; charset=utf-8", events);
}

function responsesReply(context: ReplyContext, status: number): PreparedReply {
  const { call, plan, canaries, generation } = context;
  const request = call.json;
  if (!isRecord(request) || typeof request["model"] !== "string") {
    return assemble(context, 400, "application/json", [json({ error: errorObject(400) })]);
  }
  const asked = { request, plan, canary: canaries ? canaryOf(call.headers.authorization) : "", generation };
  if (request["stream"] !== true) return assemble(context, status, "application/json", [json(scriptedResponse(asked))]);
  return assemble(context, status, "text/event-stream; charset=utf-8", framed(plan, scriptedResponseEvents(asked)));
}

function messagesReply(context: ReplyContext, planned: number): PreparedReply {
  const { call, plan, canaries, generation } = context;
  const request = call.json;
  const fits = isRecord(request) && typeof request["model"] === "string" && Array.isArray(request["messages"]);
  const status = planned >= 400 || fits ? planned : 400;
  if (status >= 400 || !isRecord(request))
    return assemble(context, status, "application/json", [json(scriptedMessageError(status))]);
  const key = call.headers["x-api-key"];
  const canary = canaries ? canaryOf(call.headers.authorization ?? (Array.isArray(key) ? key.join() : key)) : "";
  const asked = { request, plan, canary, generation };
  if (request["stream"] !== true) return assemble(context, status, "application/json", [json(scriptedMessage(asked))]);
  return assemble(context, status, "text/event-stream; charset=utf-8", framed(plan, scriptedMessageEvents(asked)));
}

/** Without `alt=sse` a stream is one JSON array. */
function geminiReply(
  context: ReplyContext,
  { model, streams }: NonNullable<ReturnType<typeof geminiTarget>>,
  planned: number,
): PreparedReply {
  const { call, plan, canaries, generation } = context;
  const request = call.json;
  const status = planned >= 400 || (isRecord(request) && request["contents"] !== undefined) ? planned : 400;
  if (status >= 400 || !isRecord(request))
    return assemble(context, status, "application/json", [json(geminiError(status))]);
  const query = new URLSearchParams(call.path.split("?")[1]);
  const key = call.headers["x-goog-api-key"] ?? query.get("key") ?? call.headers.authorization;
  const canary = canaries ? canaryOf(Array.isArray(key) ? key.join() : key) : "";
  const asked = { request, model, plan, canary, generation };
  if (!streams) return assemble(context, status, "application/json", [json(geminiResponse(asked))]);
  const chunks = geminiChunks(asked);
  if (query.get("alt") !== "sse") return assemble(context, status, "application/json", [json(chunks)]);
  const { atChunk, error = geminiError(503)["error"] as object } = plan.errorEvent ?? { atChunk: chunks.length };
  const delivered = {
    ...plan,
    terminal: false,
    ...(plan.errorEvent === undefined ? {} : { errorEvent: { atChunk, error } }),
  };
  // The chunk with the finish reason is what ends a stream.
  const events = streamEvents(delivered, plan.terminal === false ? chunks.slice(0, -1) : chunks);
  return assemble(context, status, "text/event-stream; charset=utf-8", events);
}

function streamEvents(plan: PlannedReply, chunks: readonly JsonRecord[]): readonly Uint8Array[] {
  const blocks = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  if (plan.errorEvent !== undefined) {
    const { atChunk, error = errorObject(503) } = plan.errorEvent;
    blocks.splice(atChunk, blocks.length, `data: ${JSON.stringify({ error })}\n\n`);
  } else if (plan.terminal !== false) {
    blocks.push("data: [DONE]\n\n");
  }
  return framed(plan, blocks);
}

function framed(plan: PlannedReply, blocks: readonly string[]): readonly Uint8Array[] {
  const lines = plan.keepAlive === true ? blocks.map((block) => `: keep-alive\n\n${block}`) : blocks;
  return lines.map((block) => encoder.encode(block.replaceAll("\n", plan.lineEnding ?? "\n")));
}

function plannedBody(body: string | Uint8Array | object): [type: string, chunks: readonly Uint8Array[]] {
  if (body instanceof Uint8Array) return ["application/octet-stream", [body]];
  if (typeof body !== "string") return ["application/json", [json(body)]];
  return [
    body.trimStart().startsWith("<") ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
    [encoder.encode(body)],
  ];
}

function assemble(
  { call, plan }: ReplyContext,
  status: number,
  contentType: string,
  chunks: readonly Uint8Array[],
): PreparedReply {
  const isStream = contentType.startsWith("text/event-stream");
  const packed = plan.gzip === undefined ? chunks : [compressed(chunks, plan.gzip)];
  const length = packed.reduce((sum, chunk) => sum + chunk.length, 0);
  const headers = new Map<string, string | readonly string[]>([
    ["content-type", contentType],
    ...providerHeaders(call),
  ]);
  if (plan.gzip !== undefined) headers.set("content-encoding", "gzip");
  if (plan.contentLength !== undefined) headers.set("content-length", String(plan.contentLength));
  else if (!isStream) headers.set("content-length", String(length));
  for (const [name, value] of Object.entries(plan.headers ?? {})) {
    if (value === null) headers.delete(name.toLowerCase());
    else headers.set(name.toLowerCase(), value);
  }
  return { status, headers, chunks: packed };
}

function compressed(chunks: readonly Uint8Array[], extent: "whole" | "truncated"): Uint8Array {
  const whole = gzipSync(Buffer.concat(chunks));
  return extent === "whole" ? whole : whole.subarray(0, Math.max(1, whole.length - 12));
}

function modelList(models: readonly string[]): JsonRecord {
  const data = models.map((id) => ({ id, object: "model", created: 1_767_225_600, owned_by: "scripted-origin" }));
  return { object: "list", data };
}

function echoOf({ method, path, headers, bodyDigest, bodyLength }: ReceivedCall): JsonRecord {
  return { method, path, headers, bodyDigest, bodyLength };
}

function json(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}
